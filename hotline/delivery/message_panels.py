"""The e-mails that are no papers, as administrators see them; and what a person decides there."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, defer

from hotline import audit, rights
from hotline.delivery import messages
from hotline.errors import Conflict, Invalid, NotFound, T, Text
from hotline.models.messages import Message
from hotline.models.people import User
from hotline.models.registry import Area, Unit
from hotline.rights import Actor, Condition
from hotline.settings import Settings

PAGE = 50
AGAIN, LEFT = "again", "left"
WAITING = "waiting"
STATES = (WAITING, "queued", "sent", "left")
"""What a list may be of: what a person must look at, and what became of the rest."""


@dataclass(frozen=True)
class Reader:
    """Who reads at an address: an account or a unit (`unit` True), to be opened by its id."""

    id: int
    name: str
    unit: bool


@dataclass(frozen=True)
class Listed:
    """A message and its state as of now. `day` or `area`: what its period says.

    `waits`: a person must say what becomes of it; `may_resend`, else `why_not` says why not.
    """

    message: Message
    state: str
    readers: Sequence[Reader]
    period: str
    area: str | None
    waits: bool
    may_resend: bool
    why_not: Text | None


@dataclass(frozen=True)
class MessagePage:
    """One page of messages, the latest first. `waiting`: how many wait for a person, of all.

    `let_go`: lists of the latest day that had any, which did not go out on that day.
    """

    listed: Sequence[Listed]
    page: int
    pages: int
    total: int
    waiting: int
    let_go: int
    let_go_on: str | None
    has_server: bool


def find(
    session: Session,
    actor: Actor,
    *,
    kind: str = "",
    state: str = "",
    settings: Settings,
    now: datetime,
    page: int = 1,
) -> MessagePage:
    """The messages to the actor's own people; empty `kind` or `state`: any."""
    conditions = [rights.messages(actor)]
    if kind:
        conditions.append(Message.kind == kind)
    if state:
        conditions.append(_in_state(state, settings, now))
    total = session.scalar(select(func.count(Message.id)).where(*conditions)) or 0
    pages = max(1, -(-total // PAGE))
    page = min(max(1, page), pages)
    query = (
        select(Message)
        .where(*conditions)
        .options(defer(Message.body, raiseload=True))
        .order_by(Message.created_at.desc(), Message.id.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    found = session.scalars(query).all()
    day, let_go = _let_go(session, actor)
    return MessagePage(
        listed=_listed(session, found, settings, now),
        page=page,
        pages=pages,
        total=total,
        waiting=waiting(session, actor, settings=settings, now=now),
        let_go=let_go,
        let_go_on=day,
        has_server=bool(settings.mail.host),
    )


def waiting(session: Session, actor: Actor, *, settings: Settings, now: datetime) -> int:
    """How many messages wait for the actor's word: they failed, or nobody knows."""
    if not actor.is_admin:
        return 0
    which = (rights.messages(actor), _in_state(WAITING, settings, now))
    return session.scalar(select(func.count(Message.id)).where(*which)) or 0


def decide(
    session: Session,
    actor: Actor,
    message_id: int,
    decision: str,
    *,
    settings: Settings,
    now: datetime,
) -> Message:
    """A person's word on a message: send it again, as the same message, or leave it.

    Raises NotFound outside the actor's scope, Invalid for another word, Conflict where its state
    or its age leaves no room for it.
    """
    query = select(Message).where(Message.id == message_id, rights.messages(actor))
    found = session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise NotFound(T("没有这封邮件，或您无权查看。"))
    if decision not in (AGAIN, LEFT):
        raise Invalid.one("decision", T("请选重新发送或记为已知悉。"), value=decision)
    if _state(found, settings, now) not in ("failed", "unknown"):
        raise Conflict(T("这封邮件的状态已经变化，请刷新后再看。"))
    if decision == AGAIN and (why_not := _why_not(session, found, settings, now)):
        raise Conflict(why_not)
    _settle(session, actor, [found], decision, settings, now)
    return found


def leave(
    session: Session,
    actor: Actor,
    message_ids: Collection[int],
    *,
    settings: Settings,
    now: datetime,
) -> int:
    """Leave those of some messages that still wait for a person; how many they were."""
    query = select(Message).where(
        Message.id.in_(message_ids), rights.messages(actor), _in_state(WAITING, settings, now)
    )
    query = query.order_by(Message.id).with_for_update()
    found = session.scalars(query.execution_options(populate_existing=True)).all()
    _settle(session, actor, found, LEFT, settings, now)
    return len(found)


def _settle(
    session: Session,
    actor: Actor,
    found: Sequence[Message],
    decision: str,
    settings: Settings,
    now: datetime,
) -> None:
    entries = []
    for one in found:
        old = {"mail_state": _state(one, settings, now), "error": one.error}
        # Whoever may still be sending it finds the claim gone and notes nothing.
        one.claim, one.settled_by = None, actor.name
        if decision == AGAIN:
            one.state, one.attempts, one.not_before, one.error = "queued", 0, None, None
        else:
            one.state = "left"
        entries.append(
            {
                "actor": actor.name,
                "action": "message.decide",
                "subject": "message",
                "subject_id": f"{one.kind} {one.period}",
                "old": old,
                "new": {"mail_state": one.state, "recipient": one.recipient},
            }
        )
    session.flush()
    audit.record_all(session, entries, now=now)


def _in_state(state: str, settings: Settings, now: datetime) -> Condition:
    lost = and_(Message.state == "sending", Message.claimed_at <= _lease_began(settings, now))
    if state == WAITING:
        return or_(Message.state.in_(("failed", "unknown")), lost)
    if state == "queued":
        return and_(Message.state.in_(("queued", "sending")), ~lost)
    return Message.state == state


def _state(found: Message, settings: Settings, now: datetime) -> str:
    """As it is kept; a claim past its lease is unknown, whether or not anyone noted it."""
    at = found.claimed_at
    if found.state == "sending" and at is not None and at <= _lease_began(settings, now):
        return "unknown"
    return found.state


def _lease_began(settings: Settings, now: datetime) -> datetime:
    return now - timedelta(minutes=settings.deliveries.lease_minutes)


def _why_not(session: Session, found: Message, settings: Settings, now: datetime) -> Text | None:
    if messages.is_past(found, settings, now):
        return T("清单已过期，不能重发；没办结的事已列入下一个工作日的提醒。")
    if not messages.is_read(session, found):
        return T("这个邮箱已没有人使用，不再发送。")
    return None


def _let_go(session: Session, actor: Actor) -> tuple[str | None, int]:
    """The latest day with a list, and how many lists of that day were let go."""
    lists = (Message.kind == messages.DIGEST, rights.messages(actor))
    day = session.scalar(select(func.max(Message.period)).where(*lists, Message.state != "queued"))
    if day is None:
        return None, 0
    gone = (Message.period == day, Message.state == "left", Message.settled_by.is_(None))
    return day, session.scalar(select(func.count(Message.id)).where(*lists, *gone)) or 0


def _listed(
    session: Session, found: Sequence[Message], settings: Settings, now: datetime
) -> list[Listed]:
    readers = _readers(session, {one.recipient for one in found})
    areas = dict(session.execute(select(Area.code, Area.name)).all())
    listed = []
    for one in found:
        state = _state(one, settings, now)
        waits = state in ("failed", "unknown")
        why_not = _why_not(session, one, settings, now) if waits else None
        period, _, code = one.period.partition(" ")
        listed.append(
            Listed(
                message=one,
                state=state,
                readers=readers.get(one.recipient, ()),
                period=period,
                area=areas.get(code),
                waits=waits,
                may_resend=waits and why_not is None,
                why_not=why_not,
            )
        )
    return listed


def _readers(session: Session, addresses: Collection[str]) -> Mapping[str, Sequence[Reader]]:
    found: dict[str, list[Reader]] = {}
    users = select(User).where(User.email.in_(addresses)).order_by(User.id)
    for user in session.scalars(users):
        name = user.full_name or user.name
        found.setdefault(str(user.email), []).append(Reader(user.id, name, unit=False))
    units = select(Unit).where(Unit.email.in_(addresses)).order_by(Unit.id)
    for unit in session.scalars(units):
        found.setdefault(str(unit.email), []).append(Reader(unit.id, unit.name, unit=True))
    return found
