"""Review (复核): an administrator accepts a check or returns it. Nobody reviews their own calls."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.orm import Session, joinedload

from hotline import audit, rights
from hotline.errors import Conflict, Forbidden, Invalid, T, Text
from hotline.inspection import checks, rounds
from hotline.inspection.checks import OpenCheck
from hotline.inspection.dialling_hours import judged_off_duty
from hotline.models.inspection import Call, CallCorrection, Check, Round
from hotline.rights import Actor
from hotline.rules.outcomes import Klass
from hotline.settings import Settings


def accept(
    session: Session,
    actor: Actor,
    check_id: int,
    *,
    settings: Settings,
    now: datetime,
    seen: str | None = None,
) -> None:
    """Say that class and score stand. Before its round closes, a check must be fully tested.

    `seen`: the `state` of the check as the reviewer saw it; Conflict if it is another by now.
    """
    check = _hold_for_review(session, actor, check_id, settings)
    if seen not in (None, state(session.get_one(Check, check_id, populate_existing=True))):
        raise Conflict(T("这条抽查任务刚有新的拨测或更正，请看过再复核。"))
    if check.row["klass"] is None or (check.round_is_open and not check.row["closable"]):
        raise Conflict(T("这条线路还没有测完，不能复核通过。"))
    _set(session, check, actor, "accepted", None, now)


def state(check: Check) -> str:
    """What a review judges, in short: how many dials, class, score, decisive dial."""
    at = check.decisive_at.timestamp() if check.decisive_at else 0
    return f"{check.calls_made}-{check.klass}-{check.score_tenths}-{at:.0f}"


def return_(
    session: Session,
    actor: Actor,
    check_id: int,
    *,
    reason: str,
    settings: Settings,
    now: datetime,
) -> None:
    """Give a check back to its inspector, who must correct a call or dial again."""
    check = _hold_for_review(session, actor, check_id, settings)
    if not check.round_is_open:
        raise Conflict(T("本轮已关闭，不能再退回。"))
    if check.row["klass"] is None:
        raise Conflict(T("这条线路还没有拨测，无可退回。"))
    if not reason.strip():
        raise Invalid.one("reason", T("请写明退回的原因。"))
    _set(session, check, actor, "returned", reason.strip(), now)


def accept_passes(
    session: Session,
    actor: Actor,
    check_ids: Iterable[int],
    *,
    settings: Settings,
    now: datetime,
) -> int:
    """Accept those of these checks that still await this actor's review and pass; how many."""
    query = (
        select(Check.id)
        .join(Round)
        .where(*awaiting(actor), Check.klass == Klass.PASS.value, Check.id.in_(list(check_ids)))
        .order_by(Check.id)
    )
    passes = session.scalars(query).all()
    for check_id in passes:
        accept(session, actor, check_id, settings=settings, now=now)
    return len(passes)


def accept_all(
    session: Session, actor: Actor, code: str, *, settings: Settings, now: datetime
) -> tuple[int, list[Text]]:
    """Accept what of a round is tested and unreviewed.

    Returns how many, and by name what was left: to another for having calls of the actor's own,
    or to be looked at for a dial off duty that condemns a line.
    """
    found = rounds.get_for(session, actor, code)
    rights.require_manages(actor, found.level, found.area_code)
    checks.hold_all(session, found)
    left = [
        Check.round_id == found.id,
        Check.review == "pending",
        Check.klass.is_not(None),
        Check.closable | (found.closed_at is not None),
    ]
    own = _own_calls(actor).where(Call.check_id == Check.id).exists()
    of_own = set(session.scalars(select(Check.id).where(*left, own)))
    query = (
        select(Check)
        .where(*left)
        .options(joinedload(Check.unit))
        .order_by(Check.area_code, Check.number)
    )
    said: list[Text] = []
    accepted = []
    for check in session.scalars(query).all():
        if check.id in of_own:
            why = T("有本人的拨测，须由另一位管理员复核")
        elif judged_off_duty(check, settings):
            why = T("据以判定的拨测在值班时间外，请逐条复核")
        else:
            accepted.append(check.id)
            continue
        said.append(T("{number} {unit}：{why}", number=check.number, unit=check.unit.name, why=why))
    for check_id in sorted(accepted):
        accept(session, actor, check_id, settings=settings, now=now)
    return len(accepted), said


def awaiting(actor: Actor) -> list[ColumnElement[bool]]:
    """What awaits this administrator's review, for a query that joins Check with its Round.

    Fully tested checks of open rounds and what was left unreviewed in closed ones, re-checks that
    are over left out; never checks with calls of the administrator's own. Nothing for anyone else.
    """
    return [
        rights.checks(actor),
        rights.managed_rounds(actor),
        Check.review == "pending",
        Check.klass.is_not(None),
        Check.closable | Round.closed_at.is_not(None),
        (Round.purpose == "sample") | Round.closed_at.is_(None),
        ~_own_calls(actor).where(Call.check_id == Check.id).exists(),
    ]


def count_waiting(session: Session, actor: Actor) -> int:
    """How many checks await this administrator's review."""
    query = select(func.count(Check.id)).join(Round).where(*awaiting(actor))
    return session.scalar(query) or 0


def waiting(session: Session, actor: Actor) -> Sequence[Check]:
    """The checks that await this administrator's review, non-pass first, then the oldest."""
    query = (
        select(Check)
        .join(Round)
        .where(*awaiting(actor))
        .order_by(Check.klass == Klass.PASS.value, Check.last_call_at, Check.id)
    )
    return session.scalars(query).all()


def _hold_for_review(
    session: Session, actor: Actor, check_id: int, settings: Settings
) -> OpenCheck:
    check = checks.hold(session, actor, check_id, settings)
    rights.require_manages(actor, check.row["round_level"], check.row["round_area"])
    if session.get_one(Check, check_id).round.called_off:
        raise Conflict(T("这一轮已经取消，不必复核。"))
    if session.scalar(_own_calls(actor).where(Call.check_id == check_id).limit(1)):
        raise Forbidden(T("不能复核本人的拨测，请由另一位管理员处理。"))
    return check


def _own_calls(actor: Actor) -> Select[Any]:
    """The calls that the actor made, logged or corrected; narrow it down to a check."""
    corrected = select(CallCorrection.id).where(
        CallCorrection.call_id == Call.id, CallCorrection.corrected_by == actor.name
    )
    return select(Call.id).where(
        (Call.inspector == actor.name) | (Call.recorded_by == actor.name) | corrected.exists()
    )


def _set(
    session: Session,
    check: OpenCheck,
    actor: Actor,
    review: str,
    reason: str | None,
    now: datetime,
) -> None:
    session.execute(
        update(Check)
        .where(Check.id == check.id)
        .values(review=review, review_reason=reason, reviewed_by=actor.name, reviewed_at=now)
    )
    audit.record(
        session,
        actor=actor.name,
        action=f"check.{review}",
        subject="check",
        subject_id=check.id,
        old={"review": check.row["review"]},
        new={"review": review, "class": check.row["klass"]},
        reason=reason,
        now=now,
    )
