"""How an issued paper reaches its units, as the office sees it; and what a person decides there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from hotline import audit, rights
from hotline.delivery import deliveries, links, receipts
from hotline.errors import Conflict, Invalid, NotFound, T
from hotline.models.papers import Delivery, Notice, NoticeLink, NoticeOpening, Receipt
from hotline.models.registry import Unit
from hotline.papers import openings, recipients
from hotline.rights import Actor
from hotline.settings import Settings

SENT, AGAIN, FAILED = "sent", "again", "failed"
# What a person may say of an e-mail in a state.
DECISIONS = {"unknown": (SENT, AGAIN, FAILED), "failed": (AGAIN,)}


@dataclass(frozen=True)
class Mailed:
    """An e-mail, its state as of now, and what a person may decide of it."""

    delivery: Delivery
    state: str
    decisions: tuple[str, ...]


@dataclass(frozen=True)
class Linked:
    """A link with its address; `state`: good, expired or revoked."""

    link: NoticeLink
    address: str
    state: str


@dataclass(frozen=True)
class Seen:
    """An opening; `by_link_of`: the unit whose link it was, None for an account."""

    opening: NoticeOpening
    by_link_of: str | None


@dataclass(frozen=True)
class Panel:
    """What became of an issued paper.

    `by_hand`: units to which no e-mail goes; `unmailed`: of those that have an address by now.
    `unsigned`: units without a receipt. `has_server` False: e-mails wait until one is configured.
    """

    notice: Notice
    mailed: Sequence[Mailed]
    by_hand: Sequence[Unit]
    unmailed: Sequence[Unit]
    units: Sequence[Unit]
    links: Sequence[Linked]
    openings: Sequence[Seen]
    openings_total: int
    receipts: Sequence[Receipt]
    unsigned: Sequence[Unit]
    has_server: bool


@dataclass(frozen=True)
class Slip:
    """A unit's own receipt of a paper; None: it has not signed yet."""

    notice: Notice
    receipt: Receipt | None


def delivery_panel(
    session: Session, actor: Actor, notice: Notice, *, key: str, settings: Settings, now: datetime
) -> Panel | None:
    """For those who manage the paper's round; None for others, and for what is not issued."""
    found = notice.round
    if notice.number is None or not rights.manages(actor, found.level, found.area_code):
        return None
    units = recipients.units_of(session, notice)
    mailed = [_mailed(one, settings, now) for one in _deliveries(session, notice)]
    addresses = {one.delivery.recipient for one in mailed}
    signed = receipts.of(session, notice)
    own_links = links.of(session, notice)
    names = {link.id: link.unit.name for link in own_links if link.unit}
    have_signed = {receipt.unit_id for receipt in signed}
    return Panel(
        notice=notice,
        mailed=mailed,
        by_hand=[unit for unit in units if unit.email not in addresses],
        unmailed=[unit for unit in units if unit.email and unit.email not in addresses],
        units=units,
        links=[_linked(one, key, settings, now) for one in own_links],
        openings=[
            Seen(one, names.get(one.link_id) if one.link_id else None)
            for one in openings.of(session, notice)
        ],
        openings_total=openings.count(session, notice),
        receipts=signed,
        unsigned=[unit for unit in units if unit.id not in have_signed],
        has_server=bool(settings.mail.host),
    )


def slip(session: Session, actor: Actor, notice: Notice) -> Slip | None:
    """For a unit's own reader of a paper that was issued to it; None for everyone else."""
    if actor.role != "unit_reader" or actor.unit_id is None or notice.number is None:
        return None
    return Slip(notice, receipts.by_unit(session, notice, actor.unit_id))


def decide(
    session: Session,
    actor: Actor,
    delivery_id: int,
    decision: str,
    *,
    settings: Settings,
    now: datetime,
) -> Delivery:
    """A person's word on an e-mail: it arrived, send it again (as the same message), or give up.

    Raises Invalid for another word, Conflict where the e-mail's state leaves no room for it.
    """
    notice_id = session.scalar(select(Delivery.notice_id).where(Delivery.id == delivery_id))
    if notice_id is None:
        raise NotFound(T("没有这封邮件，或您无权查看。"))
    links.managed(session, actor, notice_id)
    if decision not in (SENT, AGAIN, FAILED):
        raise Invalid.one("decision", T("请选已收到、重新发送或作废。"), value=decision)
    found = session.get_one(Delivery, delivery_id, with_for_update=True, populate_existing=True)
    state = _state(found, settings, now)
    if decision not in DECISIONS.get(state, ()):
        raise Conflict(T("这封邮件的状态已经变化，请刷新后再看。"))
    old = {"state": state, "error": found.error}
    found.claim, found.settled_by = None, actor.name
    if decision == AGAIN:
        found.state, found.attempts, found.not_before, found.error = "queued", 0, None, None
    else:
        found.state = decision
        found.sent_at = found.claimed_at if decision == SENT else None
    session.flush()
    audit.record(
        session,
        actor=actor.name,
        action="delivery.decide",
        subject="notice",
        subject_id=notice_id,
        old=old,
        new={"state": found.state, "recipient": found.recipient},
        now=now,
    )
    return found


def queue_more(
    session: Session, actor: Actor, notice_id: int, *, settings: Settings, now: datetime
) -> int:
    """Queue e-mails to units whose address came, or was put right, after the issue."""
    notice = links.managed(session, actor, notice_id)
    queued = deliveries.queue_for(session, notice, settings=settings, now=now)
    if not queued:
        raise Conflict(T("没有需要补发的单位：要么已列入发送，要么没有邮箱。"))
    audit.record(
        session,
        actor=actor.name,
        action="delivery.queue",
        subject="notice",
        subject_id=notice.id,
        new={"queued": queued},
        now=now,
    )
    return queued


def _deliveries(session: Session, notice: Notice) -> Sequence[Delivery]:
    query = (
        select(Delivery)
        .where(Delivery.notice_id == notice.id)
        .options(joinedload(Delivery.unit))
        .order_by(Delivery.id)
    )
    return session.scalars(query).all()


def _mailed(delivery: Delivery, settings: Settings, now: datetime) -> Mailed:
    state = _state(delivery, settings, now)
    return Mailed(delivery, state, DECISIONS.get(state, ()))


def _state(delivery: Delivery, settings: Settings, now: datetime) -> str:
    """As it is kept; a claim past its lease is unknown, whether or not anyone noted it."""
    lease = timedelta(minutes=settings.deliveries.lease_minutes)
    at = delivery.claimed_at
    if delivery.state == "sending" and at is not None and at + lease <= now:
        return "unknown"
    return delivery.state


def _linked(link: NoticeLink, key: str, settings: Settings, now: datetime) -> Linked:
    state = "good" if link.expires_at > now else "expired"
    if link.revoked_at is not None:
        state = "revoked"
    return Linked(link, links.address(link, key=key, settings=settings), state)
