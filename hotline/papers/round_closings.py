"""Closing a round: every line is judged; its findings, measures and papers follow at once."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hotline import audit, rights
from hotline.errors import Conflict, NotFound, T
from hotline.inspection import calendar_changes, checks, rounds
from hotline.inspection.figures import counts_that_do_not_add_up
from hotline.ladder import findings, later_rounds, talk_calls
from hotline.ladder.later_rounds import MeasuredAgain
from hotline.models.inspection import Check, Round
from hotline.models.registry import Area
from hotline.papers import later_letters, notices
from hotline.rights import Actor
from hotline.settings import Settings


def close(
    session: Session,
    actor: Actor,
    code: str,
    *,
    as_is_reason: str | None,
    settings: Settings,
    now: datetime,
) -> Round:
    """Close a round, make its findings, and draft its papers.

    Refuses with Conflict, naming the lines, while the retry rule is unmet; `as_is_reason` closes
    all the same and is printed in the papers. Counts that do not add up are never let through.
    Later rounds of the area that were closed already are measured again: what of them is not
    issued follows.
    """
    query = select(Round).where(Round.code == code, rights.rounds(actor)).with_for_update()
    found = session.scalar(query)
    if found is None:
        raise NotFound(T("没有这一轮抽查，或您无权查看：{code}", code=code))
    rights.require_manages(actor, found.level, found.area_code)
    rounds.require_open(found)
    _queue_for(session, found)
    if found.purpose == "double":
        raise Conflict(T("双盲复测单独办结，不认定问题，不出文书。"))
    if found.purpose != "sample":
        raise Conflict(T("复查随整改办理，请在整改页认定复查结果。"))
    checks.hold_all(session, found)
    calendar_changes.follow_in(session, found, settings=settings)
    unmet = rounds.obstacles(session, found)
    as_is_reason = (as_is_reason or "").strip() or None
    if unmet and as_is_reason is None:
        raise Conflict(
            T(
                "还有 {n} 条线路未满足复拨规则，不能关闭；确需照现状关闭，请写明原因。",
                n=len(unmet),
            ),
            unmet,
        )
    wrong = counts_that_do_not_add_up(session, found)
    if wrong:
        raise Conflict(T("统计数不平衡，不能关闭；请先运行 hotline verify。"), wrong)
    found.closed_at = now
    found.closed_by = actor.name
    found.as_is_reason = as_is_reason if unmet else None
    session.execute(update(Check).where(Check.round_id == found.id).values(provisional=False))
    session.flush()
    findings.make(session, found, settings=settings, now=now)
    again = later_rounds.measure_again(session, found, settings=settings)
    talk_calls.call_for(session, found, later=[one.round for one in again], now=now)
    drafted = notices.draft(session, actor, found, settings=settings, now=now)
    _follow(session, actor, found, again, settings, now)
    audit.record(
        session,
        actor=actor.name,
        action="round.close",
        subject="round",
        subject_id=code,
        new={"unmet": len(unmet), "notices": drafted},
        reason=found.as_is_reason,
        now=now,
    )
    return found


def _queue_for(session: Session, found: Round) -> None:
    """Rounds of an area close one after the other, so that each knows of those before it."""
    area = select(Area.code).where(Area.code == found.area_code)
    session.execute(area.with_for_update(key_share=True))


def _follow(
    session: Session,
    actor: Actor,
    found: Round,
    again: Sequence[MeasuredAgain],
    settings: Settings,
    now: datetime,
) -> None:
    """What the later rounds' steps lead to, as they are measured now."""
    reason = later_letters.reason_of(found)
    for one in again:
        later_letters.follow(
            session,
            actor,
            one.round,
            to_rectify=one.to_rectify,
            let_off=one.let_off,
            reason=reason,
            settings=settings,
            now=now,
        )
        if one.added or one.taken_back:
            audit.record(
                session,
                actor=actor.name,
                action="round.measure",
                subject="round",
                subject_id=one.round.code,
                new={"added": one.added, "taken_back": one.taken_back, "round": found.code},
                now=now,
            )
    for unit_id in sorted({unit_id for one in again for unit_id in one.uncalled}):
        talk_calls.call_off_without_cause(session, unit_id, by=actor.name, reason=reason, now=now)
