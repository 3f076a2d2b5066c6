"""One step of a rectification: its row locked, what stands in the way, the visible history."""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from hotline import audit, rights, words
from hotline.clock import local
from hotline.errors import Conflict, Forbidden, HotlineError, NotFound, T
from hotline.ladder.due_dates import DueDate
from hotline.ladder.due_dates import after as after_days
from hotline.loop import loop_rights
from hotline.models.inspection import Check, Round
from hotline.models.loop import Rectification, RectificationStep
from hotline.models.papers import Finding, Notice
from hotline.models.registry import Unit
from hotline.rights import Actor
from hotline.rules.escalation import working_days_for
from hotline.rules.outcomes import Klass
from hotline.rules.rectification import Deed, State, after
from hotline.settings import Settings

STEPS_OF_APPEALS = ("hold", "release")
"""They come in any state, and say nothing of a re-check that runs meanwhile."""


def get_for(session: Session, actor: Actor, rectification_id: int) -> Rectification:
    """A rectification with what its page needs. Raises NotFound outside the actor's scope."""
    query = _scoped(actor, rectification_id).options(
        joinedload(Rectification.notice).joinedload(Notice.round).joinedload(Round.area),
        joinedload(Rectification.finding).joinedload(Finding.check),
        joinedload(Rectification.unit).joinedload(Unit.area),
        joinedload(Rectification.line),
        joinedload(Rectification.recheck_round),
    )
    return _found(session.scalar(query))


def lock_for(session: Session, actor: Actor, rectification_id: int) -> Rectification:
    """The same to change it: on PostgreSQL its row is locked, and read as it is after the wait."""
    query = _scoped(actor, rectification_id).with_for_update(of=Rectification)
    return _found(session.scalar(query.execution_options(populate_existing=True)))


def require(session: Session, actor: Actor, found: Rectification, deed: Deed) -> None:
    """Raises what `obstacle` finds."""
    error = obstacle(session, actor, found, deed)
    if error is not None:
        raise error


def obstacle(
    session: Session, actor: Actor, found: Rectification, deed: Deed
) -> HotlineError | None:
    """Why the actor may not do this now: Forbidden or Conflict; None if they may.

    A report is its unit's to make; everything else is for an administrator who manages the round
    and is not the one who reported.
    """
    return (
        _not_theirs(actor, found, deed)
        or _not_in_this_state(session, actor, found, deed)
        or _not_before_recheck(session, found, deed)
    )


def has_line_to_call(found: Rectification) -> bool:
    """Is there a line in use that a re-check can dial? A withdrawn one is looked at on paper."""
    return found.line is not None and found.line.status == "active"


def knows_recheck(session: Session, actor: Actor, found: Rectification) -> bool:
    """Does the actor know of the last re-check? Of a running one only who manages or makes it."""
    known = loop_rights.knows_recheck(actor)
    query = select(Rectification.id).where(Rectification.id == found.id, known)
    return session.scalar(query) is not None


def state_for(found: Rectification, knows_recheck: bool) -> State:
    """To whoever does not know of a running re-check the report is still being looked at."""
    state = State(found.state)
    hidden = state is State.RECHECKING and not knows_recheck
    return State.REPORTED if hidden else state


def recheck_of(session: Session, found: Rectification) -> Check | None:
    """The check of the re-check that runs or ran last; None if there was none."""
    if found.recheck_round_id is None:
        return None
    query = select(Check).where(Check.round_id == found.recheck_round_id)
    return session.scalar(
        query.options(joinedload(Check.round)).execution_options(populate_existing=True)
    )


def move(found: Rectification, deed: Deed) -> None:
    """Into the state that the deed leads to; `require` was asked before."""
    following = after(deed, State(found.state), held=found.held)
    if following is not None:
        found.state = following.value


def set_due(found: Rectification, due: DueDate) -> None:
    found.due_on, found.counted_from = due.on, due.counted_from
    found.working_days = due.working_days


def send_back(
    found: Rectification, deed: Deed, *, days: int | None, settings: Settings, now: datetime
) -> None:
    """Returned once more, with a new due date from today; the caller has locked and asked."""
    usual = (
        working_days_for(Klass(found.finding.klass), settings.ladder)
        if found.finding
        else settings.ladder.rectify_days
    )
    due = after_days(local(now).date(), days or usual, settings.working_days)
    move(found, deed)
    found.returns += 1
    set_due(found, due)


def note(
    session: Session,
    found: Rectification,
    step: str,
    *,
    by: str,
    now: datetime,
    reason: str | None = None,
) -> None:
    """A line of the history that unit and office see."""
    session.add(
        RectificationStep(
            rectification_id=found.id, step=step, state=found.state, reason=reason, by=by, at=now
        )
    )
    session.flush()


def journal(
    session: Session,
    actor: Actor,
    found: Rectification,
    deed: Deed,
    *,
    before: str,
    now: datetime,
    reason: str | None = None,
    **more: object,
) -> None:
    """The journal's entry, last in the use case."""
    audit.record(
        session,
        actor=actor.name,
        action=f"rectification.{deed.value}",
        subject="rectification",
        subject_id=found.id,
        old={"state": before},
        new={"state": found.state, **more},
        reason=reason,
        now=now,
    )


def _scoped(actor: Actor, rectification_id: int) -> Select[Rectification]:
    return (
        select(Rectification)
        .join(Notice, Notice.id == Rectification.notice_id)
        .join(Round, Round.id == Notice.round_id)
        .where(Rectification.id == rectification_id, loop_rights.rectifications(actor))
    )


def _found(found: Rectification | None) -> Rectification:
    if found is None:
        raise NotFound(T("没有这项整改，或您无权查看。"))
    return found


def _not_theirs(actor: Actor, found: Rectification, deed: Deed) -> HotlineError | None:
    if deed is Deed.REPORT:
        if actor.role == "unit_reader" and actor.unit_id == found.unit_id:
            return None
        return Forbidden(T("整改情况由责任单位报送。"))
    round_ = found.notice.round
    if not rights.manages(actor, round_.level, round_.area_code):
        return Forbidden(T("只有本级管理员可以这样做。"))
    if deed is not Deed.EXTEND and actor.name == found.reported_by:
        return Forbidden(T("不能核查本人报送的整改，请由另一位管理员处理。"))
    return None


def _not_in_this_state(
    session: Session, actor: Actor, found: Rectification, deed: Deed
) -> HotlineError | None:
    state = State(found.state)
    if after(deed, state, held=found.held) is not None:
        return None
    if after(deed, state) is not None:
        return Conflict(T("申诉尚未决定，整改暂停办理。"))
    known = state_for(found, knows_recheck(session, actor, found))
    return Conflict(
        T("整改现在的状态是“{state}”，不能这样做。", state=words.RECTIFICATION_STATE[known])
    )


def _not_before_recheck(session: Session, found: Rectification, deed: Deed) -> HotlineError | None:
    if deed is Deed.RECHECK and not has_line_to_call(found):
        return Conflict(T("没有在用的线路可以复查，请核查材料后销号。"))
    if deed is not Deed.CLOSE:
        return None
    if found.state == State.REPORTED:
        return Conflict(T("须先复查合格才能销号。")) if has_line_to_call(found) else None
    check = recheck_of(session, found)
    if check is None or check.round.is_open:
        return Conflict(T("复查尚未办结，不能销号。"))
    if check.klass != Klass.PASS or check.review != "accepted":
        return Conflict(T("复查未合格，不能销号。"))
    return None
