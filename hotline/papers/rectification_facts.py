"""The facts of 整改通知书: what a unit must put right after a round, and until when."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import RowMapping, select
from sqlalchemy.orm import Session, joinedload

from hotline import words
from hotline.clock import local
from hotline.inspection import checks, rubrics
from hotline.inspection.dialling_hours import off_duty
from hotline.ladder import due_dates, set_aside
from hotline.models.inspection import Check, Round
from hotline.models.papers import Finding, MeasureDue, Notice, NoticeFinding
from hotline.papers.paper_heads import Issued, head, of_round
from hotline.papers.paper_words import reason, unit_name
from hotline.rules.escalation import working_days_for
from hotline.rules.outcomes import Klass, Outcome
from hotline.rules.reasons import Reason
from hotline.rules.rubric import Rubric
from hotline.rules.scoring import NO
from hotline.settings import Settings
from reports.rectification_facts import (
    DueDay,
    EvidenceCall,
    FailedItem,
    LineFinding,
    RectificationNotice,
    Term,
)

_SEVERITY = {"minor": "一般", "major": "主要"}


@dataclass(frozen=True)
class Grounds:
    """What letters rest on, fetched for many at once.

    Notice id → its findings with their checks; check id → its calls; (round id, unit id) of whom
    the ladder copies up.
    """

    named: Mapping[int, Sequence[Finding]]
    calls: Mapping[int, Sequence[RowMapping]]
    copied_up: Collection[tuple[int, int | None]]


def facts(
    session: Session,
    notice: Notice,
    *,
    settings: Settings,
    now: datetime,
    issued: Issued | None,
    grounds: Grounds | None = None,
) -> RectificationNotice:
    """What a unit must put right: the findings its paper names, as far as they are pursued."""
    found, unit = notice.round, notice.unit
    grounds = grounds or grounds_of(session, [notice])
    named, calls = grounds.named[notice.id], grounds.calls
    pursued = [one for one in named if one.state not in set_aside.NOT_PURSUED]
    rubric = rubrics.load(session, found.rubric.digest)
    terms = _terms(pursued, settings, issued)
    due = {label: term.due.on for term in terms if term.due for label in term.classes}
    made = head(found, settings=settings, now=now, issued=issued)
    if (found.id, notice.unit_id) in grounds.copied_up:
        made["copies"] += _government(notice)
    return RectificationNotice(
        **made,
        **of_round(found, unit_name(session, unit, found) if unit else ""),
        findings=tuple(
            _finding(one, calls.get(one.check_id, []), rubric, due, settings) for one in pursued
        ),
        terms=terms,
        slow_ring_s=rubric.limits.slow_ring_s,
        appeal_days=settings.ladder.appeal_days,
        set_aside=tuple(
            f"{one.check.number}（{words.klass(one.klass)}，{set_aside.why(one)}）"
            for one in named
            if one.state in set_aside.NOT_PURSUED
        ),
        as_is_reason=found.as_is_reason,
    )


def grounds_of(session: Session, letters: Collection[Notice]) -> Grounds:
    """In three queries, however many letters there are."""
    named: dict[int, list[Finding]] = {letter.id: [] for letter in letters}
    query = (
        select(NoticeFinding.notice_id, Finding)
        .join(Finding, Finding.id == NoticeFinding.finding_id)
        .join(Check, Check.id == Finding.check_id)
        .where(NoticeFinding.notice_id.in_(named))
        .options(joinedload(Finding.check))
        .order_by(Check.area_code, Check.number)
    )
    for notice_id, finding in session.execute(query):
        named[notice_id].append(finding)
    calls = checks.calls_of(session, {one.check_id for every in named.values() for one in every})
    return Grounds(named, calls, _copied_up(session, letters))


def copies_up(session: Session, found: Round, notice: Notice) -> tuple[str, ...]:
    """The government of the unit's area, where the ladder says that it is to know."""
    if notice.unit is None or not _copied_up(session, [notice]):
        return ()
    return _government(notice)


def _copied_up(session: Session, letters: Iterable[Notice]) -> set[tuple[int, int | None]]:
    query = select(MeasureDue.round_id, MeasureDue.unit_id).where(
        MeasureDue.round_id.in_({letter.round_id for letter in letters}),
        MeasureDue.unit_id.in_({letter.unit_id for letter in letters}),
        MeasureDue.step == "copy_up",
    )
    return {(round_id, unit_id) for round_id, unit_id in session.execute(query)}


def _government(notice: Notice) -> tuple[str, ...]:
    return (f"{notice.unit.area.name}人民政府",) if notice.unit else ()


def _terms(
    pursued: Iterable[Finding], settings: Settings, issued: Issued | None
) -> tuple[Term, ...]:
    """The shortest first; each with its last day once the day of issue is known."""
    labels: dict[int, dict[str, None]] = {}
    for one in pursued:
        days = working_days_for(Klass(one.klass), settings.ladder)
        labels.setdefault(days, {})[str(words.klass(one.klass))] = None
    return tuple(
        Term(days, tuple(classes), _due(days, settings, issued))
        for days, classes in sorted(labels.items())
    )


def _due(days: int, settings: Settings, issued: Issued | None) -> DueDay | None:
    if issued is None:
        return None
    found = due_dates.after(date.fromisoformat(issued.date), days, settings.working_days)
    return DueDay(found.on.isoformat(), str(found))


def _finding(
    finding: Finding,
    calls: Iterable[RowMapping],
    rubric: Rubric,
    due: Mapping[str, str],
    settings: Settings,
) -> LineFinding:
    check, klass = finding.check, Klass(finding.klass)
    label = str(words.klass(klass))
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
        class_label=label,
        score=None if check.score_tenths is None else check.score_tenths / 10,
        reasons=tuple(reason(Reason.from_json(said)) for said in check.reasons),
        calls=tuple(_evidence(call, check, settings) for call in evidence),
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
        due=due.get(label),
    )


def _evidence(call: RowMapping, check: Check, settings: Settings) -> EvidenceCall:
    return EvidenceCall(
        time=f"{local(call['started_at']):%Y-%m-%d %H:%M}",
        attempt=call["attempt"],
        outcome=str(words.OUTCOME[Outcome(call["outcome"])]),
        ring_s=call["ring_s"],
        answered_by=call["answered_by"],
        note=call["note"],
        decisive=call["started_at"] == check.decisive_at,
        off_duty=off_duty(call["started_at"], check.duty_hours, settings),
    )
