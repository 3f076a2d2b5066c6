"""What is decided on an appeal: 维持, 部分采信 or 撤销, and all that follows from it at once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hotline import audit, rights
from hotline.errors import Conflict, FieldError, Forbidden, HotlineError, Invalid, NotFound, T
from hotline.inspection import calls, checks
from hotline.inspection.checks import OpenCheck
from hotline.ladder import findings, talk_calls
from hotline.loop import rectifications
from hotline.loop.appeals import get_for, lock
from hotline.loop.rectifications import what_of
from hotline.models.inspection import Call, CallCorrection, Check
from hotline.models.loop import Appeal, Rectification
from hotline.models.papers import Finding, MeasureDue, Notice, NoticeFinding
from hotline.papers import notices
from hotline.rights import Actor
from hotline.rules.escalation import Step, working_days_for
from hotline.rules.outcomes import Klass
from hotline.settings import Settings
from hotline.texts import clean, mistake_of_lines

UPHELD, PARTLY, REVOKED = OUTCOMES = ("upheld", "partly", "revoked")
LONGEST_DECISION = 2_000
_NOT_PROVEN = T("剩下的拨测不足以认定不合格（未满足复拨规则），请选撤销。")


@dataclass(frozen=True)
class Remedy:
    """What a decision changes about the calls of a closed round; the old values are kept.

    `corrected`: call id → its whole content as it should be. `struck_out`: ids of dials that do
    not count.
    """

    corrected: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    struck_out: Collection[int] = ()

    def __bool__(self) -> bool:
        return bool(self.corrected or self.struck_out)


def decide(
    session: Session,
    actor: Actor,
    appeal_id: int,
    *,
    outcome: str,
    reason: str,
    remedy: Remedy = Remedy(),
    settings: Settings,
    now: datetime,
) -> Appeal:
    """Decide an appeal; an administrator who had no hand in the check's calls or its review.

    The check is judged again by the rules of its round. A success drafts a 更正通知, which another
    person issues; the old paper never changes. Raises Invalid, at `verdict`, where outcome and
    result disagree; mistakes of a corrected dial are at its own fields.
    """
    appeal = get_for(session, actor, appeal_id)
    rights.require_manages(actor, appeal.finding.round.level, appeal.finding.round.area_code)
    notices.hold_naming(session, appeal.finding_id)
    check = checks.hold(session, actor, appeal.finding.check_id, settings)
    finding = lock(session, appeal.finding_id)
    session.refresh(appeal, with_for_update=True)
    if appeal.state != "filed":
        raise Conflict(T("这件申诉已经决定。"))
    if (refusal := why_not_theirs(session, actor, finding)) is not None:
        raise refusal
    reason = _checked(outcome, reason, remedy)
    before, proven = _judgement(session, check.id), _is_proven(session, check.id)
    entries = _apply(session, actor, check, remedy, reason, now)
    after = _judgement(session, check.id)
    _require_agreement(outcome, remedy, before, after)
    if outcome == PARTLY and proven and not _is_proven(session, check.id):
        raise Invalid.one("verdict", _NOT_PROVEN)
    if remedy:
        _accept(session, actor, check.id, now)
    appeal.state, appeal.decision = outcome, reason
    appeal.decided_by, appeal.decided_at = actor.name, now
    appeal.before, appeal.after = before, after
    finding.state = "revoked" if outcome == REVOKED else "issued"
    if remedy and outcome == PARTLY:
        finding.klass = str(after["class"])
    if remedy:
        finding.evidence = _evidence(session, check.id)
    session.flush()
    if outcome != UPHELD:
        findings.measure_again(session, finding.check, settings=settings)
        talk_calls.call_off_without_cause(
            session, appeal.unit_id, by=actor.name, reason=reason, now=now
        )
    _follow_up(session, actor, appeal, finding, before, settings, now)
    if outcome != UPHELD:
        appeal.correction = _draft_correction(session, actor, appeal, now)
    session.flush()
    entries.append(_entry(actor, appeal, finding, reason))
    audit.record_all(session, entries, now=now)
    return appeal


def why_not_theirs(session: Session, actor: Actor, finding: Finding) -> HotlineError | None:
    """Why this one may not decide: their calls, corrections or review are what is disputed."""
    check = session.get_one(Check, finding.check_id)
    corrected = select(CallCorrection.id).where(
        CallCorrection.call_id == Call.id, CallCorrection.corrected_by == actor.name
    )
    own = select(Call.id).where(
        Call.check_id == check.id,
        (Call.inspector == actor.name)
        | (Call.recorded_by == actor.name)
        | (Call.voided_by == actor.name)
        | corrected.exists(),
    )
    if session.scalar(own.limit(1)) is not None:
        return Forbidden(T("申诉涉及本人的拨测，须由另一位管理员决定。"))
    if check.reviewed_by == actor.name:
        return Forbidden(T("申诉涉及本人的复核，须由另一位管理员决定。"))
    return None


def _checked(outcome: str, reason: str, remedy: Remedy) -> str:
    errors = []
    reason = clean(reason)
    if outcome not in OUTCOMES:
        errors.append(FieldError("verdict", T("请选择维持、部分采信或撤销。")))
    elif outcome == UPHELD and remedy:
        errors.append(FieldError("verdict", T("维持时不改拨测记录；要改动，请选部分采信或撤销。")))
    elif outcome == PARTLY and not remedy:
        errors.append(FieldError("verdict", T("部分采信须更正或作废至少一次拨测。")))
    if not reason:
        errors.append(FieldError("decision", T("请写明决定的理由。")))
    elif wrong := mistake_of_lines(reason, longest=LONGEST_DECISION):
        errors.append(FieldError("decision", wrong))
    if set(remedy.corrected) & set(remedy.struck_out):
        errors.append(FieldError("struck_out", T("同一次拨测不能既更正又作废。")))
    if errors:
        raise Invalid(errors)
    return reason


def _apply(
    session: Session,
    actor: Actor,
    check: OpenCheck,
    remedy: Remedy,
    reason: str,
    now: datetime,
) -> list[dict[str, Any]]:
    """Change the calls, each with its history; the journal's entries of it."""
    rows = {row["id"]: row for row in checks.calls_of(session, [check.id]).get(check.id, [])}
    wanted = [*remedy.struck_out, *remedy.corrected]
    if not set(wanted) <= set(rows):
        raise NotFound(T("没有这次拨测，或您无权查看。"))
    entries = [
        calls.strike_out(session, actor, check, rows[call_id], reason, now=now)
        for call_id in sorted(set(remedy.struck_out))
    ]
    for call_id, raw in sorted(remedy.corrected.items()):
        entry = calls.amend(session, actor, check, rows[call_id], raw, reason=reason, now=now)
        if entry is None:
            raise Invalid.one("verdict", T("更正的拨测没有改动，请改动后再提交，或不更正。"))
        entries.append(entry)
    return entries


def _require_agreement(
    outcome: str, remedy: Remedy, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    failed = after["class"] is not None and Klass(after["class"]).failed
    if outcome == PARTLY and before == after:
        raise Invalid.one("verdict", T("改动后类别、得分和依据都不变，请选维持。"))
    if outcome == PARTLY and not failed:
        raise Invalid.one("verdict", T("改动后问题不再成立，请选撤销。"))
    if outcome == REVOKED and remedy and failed:
        raise Invalid.one("verdict", T("改动后仍不合格；请选部分采信，或不改记录、直接撤销。"))


def _is_proven(session: Session, check_id: int) -> bool:
    """Do the dials that count satisfy the retry rule? (Closed as it stands, a round's may not.)"""
    return session.get_one(Check, check_id, populate_existing=True).closable


def _judgement(session: Session, check_id: int) -> dict[str, Any]:
    check = session.get_one(Check, check_id, populate_existing=True)
    return {
        "class": check.klass,
        "score_tenths": check.score_tenths,
        "outcome": check.outcome,
        "attempts": check.attempts,
        "reasons": check.reasons,
    }


def _accept(session: Session, actor: Actor, check_id: int, now: datetime) -> None:
    """Whoever decides has looked at all of it; nobody else has to review it once more."""
    session.execute(
        update(Check)
        .where(Check.id == check_id)
        .values(review="accepted", review_reason=None, reviewed_by=actor.name, reviewed_at=now)
    )
    session.get_one(Check, check_id, populate_existing=True)


def _evidence(session: Session, check_id: int) -> list[int]:
    query = select(Call.id).where(Call.check_id == check_id, Call.voided_at.is_(None))
    return list(session.scalars(query.order_by(Call.started_at)))


def _follow_up(
    session: Session,
    actor: Actor,
    appeal: Appeal,
    finding: Finding,
    before: Mapping[str, Any],
    settings: Settings,
    now: datetime,
) -> None:
    """What becomes of the rectification: gone with its ground, or taken up again."""
    if appeal.state == REVOKED or (appeal.state == PARTLY and not _must_rectify(session, finding)):
        rectifications.cancel_for_finding(
            session, finding.id, by=actor.name, now=now, reason=appeal.decision
        )
        return
    found = rectifications.hold(
        session, finding.id, False, by=actor.name, settings=settings, now=now
    )
    if found is not None and appeal.state == PARTLY:
        _reword(session, found, finding, before, settings)


def _must_rectify(session: Session, finding: Finding) -> bool:
    query = select(MeasureDue.id).where(
        MeasureDue.round_id == finding.round_id,
        MeasureDue.line_id == finding.check.line_id,
        MeasureDue.step == Step.RECTIFY.value,
    )
    return session.scalar(query.limit(1)) is not None


def _reword(
    session: Session,
    found: Rectification,
    finding: Finding,
    before: Mapping[str, Any],
    settings: Settings,
) -> None:
    """What is to be put right now; a class that leaves more days adds the difference."""
    found.what = what_of(finding.check)
    old, new = Klass(str(before["class"])), Klass(finding.klass)
    more = working_days_for(new, settings.ladder) - working_days_for(old, settings.ladder)
    if more > 0 and found.working_days is not None:
        found.working_days += more
        found.due_on = settings.working_days.add(found.counted_from, found.working_days)


def _draft_correction(session: Session, actor: Actor, appeal: Appeal, now: datetime) -> Notice:
    """To the readers of the 通报 if one was issued that names the finding, else to the unit."""
    query = (
        select(Notice)
        .join(NoticeFinding, NoticeFinding.notice_id == Notice.id)
        .where(
            NoticeFinding.finding_id == appeal.finding_id,
            Notice.kind == "circular",
            Notice.number.is_not(None),
        )
        .limit(1)
    )
    corrects = session.scalar(query) or appeal.notice
    check = appeal.finding.check
    return notices.draft_for(
        session,
        actor,
        appeal.finding.round,
        key=f"correction:{appeal.id}",
        kind="correction",
        title=f"关于更正{appeal.unit.name}{check.number}抽查结果的通知",
        now=now,
        unit_id=corrects.unit_id,
        refers_to_id=corrects.id,
        finding_ids=[appeal.finding_id],
    )


def _entry(actor: Actor, appeal: Appeal, finding: Finding, reason: str) -> dict[str, Any]:
    def said(judged: Mapping[str, Any] | None) -> dict[str, Any]:
        return {name: (judged or {}).get(name) for name in ("class", "score_tenths")}

    return {
        "actor": actor.name,
        "action": "appeal.decide",
        "subject": "appeal",
        "subject_id": appeal.id,
        "old": said(appeal.before),
        "new": {
            "decision": appeal.state,
            "number": finding.check.number,
            "unit": appeal.unit.name,
            **said(appeal.after),
        },
        "reason": reason,
    }
