"""Chasing (督办) by e-mail: one list an address and working day, of all that waits there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.chasing import due_points, paper_duties
from hotline.chasing.points import Point
from hotline.clock import local
from hotline.db import Database
from hotline.delivery import message_panels, messages
from hotline.delivery.messages import Words
from hotline.inspection import reviews
from hotline.models.messages import Message
from hotline.models.people import User
from hotline.models.registry import Unit
from hotline.rights import Actor
from hotline.settings import Settings

SHOWN = 40
"""So many points of a kind stand in an e-mail; the rest are counted, but none that is new."""


@dataclass(frozen=True)
class Reader:
    """Who reads at an address. `has_account`: can open the pages that the list leads to."""

    name: str
    actor: Actor
    has_account: bool = True


@dataclass(frozen=True)
class Chased:
    """What one day's chasing did: at how many addresses something waits, and how many were new."""

    addresses: int = 0
    queued: int = 0


def chase(database: Database, day: str, *, settings: Settings, now: datetime) -> Chased:
    """Queue the lists of a working day (ISO), each once, however often this is called.

    Nothing for a day that is over, nor outside the hours in which people may be written to: the
    next working day tells how things then stand.
    """
    if local(now).date().isoformat() != day or not messages.may_send(now, settings):
        return Chased()
    with database.read() as session:
        last = _last_lists(session, day)
        written = {
            address: write(
                session,
                readers,
                last=last.get(address),
                settings=settings,
                now=now,
            )
            for address, readers in readers_of(session).items()
        }
    told = {address: said for address, said in written.items() if said is not None}
    with database.write() as session:
        queued = [
            messages.queue(
                session,
                kind=messages.DIGEST,
                period=day,
                recipient=address,
                said=said,
                settings=settings,
                now=now,
            )
            for address, said in told.items()
        ]
    return Chased(len(told), sum(queued))


def readers_of(session: Session) -> Mapping[str, Sequence[Reader]]:
    """Address → who reads there: accounts in use, and units by the address they gave."""
    found: dict[str, list[Reader]] = {}
    users = select(User).where(User.active, User.email.is_not(None), User.role != "auditor")
    for user in session.scalars(users.order_by(User.id)):
        reader = Reader(user.full_name or user.name, Actor.of(user))
        found.setdefault(str(user.email), []).append(reader)
    for unit in session.scalars(select(Unit).where(Unit.email.is_not(None)).order_by(Unit.id)):
        there = found.setdefault(str(unit.email), [])
        actor = Actor(f"unit:{unit.id}", "unit_reader", unit.area_code, unit.id)
        if not any(r.actor.role == "unit_reader" and r.actor.unit_id == unit.id for r in there):
            there.append(Reader(unit.name, actor, has_account=False))
    return found


def _last_lists(session: Session, day: str) -> Mapping[str, date]:
    """Address → the day of the last list before this one that went there."""
    query = (
        select(Message.recipient, func.max(Message.period))
        .where(Message.kind == messages.DIGEST, Message.period < day)
        .where(Message.state.in_(("sent", "unknown")))
        .group_by(Message.recipient)
    )
    found = session.execute(query)
    return {address: date.fromisoformat(period) for address, period in found}


def write(
    session: Session,
    readers: Sequence[Reader],
    *,
    last: date | None = None,
    settings: Settings,
    now: datetime,
) -> Words | None:
    """The day's list for those who read at one address; None where nothing waits.

    What they are told of since the `last` list that went there comes first; None: since the
    working day before.
    """
    points: dict[tuple[str, str], Point] = {}
    counted: list[str] = []
    for reader in readers:
        found = due_points.points_of(session, reader.actor, settings=settings, now=now)
        counts = counts_of(session, reader.actor, settings=settings, now=now)
        whose = f"{reader.name}：" if len(readers) > 1 else ""
        points |= {(point.path, whose if point.personal else ""): point for point in found}
        counted += [f"{whose}{count}" for count in counts]
    every = [(f"{whose}{point.text}", point) for (_, whose), point in points.items()]
    last = last or _working_day_before(local(now).date(), settings)
    entries = [
        (_Entry(text, point.path, bool(point.since and point.since > last), point.waits), point)
        for text, point in every
    ]
    late = [entry for entry, point in entries if point.late]
    soon = [entry for entry, point in entries if not point.late and not point.waits]
    waiting = [entry for entry, point in entries if not point.late and point.waits]
    waiting += [_Entry(text) for text in counted]
    if not points and not waiting:
        return None
    today = local(now)
    day = f"{today.month}月{today.day}日"
    said = [f"逾期 {len(late)} 项"] if late else []
    said += [f"临期 {len(soon)} 项"] if soon else []
    said += [f"待办 {len(waiting)} 项"] if waiting else []
    opens = settings.public_url if any(reader.has_account for reader in readers) else None
    lines = [f"{'、'.join(reader.name for reader in readers)}：", "", f"截至{day}{today:%H:%M}："]
    lines += _section("逾期", late, opens)
    lines += _section("临期", soon, opens)
    lines += _section("待办", waiting, opens)
    # Nothing behind an address: mail programs would take a full stop for a part of it.
    lines += ["", f"办理请登录 {opens}" if opens else "报送请用通知书邮件中的链接。"]
    lines += ["办结前每个工作日提醒一次。", "本邮件由系统发出，请勿直接回复。", ""]
    return Words(f"监督电话抽查待办（{day}）：{'，'.join(said)}", "\n".join(lines))


def counts_of(session: Session, actor: Actor, *, settings: Settings, now: datetime) -> list[str]:
    """What waits without a date, by kind; the numbers are those of the first page's tiles."""
    counted: dict[str, int] = {}
    if actor.is_admin:
        duties = paper_duties.of_admin(session, actor, settings=settings, now=now)
        counted = {
            "检查待复核 {n} 条": reviews.count_waiting(session, actor),
            "文书草稿待送审 {n} 份": duties.drafts,
            "文书待签发 {n} 份": duties.to_issue,
            "整改待核 {n} 项": duties.reported,
            "整改逾期共 {n} 项": duties.overdue,
            "申诉待决定 {n} 件": duties.appealed,
            "约谈待安排 {n} 次": duties.talks_due,
            "约谈后报告待核 {n} 次": duties.talks_reported,
            "文书邮件待查 {n} 份": duties.unknown + duties.failed,
            "提醒邮件待处理 {n} 封": message_panels.waiting(
                session, actor, settings=settings, now=now
            ),
        }
    elif actor.role == "unit_reader":
        own = paper_duties.of_unit(session, actor, settings=settings, now=now)
        counted = {"文书待签收 {n} 份": own.unsigned}
    return [text.format(n=n) for text, n in counted.items() if n]


@dataclass(frozen=True)
class _Entry:
    """`path`: its page, if it has one; `new`: not in the list before; `own`: nobody else's task."""

    text: str
    path: str | None = None
    new: bool = False
    own: bool = False


def _working_day_before(day: date, settings: Settings) -> date:
    day -= timedelta(days=1)
    while not settings.working_days.is_working(day):
        day -= timedelta(days=1)
    return day


def _section(name: str, entries: Sequence[_Entry], opens: str | None) -> Iterable[str]:
    """What is new first and in full, for tomorrow it is one of the many that wait; then what the
    reader has to do, in full too: rounds to open, to send somebody out for, to close.
    """
    if not entries:
        return
    new = [entry for entry in entries if entry.new]
    old = [entry for entry in entries if not entry.new]
    marked = bool(new and old)
    shown = [*new, *(entry for entry in old if entry.own)]
    shown += [entry for entry in old if not entry.own][: max(0, SHOWN - len(shown))]
    news = f"，其中新增 {len(new)} 项" if marked else ""
    yield from ("", f"{name}（{len(entries)} 项{news}）")
    for n, entry in enumerate(shown, 1):
        yield f"{n}. {'【新增】' if entry.new and marked else ''}{entry.text}"
        if opens is not None and entry.path is not None:
            yield f"   {opens}{entry.path}"
    if len(entries) > len(shown):
        yield f"另有 {len(entries) - len(shown)} 项，请登录查看。"
