"""Re-checks (复查): what was put right is dialled again, unannounced, before it is struck off.

A re-check is a round of one check with `purpose` recheck: logged, scored and reviewed as any
other, seen by those who manage it and those it is assigned to until it is over, and left out of
every figure, list and history of samples.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from hotline import words
from hotline.clock import Period, local
from hotline.errors import Conflict, Invalid, T, Text
from hotline.inspection import checks, rubrics
from hotline.inspection.inspectors import chosen
from hotline.ladder.rectification_measures import call_for_talk
from hotline.loop.rectification_steps import (
    journal,
    lock_for,
    move,
    note,
    recheck_of,
    require,
    send_back,
)
from hotline.models.inspection import Check, Round
from hotline.models.loop import Rectification
from hotline.rights import Actor
from hotline.rules.outcomes import Klass
from hotline.rules.reasons import Reason
from hotline.rules.rectification import Deed
from hotline.settings import Settings
from hotline.texts import clean


def open(
    session: Session,
    actor: Actor,
    rectification_id: int,
    *,
    inspectors: Iterable[int] = (),
    settings: Settings,
    now: datetime,
) -> Round:
    """Call the line of a reported rectification again, with the line as it is today.

    Whoever asks for it has accepted the report. Raises Forbidden, Conflict, and Invalid for
    inspectors the actor may not send out.
    """
    found = lock_for(session, actor, rectification_id)
    require(session, actor, found, Deed.RECHECK)
    sent = chosen(session, actor, inspectors)
    source, today, before = found.notice.round, local(now).date(), found.state
    period = Period.quarter_of(today) if source.level == "province" else Period.month_of(today)
    opened = Round(
        code=_code(session, found.id),
        purpose="recheck",
        level=source.level,
        area_code=source.area_code,
        period=period.name,
        starts_on=today,
        ends_on=settings.working_days.add(today, settings.ladder.recheck_days),
        coverage="list",
        rubric=rubrics.freeze(session, settings.rubric, now),
        opened_at=now,
        opened_by=actor.name,
        inspectors=sent,
    )
    session.add(opened)
    session.flush()
    if found.line is not None:
        session.execute(insert(Check), [checks.untested(opened, found.line, settings)])
    found.recheck_round_id = opened.id
    found.verified_at, found.verified_by = now, actor.name
    move(found, Deed.RECHECK)
    note(session, found, "recheck", by=actor.name, now=now)
    journal(session, actor, found, Deed.RECHECK, before=before, now=now, round=opened.code)
    return opened


def settle(
    session: Session,
    actor: Actor,
    rectification_id: int,
    *,
    days: int | None = None,
    settings: Settings,
    now: datetime,
) -> bool:
    """End a re-check by its result: True if the line passed and may be struck off.

    A failed one sends the rectification back with `days` more (None: as many as the ladder
    gives) and calls for a talk; after a talk was held, for a copy upwards too. Refuses with
    Conflict what is not fully dialled by the retry rule or not reviewed.
    """
    found = lock_for(session, actor, rectification_id)
    require(session, actor, found, Deed.PASS)
    running, check = _hold_running(session, found)
    unmet = unfinished(check)
    if unmet is not None:
        raise Conflict(T("复查还不能认定：{why}", why=unmet))
    _end(session, running, actor, now)
    deed = Deed.PASS if check.klass == Klass.PASS else Deed.FAIL
    before, said = found.state, None
    if deed is Deed.FAIL:
        send_back(found, deed, days=days, settings=settings, now=now)
        said = str(words.klass(check.klass))
        trigger = Reason("talk.recheck", {"class": str(check.klass)})
        call_for_talk(session, found, trigger, now=now)
    note(session, found, deed.value, by=actor.name, now=now, reason=said)
    result = {"round": running.code, "class": check.klass}
    journal(session, actor, found, deed, before=before, now=now, **result)
    return deed is Deed.PASS


def call_off(
    session: Session, actor: Actor, rectification_id: int, *, reason: str, now: datetime
) -> Rectification:
    """End a re-check without a result, with the reason; the report stands as before."""
    found = lock_for(session, actor, rectification_id)
    require(session, actor, found, Deed.CALL_OFF)
    if not clean(reason):
        raise Invalid.one("reason", T("请写明取消复查的原因。"))
    (running, _check), before = _hold_running(session, found), found.state
    _end(session, running, actor, now)
    running.as_is_reason = clean(reason)[:500]
    move(found, Deed.CALL_OFF)
    note(session, found, "call_off", by=actor.name, now=now, reason=running.as_is_reason)
    journal(
        session,
        actor,
        found,
        Deed.CALL_OFF,
        before=before,
        now=now,
        reason=running.as_is_reason,
        round=running.code,
    )
    return found


def unfinished(check: Check) -> Text | None:
    """Why a re-check's result cannot be taken yet: still to dial, or still to review."""
    if not check.closable:
        why = check.open_reason
        return words.reason(Reason.from_json(why)) if why else words.UNTESTED
    return None if check.review == "accepted" else words.REVIEW[check.review]


def rectification_id_of(found: Round) -> int | None:
    """Which rectification a re-check is of; None for a sample."""
    return int(found.code.split("-")[1]) if found.purpose == "recheck" else None


def _code(session: Session, rectification_id: int) -> str:
    """`R-12-1`: the first re-check of rectification 12; its row is locked meanwhile."""
    prefix = f"R-{rectification_id}-"
    used = select(func.count(Round.id)).where(Round.code.startswith(prefix, autoescape=True))
    return f"{prefix}{(session.scalar(used) or 0) + 1}"


def _hold_running(session: Session, found: Rectification) -> tuple[Round, Check]:
    """The re-check that runs, its round and check locked. Raises Conflict if it is over."""
    running = session.get(
        Round, found.recheck_round_id, with_for_update=True, populate_existing=True
    )
    if running is None or not running.is_open:
        raise Conflict(T("复查已经办结。"))
    checks.hold_all(session, running)
    check = recheck_of(session, found)
    if check is None:
        raise LookupError(f"{running.code} has no check")
    return running, check


def _end(session: Session, running: Round, actor: Actor, now: datetime) -> None:
    running.closed_at, running.closed_by = now, actor.name
    session.flush()
    session.execute(update(Check).where(Check.round_id == running.id).values(provisional=False))
