"""Rows that are e-mails to be sent at most once: deliveries of papers, and messages.

queued → sending → sent | failed | unknown. The claim is a row that the database gives to one
process; the letter goes out between two transactions. Whoever dies in between leaves a claim that
becomes `unknown` after its lease and waits for a person: nothing is sent twice by itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import token_hex
from time import monotonic
from typing import TypeVar

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from hotline.db import Database
from hotline.mail import Letter, Mailer, Outcome, Unreachable
from hotline.models.messages import Message
from hotline.models.papers import Delivery
from hotline.settings import Settings

Mail = TypeVar("Mail", Delivery, Message)

LEFT = "the process ended before the answer was noted"


@dataclass(frozen=True)
class Told:
    """What became of one e-mail: its state now, and the server's words. `number`: what it was."""

    number: str
    recipient: str
    state: str
    said: str = ""


@dataclass
class Run:
    """What one go did, and why it stopped before the queue was empty, if it was the server.

    `unreachable`: it cannot be spoken to, nothing was handed over. `unanswered`: it took a letter
    and did not say so, which is better not tried on all the others.
    """

    told: list[Told] = field(default_factory=list)
    unreachable: str | None = None
    unanswered: str | None = None

    def count(self, state: str) -> int:
        return sum(one.state == state for one in self.told)


@dataclass(frozen=True)
class Claimed:
    """An e-mail that this process alone is sending. `number`: what it is, to be told."""

    id: int
    token: str
    number: str
    letter: Letter


def take(session: Session, table: type[Mail], *, now: datetime) -> tuple[Mail, str] | None:
    """The oldest e-mail that is due, and its token, for this process alone; None for none."""
    found = session.scalar(
        select(table)
        .where(_is_due(table, now))
        .order_by(table.created_at, table.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if found is None:
        return None
    token = token_hex(16)
    found.state, found.claim, found.claimed_at = "sending", token, now
    found.attempts += 1
    session.flush()
    return found, token


def settle(
    session: Session,
    table: type[Mail],
    mail_id: int,
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
        select(table)
        .where(table.id == mail_id, table.claim == token)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None or found.state not in ("sending", "unknown"):
        return None
    found.error = None if outcome.result == "sent" else outcome.said
    if outcome.result == "later" and outcome.broken:
        # No attempt of this e-mail, but others get their turn before it.
        found.state, found.claim = "queued", None
        found.attempts -= 1
        found.not_before = now + timedelta(minutes=settings.deliveries.retry_minutes)
    elif outcome.result == "later" and found.attempts < settings.deliveries.attempts:
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


def expire(
    session: Session, table: type[Mail], *, settings: Settings, now: datetime
) -> Sequence[int]:
    """Ids of claims whose lease ran out: it is not known whether the e-mail went out."""
    old = now - timedelta(minutes=settings.deliveries.lease_minutes)
    return session.scalars(
        update(table)
        .where(table.state == "sending", table.claimed_at <= old)
        .values(state="unknown", error=LEFT)
        .returning(table.id)
    ).all()


def due(session: Session, table: type[Mail], *, now: datetime) -> int:
    """How many e-mails could be sent now."""
    return session.scalar(select(func.count(table.id)).where(_is_due(table, now))) or 0


def waiting(session: Session, table: type[Mail], state: str) -> int:
    """How many e-mails are in a state."""
    return session.scalar(select(func.count(table.id)).where(table.state == state)) or 0


def send_all(
    database: Database,
    mailer: Mailer,
    table: type[Mail],
    claim: Callable[[Session, datetime], Claimed | None],
    *,
    run: Run,
    settings: Settings,
    now: datetime,
    limit: int | None = None,
    tell: Callable[[Told], None] = lambda _told: None,
    open_at: Callable[[datetime], bool] = lambda _moment: True,
    stopping: Callable[[], bool] = lambda: False,
) -> None:
    """Send what is due and `claim` gives, at most `limit`; `run` notes what became of it.

    No transaction is open while a server is spoken to. Nothing is claimed unless it answers, and
    nothing is sent at a moment that is not `open_at`, nor after one whose server broke off, nor
    once the process is `stopping`. Time goes on from `now`, since a long queue outlasts a lease.
    """
    began, sent = monotonic(), 0

    def moment() -> datetime:
        return now + timedelta(seconds=int(monotonic() - began))

    try:
        while (limit is None or sent < limit) and open_at(moment()) and not stopping():
            with database.read() as session:
                if not due(session, table, now=moment()):
                    break
            try:
                mailer.open()
            except Unreachable as error:
                run.unreachable = str(error)
                break
            if stopping():
                break
            with database.write() as session:
                claimed = claim(session, moment())
            if claimed is None:
                break
            outcome = mailer.send(claimed.letter)
            with database.write() as session:
                state = settle(
                    session,
                    table,
                    claimed.id,
                    claimed.token,
                    outcome,
                    settings=settings,
                    now=moment(),
                )
            told = Told(claimed.number, claimed.letter.recipient, state or "unknown", outcome.said)
            run.told.append(told)
            tell(told)
            sent += 1
            if outcome.broken:
                if outcome.result == "unknown":
                    run.unanswered = outcome.said
                else:
                    run.unreachable = outcome.said
                break
    finally:
        mailer.close()


def _is_due(table: type[Mail], now: datetime) -> ColumnElement[bool]:
    waited = or_(table.not_before.is_(None), table.not_before <= now)
    return (table.state == "queued") & waited
