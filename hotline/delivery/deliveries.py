"""E-mails of issued papers: queued at issue, sent at most once (see mail_queue)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from hotline.db import Database
from hotline.delivery import letters, mail_queue
from hotline.delivery.mail_errors import NO_UNIT
from hotline.delivery.mail_queue import LEFT, Claimed, Run, Told
from hotline.mail import Letter, Mailer, Outcome, is_address
from hotline.models.papers import Delivery, Notice
from hotline.models.registry import Unit
from hotline.papers import recipients
from hotline.settings import Settings


@dataclass(frozen=True)
class Claim:
    """A delivery that this process alone is sending, and what it sends."""

    delivery_id: int
    token: str
    number: str
    letter: Letter


def queue_for(session: Session, notice: Notice, *, settings: Settings, now: datetime) -> int:
    """Queue an e-mail to every unit that has an address and no e-mail of this paper yet.

    Returns how many were queued. A mailbox that several units share gets one.
    """
    # Two at once would each queue what the other has not committed yet.
    session.execute(select(Notice.id).where(Notice.id == notice.id).with_for_update())
    known = set(session.scalars(select(Delivery.recipient).where(Delivery.notice_id == notice.id)))
    domain = settings.mail.sender.rpartition("@")[2]
    queued = 0
    for unit in recipients.units_of(session, notice):
        if unit.email is None or unit.email in known or not is_address(unit.email):
            continue
        known.add(unit.email)
        session.add(
            Delivery(
                notice_id=notice.id,
                unit_id=unit.id,
                recipient=unit.email,
                message_id=f"<notice-{notice.id}.{token_hex(12)}@{domain}>",
                created_at=now,
            )
        )
        queued += 1
    session.flush()
    return queued


def claim(session: Session, *, key: str, settings: Settings, now: datetime) -> Claim | None:
    """Take the oldest e-mail that is due, for this process alone; None where there is none.

    One to an address that no unit has any more goes to the unit's present one instead, or is
    given up: it brings a link that signs for the unit.
    """
    taken = mail_queue.take(session, Delivery, now=now)
    while taken is not None and not letters.readers(session, taken[0]):
        _readdress(session, taken[0])
        taken = mail_queue.take(session, Delivery, now=now)
    if taken is None:
        return None
    found, token = taken
    letter = letters.write(session, found, key=key, settings=settings, now=now)
    return Claim(found.id, token, str(found.notice.number), letter)


def _readdress(session: Session, delivery: Delivery) -> None:
    email = session.scalar(select(Unit.email).where(Unit.id == delivery.unit_id))
    taken = select(Delivery.id).where(
        Delivery.notice_id == delivery.notice_id, Delivery.recipient == email
    )
    delivery.claim = delivery.claimed_at = None
    delivery.attempts -= 1
    if email is None or not is_address(email) or session.scalar(taken):
        delivery.state, delivery.error = "failed", NO_UNIT
    else:
        delivery.state, delivery.recipient = "queued", email
    session.flush()


def settle(
    session: Session,
    delivery_id: int,
    token: str,
    outcome: Outcome,
    *,
    settings: Settings,
    now: datetime,
) -> str | None:
    """Note what became of a claimed e-mail; returns its state.

    Also where its lease ran out meanwhile. None where a person has said otherwise: that stands.
    """
    return mail_queue.settle(
        session, Delivery, delivery_id, token, outcome, settings=settings, now=now
    )


def expire(session: Session, *, settings: Settings, now: datetime) -> list[Told]:
    """Claims whose lease ran out: it is not known whether the e-mail went out."""
    lost = mail_queue.expire(session, Delivery, settings=settings, now=now)
    query = (
        select(Delivery).where(Delivery.id.in_(lost)).options(joinedload(Delivery.notice))
    ).order_by(Delivery.id)
    return [
        Told(str(one.notice.number), one.recipient, "unknown", LEFT)
        for one in session.scalars(query)
    ]


def deliver(
    database: Database,
    mailer: Mailer,
    *,
    key: str,
    settings: Settings,
    now: datetime,
    limit: int | None = None,
    tell: Callable[[Told], None] = lambda _told: None,
    stopping: Callable[[], bool] = lambda: False,
) -> Run:
    """Send what is queued and due, at most `limit`; `tell` hears of each as it happens.

    `key` signs the links. `stopping` is asked before each e-mail whether the rest shall wait.
    """
    run = Run()

    def take(session: Session, moment: datetime) -> Claimed | None:
        held = claim(session, key=key, settings=settings, now=moment)
        if held is None:
            return None
        return Claimed(held.delivery_id, held.token, held.number, held.letter)

    with database.write() as session:
        lost = expire(session, settings=settings, now=now)
    for one in lost:
        run.told.append(one)
        tell(one)
    mail_queue.send_all(
        database,
        mailer,
        Delivery,
        take,
        run=run,
        settings=settings,
        now=now,
        limit=limit,
        tell=tell,
        stopping=stopping,
    )
    return run


def due(session: Session, *, now: datetime) -> int:
    """How many e-mails could be sent now."""
    return mail_queue.due(session, Delivery, now=now)


def waiting(session: Session, state: str) -> int:
    """How many e-mails are in a state."""
    return mail_queue.waiting(session, Delivery, state)
