"""The facts of 整改通知书: what each unit must put right after a round."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import RowMapping, select
from sqlalchemy.orm import Session, joinedload

from hotline import checks, rubrics, words
from hotline.circulars import draft_number
from hotline.clock import local
from hotline.models.inspection import Check, Round
from hotline.models.papers import Finding, MeasureDue
from hotline.models.registry import Unit
from hotline.rules.escalation import Step, working_days_for
from hotline.rules.outcomes import Klass, Outcome
from hotline.rules.reasons import Reason
from hotline.rules.rubric import Rubric
from hotline.rules.scoring import NO
from hotline.settings import Settings
from reports.periods import period_words
from reports.rectification_facts import EvidenceCall, FailedItem, LineFinding, RectificationNotice

_SEVERITY = {"minor": "一般", "major": "重要"}
_ACTIONS: Mapping[Klass, tuple[str, ...]] = {
    Klass.SLOW: ("查明接听、转接迟缓的原因，落实专人值守，确保15秒内接听。",),
    Klass.IRREGULAR: ("对照受理规范逐项改正，对接听人员进行培训。",),
    Klass.SLOW_IRREGULAR: (
        "查明接听、转接迟缓的原因，落实专人值守，确保15秒内接听。",
        "对照受理规范逐项改正，对接听人员进行培训。",
    ),
    Klass.UNREACHABLE: ("查明打不通的原因，修复线路，保证值班时间内有人接听。",),
    Klass.WRONG_NUMBER: ("核实号码，更正公布渠道上的号码，并书面报备变更情况。",),
}


def facts(
    session: Session, found: Round, *, settings: Settings, now: datetime
) -> dict[int, RectificationNotice]:
    """Unit id → its notice, for every unit with a line on the ladder's 整改 step."""
    due = select(MeasureDue.line_id).where(
        MeasureDue.round_id == found.id, MeasureDue.step == Step.RECTIFY.value
    )
    query = (
        select(Finding)
        .join(Check)
        .where(Finding.round_id == found.id, Check.line_id.in_(due))
        .options(
            joinedload(Finding.check).joinedload(Check.unit).joinedload(Unit.area),
        )
        .order_by(Check.unit_id, Check.number)
    )
    by_unit: dict[int, list[Finding]] = {}
    for finding in session.scalars(query):
        by_unit.setdefault(finding.check.unit_id, []).append(finding)
    calls = checks.calls_of(session, [f.check_id for own in by_unit.values() for f in own])
    rubric = rubrics.load(session, found.rubric.digest)
    return {
        unit_id: _notice(found, own, calls, rubric, settings, now)
        for unit_id, own in by_unit.items()
    }


def _notice(
    found: Round,
    own: list[Finding],
    calls: Mapping[int, list[RowMapping]],
    rubric: Rubric,
    settings: Settings,
    now: datetime,
) -> RectificationNotice:
    unit = own[0].check.unit
    issuer = settings.issuer(found.area_code, found.area.name, found.level)
    told = tuple(_finding(f, calls.get(f.check_id, []), rubric, settings) for f in own)
    return RectificationNotice(
        issuer=issuer,
        letterhead=issuer,
        number=draft_number(found, settings, now),
        unit=unit.name,
        area=unit.area.name,
        round_title=f"{found.area.name}{period_words(found.period)}饮水安全监督电话抽查",
        round_code=found.code,
        period=found.period,
        rubric_version=found.rubric.version,
        findings=told,
        demands=("举一反三，检查本单位公布的全部监督电话。",),
        deadline=_deadline(told),
        to_send=("整改报告（加盖公章）", "佐证材料（通话记录、培训记录、号码变更证明等）"),
        consequence="逾期未报送整改报告的，按规定进行约谈，并纳入年度考核",
        contact=settings.papers.contact,
        signature=issuer,
        appeal="对问题有异议的，可自收到本通知之日起3个工作日内书面申诉",
        as_is_reason=found.as_is_reason,
    )


def _finding(
    finding: Finding,
    calls: Iterable[RowMapping],
    rubric: Rubric,
    settings: Settings,
) -> LineFinding:
    check, klass = finding.check, Klass(finding.klass)
    evidence = [call for call in calls if call["id"] in finding.evidence]
    condemned = {
        item
        for call in evidence
        if call["started_at"] == check.decisive_at
        for item in call["critical"]
    }
    return LineFinding(
        number=check.number,
        class_key=klass.value,
        class_label=str(words.klass(klass)),
        working_days=working_days_for(klass, settings.ladder),
        actions=_ACTIONS[klass],
        score=None if check.score_tenths is None else check.score_tenths / 10,
        reasons=tuple(str(words.reason(Reason.from_json(said))) for said in check.reasons),
        calls=tuple(_evidence(call, check) for call in evidence),
        failed_items=tuple(
            FailedItem(
                item_id,
                rubric.item(item_id).name,
                "一票否决" if item_id in condemned else _SEVERITY[rubric.item(item_id).severity],
            )
            for item_id, value, _earned, _applicable in check.parts
            if value == NO
        ),
        repeated=finding.repeated,
    )


def _evidence(call: RowMapping, check: Check) -> EvidenceCall:
    return EvidenceCall(
        time=f"{local(call['started_at']):%Y-%m-%d %H:%M}",
        attempt=call["attempt"],
        outcome=str(words.OUTCOME[Outcome(call["outcome"])]),
        ring_s=call["ring_s"],
        answered_by=call["answered_by"],
        note=call["note"],
        decisive=call["started_at"] == check.decisive_at,
    )


def _deadline(told: tuple[LineFinding, ...]) -> str:
    days = sorted({finding.working_days for finding in told})
    if len(days) == 1:
        return f"自签发之日起{days[0]}个工作日内"
    return f"自签发之日起{days[-1]}个工作日内（号码失效错误的{days[0]}个工作日内）"
