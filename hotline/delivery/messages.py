"""E-mails that are no papers: one a kind, period and address, sent at most once (see mail_queue).

They go out in office hours only.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from secrets import token_hex

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import Session

from hotline.clock import at, local
from hotline.db import Database, insert_for
from hotline.delivery import mail_queue
from hotline.delivery.mail_errors import MOVED, PAST
from hotline.delivery.mail_queue import LEFT, Claimed, Run, Told
from hotline.files import storage
from hotline.mail import Letter, Mailer, is_address
from hotline.models.messages import Message
from hotline.models.people import User
from hotline.models.registry import Unit
from hotline.rights import ADMIN_ROLES
from hotline.settings import Settings

DIGEST = "digest"


@dataclass(frozen=True)
class Words:
    """What a message says. `file`: the digest of a kept PDF that is attached as `file_name`."""

    subject: str
    body: str
    file: str | None = None
    file_name: str | None = None


def queue(
    session: Session,
    *,
    kind: str,
    period: str,
    recipient: str,
    said: Words,
    settings: Settings,
    now: datetime,
) -> bool:
    """Queue a message unless that address has one of this kind and period; whether it was."""
    if not is_address(recipient):
        return False
    domain = settings.mail.sender.rpartition("@")[2]
    row = {
        "kind": kind,
        "period": period,
        "recipient": recipient,
        "subject": said.subject[:300],
        "body": said.body,
        "file": said.file,
        "file_name": said.file_name,
        "message_id": f"<{kind}.{token_hex(12)}@{domain}>",
        "state": "queued",
        "attempts": 0,
        "created_at": now,
    }
    adding = insert_for(session, Message).values(row).on_conflict_do_nothing()
    return session.scalar(adding.returning(Message.id)) is not None


def may_send(moment: datetime, settings: Settings) -> bool:
    """Working days, inside the hours in which people may be written to."""
    day, hours = local(moment).date(), settings.chasing
    if not settings.working_days.is_working(day):
        return False
    return at(day, hours.not_before) <= moment < at(day, hours.not_after)


def is_read(session: Session, found: Message) -> bool:
    """Whether someone whom the message is for still has its address.

    A day's list is for accounts in use and for units; a report for administrators of its office.
    """
    accounts = exists().where(User.email == found.recipient, User.active)
    if found.kind != DIGEST:
        office = found.period.partition(" ")[2]
        admins = accounts.where(User.role.in_(ADMIN_ROLES), User.area_code == office)
        return bool(session.scalar(select(admins)))
    reading = or_(
        accounts.where(User.role != "auditor"), exists().where(Unit.email == found.recipient)
    )
    return bool(session.scalar(select(reading)))


def is_past(found: Message, settings: Settings, now: datetime) -> bool:
    """Whether it is a list whose day is over: how things stood then helps nobody."""
    if found.kind != DIGEST:
        return False
    return now >= at(date.fromisoformat(found.period), settings.chasing.not_after)


def claim(session: Session, *, now: datetime) -> Claimed | None:
    """Take the oldest message that is due, for this process alone; None where there is none.

    What nobody reads any more at its address is let go: it tells of people's work.
    """
    taken = mail_queue.take(session, Message, now=now)
    while taken is not None and not is_read(session, taken[0]):
        gone = taken[0]
        gone.claim = gone.claimed_at = None
        gone.attempts -= 1
        gone.state, gone.error = "left", MOVED
        session.flush()
        taken = mail_queue.take(session, Message, now=now)
    if taken is None:
        return None
    found, token = taken
    letter = Letter(
        message_id=found.message_id,
        recipient=found.recipient,
        subject=found.subject,
        text=found.body,
        written_at=local(now),
        paper_name=found.file_name or "",
        paper=None if found.file is None else storage.fetch(session, found.file),
    )
    return Claimed(found.id, token, found.subject, letter)


def send(
    database: Database,
    mailer: Mailer,
    *,
    settings: Settings,
    now: datetime,
    stopping: Callable[[], bool] = lambda: False,
) -> Run:
    """Send what is queued and due, if people may be written to now.

    A digest of an earlier day is let go: that day's list is out of date. `stopping` is asked
    before each e-mail whether the rest shall wait.
    """
    run = Run()
    if not may_send(now, settings):
        return run
    with database.write() as session:
        _let_go(session, now)
        lost = mail_queue.expire(session, Message, settings=settings, now=now)
        query = select(Message).where(Message.id.in_(lost)).order_by(Message.id)
        run.told += [
            Told(one.subject, one.recipient, "unknown", LEFT) for one in session.scalars(query)
        ]
    mail_queue.send_all(
        database,
        mailer,
        Message,
        lambda session, moment: claim(session, now=moment),
        run=run,
        settings=settings,
        now=now,
        open_at=lambda moment: may_send(moment, settings),
        stopping=stopping,
    )
    return run


def _let_go(session: Session, now: datetime) -> None:
    today = local(now).date().isoformat()
    session.execute(
        update(Message)
        .where(Message.kind == DIGEST, Message.state == "queued", Message.period < today)
        .values(state="left", error=PAST)
    )
