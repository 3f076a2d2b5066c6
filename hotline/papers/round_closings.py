"""Closing a round: every line is judged; its findings, measures and papers follow at once."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hotline import audit, rights
from hotline.errors import Conflict, NotFound, T
from hotline.inspection import calendar_changes, checks, rounds
from hotline.inspection.figures import counts_that_do_not_add_up
from hotline.ladder import findings, talk_calls
from hotline.models.inspection import Check, Round
from hotline.papers import notices
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
    """
    query = select(Round).where(Round.code == code, rights.rounds(actor)).with_for_update()
    found = session.scalar(query)
    if found is None:
        raise NotFound(T("没有这一轮抽查，或您无权查看：{code}", code=code))
    rights.require_manages(actor, found.level, found.area_code)
    rounds.require_open(found)
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
    talk_calls.call_for(session, found, now=now)
    drafted = notices.draft(session, actor, found, settings=settings, now=now)
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
