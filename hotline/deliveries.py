"""E-mails of issued papers: queued at issue, claimed by one process, sent at most once.

queued → sending → sent | failed | unknown. The claim is a row that the database gives to one
process; the letter goes out between two transactions. Whoever dies in between leaves a claim that
becomes `unknown` after its lease and waits for a person: nothing is sent twice by itself.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import token_hex
from time import monotonic

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from hotline import letters, recipients
from hotline.db import Database
from hotline.mail import Letter, Mailer, Outcome, Unreachable, is_address
from hotline.models.papers import Delivery, Notice
from hotline.settings import Settings

_LEFT = "the process ended before the answer was noted"


@dataclass(frozen=True)
class Claim:
    """A delivery that this process alone is sending, and what it sends."""

    delivery_id: int
    token: str
    number: str
    letter: Letter


@dataclass(frozen=True)
class Told:
    """What became of one e-mail: its state now, and the server's words."""

    number: str
    recipient: str
    state: str
    said: str = ""


@dataclass
class Run:
    """What one go did. `unreachable`: why it stopped before the queue was empty; else None."""

    told: list[Told] = field(default_factory=list)
    unreachable: str | None = None

    def count(self, state: str) -> int:
        return sum(one.state == state for one in self.told)


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
    """Take the oldest e-mail that is due, for this process alone; None where there is none."""
    found = session.scalar(
        select(Delivery)
        .where(
            Delivery.state == "queued",
            or_(Delivery.not_before.is_(None), Delivery.not_before <= now),
        )
        .order_by(Delivery.created_at, Delivery.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if found is None:
        return None
    found.state, found.claim, found.claimed_at = "sending", token_hex(16), now
    found.attempts += 1
    session.flush()
    letter = letters.write(session, found, key=key, settings=settings, now=now)
    return Claim(found.id, found.claim, str(found.notice.number), letter)


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
    found = session.scalar(
        select(Delivery)
        .where(Delivery.id == delivery_id, Delivery.claim == token)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None or found.state not in ("sending", "unknown"):
        return None
    found.error = None if outcome.result == "sent" else outcome.said
    if outcome.result == "later" and found.attempts < settings.deliveries.attempts:
        wait = settings.deliveries.retry_minutes * 2 ** (found.attempts - 1)
        found.state, found.claim = "queued", None
        found.not_before = now + timedelta(minutes=wait)
    elif outcome.result == "later":
        found.state = "failed"
    else:
        found.state = outcome.result
        found.sent_at = now if outcome.result == "sent" else None
    session.flush()
    return found.state


def expire(session: Session, *, settings: Settings, now: datetime) -> list[Told]:
    """Claims whose lease ran out: it is not known whether the e-mail went out."""
    old = now - timedelta(minutes=settings.deliveries.lease_minutes)
    lost = session.scalars(
        update(Delivery)
        .where(Delivery.state == "sending", Delivery.claimed_at <= old)
        .values(state="unknown", error=_LEFT)
        .returning(Delivery.id)
    ).all()
    query = (
        select(Delivery).where(Delivery.id.in_(lost)).options(joinedload(Delivery.notice))
    ).order_by(Delivery.id)
    return [
        Told(str(one.notice.number), one.recipient, "unknown", _LEFT)
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
) -> Run:
    """Send what is queued and due, at most `limit`; `tell` hears of each as it happens.

    No transaction is open while a server is spoken to. Nothing is claimed unless it answers.
    `key` signs the links. Time goes on from `now`, since a long queue outlasts a lease.
    """
    began, run = monotonic(), Run()

    def moment() -> datetime:
        return now + timedelta(seconds=int(monotonic() - began))

    def hear(told: Told) -> None:
        run.told.append(told)
        tell(told)

    with database.write() as session:
        lost = expire(session, settings=settings, now=moment())
    for one in lost:
        hear(one)
    sent = 0
    while limit is None or sent < limit:
        with database.read() as session:
            if not due(session, now=moment()):
                break
        try:
            mailer.open()
        except Unreachable as error:
            run.unreachable = str(error)
            break
        with database.write() as session:
            claimed = claim(session, key=key, settings=settings, now=moment())
        if claimed is None:
            break
        outcome = mailer.send(claimed.letter)
        with database.write() as session:
            state = settle(
                session,
                claimed.delivery_id,
                claimed.token,
                outcome,
                settings=settings,
                now=moment(),
            )
        hear(Told(claimed.number, claimed.letter.recipient, state or "unknown", outcome.said))
        sent += 1
    mailer.close()
    return run


def due(session: Session, *, now: datetime) -> int:
    """How many e-mails could be sent now."""
    query = select(func.count(Delivery.id)).where(
        Delivery.state == "queued",
        or_(Delivery.not_before.is_(None), Delivery.not_before <= now),
    )
    return session.scalar(query) or 0


def waiting(session: Session, state: str) -> int:
    """How many e-mails are in a state."""
    return session.scalar(select(func.count(Delivery.id)).where(Delivery.state == state)) or 0
