"""The checks of a round as a list: filtered, a page at a time, with how far the round has come.

It reads the rows of Check, never the calls.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, null, or_, select
from sqlalchemy.orm import Session

from hotline import rights
from hotline.clock import local
from hotline.errors import T, Text
from hotline.inspection import dialling_hours
from hotline.inspection.dialling_hours import Openings
from hotline.models.inspection import Check, Round
from hotline.models.people import User
from hotline.models.registry import Area, Line, Unit
from hotline.rights import Actor
from hotline.rules.duty import AM, PM
from hotline.settings import Settings

PAGE_SIZE = 200
UNTESTED = "untested"
STATES = {
    "todo": T("尚未拨测"),
    "due": T("可以复拨"),
    "later": T("未到复拨时间"),
    "over": T("已过截止"),
    "unused": T("线路已不在用"),
    "returned": T("已退回"),
    "pending": T("待复核"),
    "accepted": T("已复核"),
}


@dataclass(frozen=True)
class Sought:
    """What is asked for; None or "" asks for nothing. `klass`: a class, or `untested`.

    `mine`: what is dealt to whoever asks, or open to all who inspect the round.
    """

    search: str = ""
    area: str | None = None
    klass: str | None = None
    state: str | None = None
    mine: bool = False


SET_APART = ("over", "unused")
"""States of checks that nobody is to dial any more, though they cannot be closed."""
TURNS = {
    "returned": T("已退回"),
    "now": T("现在可拨"),
    "planned": T("稍后计划"),
    "later": T("未到可拨时间"),
    "over": T("已过截止"),
    "unused": T("线路已不在用"),
    "done": T("不必再拨"),
    "others": T("由其他检查员拨测"),
}
"""The parts of an inspector's work list, in order."""
HALVES = {AM: T("上午"), PM: T("下午")}


@dataclass(frozen=True)
class ListedCheck:
    """One check. `open_reason`: why it cannot be closed yet, as stored; None if it can.

    `opens_at`: from when on it may be dialled, None: no more in this round. `in_use`: the line
    still is; `changes`: what the registry says otherwise by now. `turn`: in which part of the
    work list it is; None where the list is none. `inspector`: the user name of whom it is dealt
    to.
    """

    id: int
    number: str
    unit: str
    area: str
    klass: str | None
    score_tenths: int | None
    provisional: bool
    attempts: int | None
    outcome: int | None
    calls_made: int
    last_call_at: datetime | None
    closable: bool
    open_reason: list[Any] | None
    next_call_at: datetime | None
    review: str
    reasons: list[Any]
    planned_on: date | None
    planned_half: str | None
    inspector: str | None
    turn: str | None
    opens_at: datetime | None
    in_use: bool
    changes: tuple[Text, ...]

    def may_dial(self, now: datetime) -> bool:
        """Would a dial at this moment bring the check on, as far as its row can tell?"""
        opens = self.opens_at
        return not self.closable and self.in_use and opens is not None and opens <= now


@dataclass(frozen=True)
class Progress:
    """Counts over the checks of a round that the actor may see, whatever is sought.

    `states` and `classes` (None: untested) each add up to `lines`. `areas`: name and lines by code.
    """

    lines: int
    dialled: int
    closable: int
    reviewed: int
    states: dict[str, int]
    classes: dict[str | None, int]
    areas: dict[str, tuple[str, int]]


@dataclass(frozen=True)
class CheckPage:
    """One page, counted from 1, of all that was found."""

    checks: tuple[ListedCheck, ...]
    total: int
    page: int
    pages: int


def find(
    session: Session,
    actor: Actor,
    found: Round,
    sought: Sought,
    openings: Openings,
    *,
    page: int = 1,
) -> CheckPage:
    """The round's checks in the actor's scope, by area and number, as seen at `openings.now`.

    An inspector's list of an open round is a work list: what was sent back, what may be dialled
    now, retries before what is planned, then what is for later, then the rest.
    """
    which = _which(sought, openings)
    if sought.mine:
        which.append(rights.dialled_by(actor))
    counting = _scoped(select(func.count(Check.id)), actor, found).where(*which)
    total = session.scalar(counting) or 0
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(1, page), pages)
    columns = (
        Check.id,
        Check.number,
        Unit.name,
        Area.name,
        Check.klass,
        Check.score_tenths,
        Check.provisional,
        Check.attempts,
        Check.outcome,
        Check.calls_made,
        Check.last_call_at,
        Check.closable,
        Check.open_reason,
        Check.next_call_at,
        Check.review,
        Check.reasons,
        Check.planned_on,
        Check.planned_half,
        select(User.name).where(User.id == Check.inspector_id).scalar_subquery(),
    )
    works = found.is_open and actor.role in rights.INSPECTOR_ROLES
    turn, order = _work(actor, openings) if works else (null(), ())
    registry = (Check.duty_hours, Line.status, Line.number, Line.duty_hours)
    query = (
        _scoped(select(*columns, turn, *registry), actor, found)
        .where(*which)
        .order_by(*order, Check.area_code, Check.number)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    )
    rows = tuple(_listed(row, found, openings) for row in session.execute(query))
    return CheckPage(rows, total, page, pages)


def _listed(row: Any, found: Round, openings: Openings) -> ListedCheck:
    *columns, hours, status, number, hours_now = row
    opens_at = openings.of(found.id, hours, row.next_call_at)
    said = dialling_hours.changes(row[1], hours, status, number, hours_now, openings.settings)
    columns += [opens_at, status == "active", said if found.is_open else ()]
    return ListedCheck(*columns)


def is_dealt(session: Session, found: Round) -> bool:
    """Are lines of the round dealt to inspectors?"""
    dealt = select(Check.id).where(Check.round_id == found.id, Check.inspector_id.is_not(None))
    return session.scalar(dealt.limit(1)) is not None


def progress(
    session: Session,
    actor: Actor,
    found: Round,
    openings: Openings,
    *,
    mine: bool = False,
) -> Progress:
    """How far the round has come, or (`mine`) the actor's own part of it; one query."""
    counted = {name: func.count().filter(state(name, openings)).label(name) for name in STATES}
    query = _scoped(
        select(
            Check.area_code,
            Area.name,
            Check.klass,
            func.count(),
            func.count().filter(Check.calls_made > 0),
            func.count().filter(Check.closable),
            *counted.values(),
        ),
        actor,
        found,
    ).group_by(Check.area_code, Area.name, Check.klass)
    if mine:
        query = query.where(rights.dialled_by(actor))
    lines = dialled = closable = 0
    states = dict.fromkeys(STATES, 0)
    classes: dict[str | None, int] = {}
    areas: dict[str, tuple[str, int]] = {}
    for code, name, klass, n, with_calls, may_close, *by_state in session.execute(
        query.order_by(Check.area_code)
    ):
        lines, dialled, closable = lines + n, dialled + with_calls, closable + may_close
        classes[klass] = classes.get(klass, 0) + n
        areas[code] = (name, areas.get(code, (name, 0))[1] + n)
        for key, count in zip(STATES, by_state, strict=True):
            states[key] += count
    return Progress(lines, dialled, closable, states["accepted"], states, classes, areas)


def set_apart(
    session: Session,
    actor: Actor,
    *,
    settings: Settings,
    now: datetime,
    states: Sequence[str] = SET_APART,
) -> dict[int, int]:
    """Open round → how many checks that are the actor's nobody is to dial any more; two queries.

    `states`: of SET_APART, those that count.
    """
    seen = Round.closed_at.is_(None), rights.checks(actor), rights.dialled_by(actor)
    openings = dialling_hours.openings(session, settings, now, *seen)
    query = (
        select(Check.round_id, func.count())
        .select_from(Check)
        .join(Check.round)
        .join(Check.line)
        .where(*seen, or_(*(state(name, openings) for name in states)))
        .group_by(Check.round_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def _scoped(
    query: Select[*tuple[Any, ...]], actor: Actor, found: Round
) -> Select[*tuple[Any, ...]]:
    return (
        query.select_from(Check)
        .join(Check.round)
        .join(Check.unit)
        .join(Check.line)
        .join(Area, Area.code == Check.area_code)
        .where(Check.round_id == found.id, rights.checks(actor))
    )


def _work(actor: Actor, openings: Openings) -> tuple[ColumnElement[Any], Sequence[Any]]:
    """In which part of an inspector's work list a check is, and the order of the list."""
    wall = local(openings.now)
    today, half = wall.date(), AM if wall.hour < 12 else PM
    coming = or_(
        Check.planned_on > today, and_(Check.planned_on == today, Check.planned_half > half)
    )
    never = Check.calls_made == 0
    returned = Check.review == "returned"
    turn = case(
        (~rights.dialled_by(actor), "others"),
        (returned, "returned"),
        (Check.closable, "done"),
        (~openings.in_use(), "unused"),
        (openings.too_late(), "over"),
        (and_(never, coming), "planned"),
        (openings.not_yet(), "later"),
        else_="now",
    )
    place = case({name: at for at, name in enumerate(TURNS)}, value=turn)
    # A retry waits for its hour, the rest for its half-day.
    urgency = case((never, 1), else_=0)
    unplanned = func.coalesce(Check.planned_on, date.min)
    due = Check.next_call_at.nulls_first()
    return turn, (place, urgency, unplanned, Check.planned_half.nulls_first(), due)


def _which(sought: Sought, openings: Openings) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    for word in sought.search.split():
        texts = (Check.number, Unit.name, Area.name)
        matches = [column.icontains(word, autoescape=True) for column in texts]
        if word.isdigit():
            # People type a number without its dash.
            matches.append(func.replace(Check.number, "-", "").contains(word, autoescape=True))
        conditions.append(or_(*matches))
    if sought.area:
        conditions.append(Check.area_code == sought.area)
    if sought.klass == UNTESTED:
        conditions.append(Check.klass.is_(None))
    elif sought.klass:
        conditions.append(Check.klass == sought.klass)
    if sought.state in STATES:
        conditions.append(state(sought.state, openings))
    return conditions


def state(name: str, openings: Openings) -> ColumnElement[bool]:
    """Checks in one of STATES, which exclude one another and leave nothing out.

    The query joins Line.
    """
    returned, accepted = Check.review == "returned", Check.review == "accepted"
    still = and_(~returned, ~accepted, ~Check.closable)
    used, over = openings.in_use(), openings.too_late()
    offered = and_(still, used, ~over)
    never = Check.calls_made == 0
    return {
        "todo": and_(offered, never),
        "due": and_(offered, ~never, ~openings.not_yet()),
        "later": and_(offered, ~never, openings.not_yet()),
        "over": and_(still, used, over),
        "unused": and_(still, ~used),
        "returned": returned,
        "pending": and_(~returned, ~accepted, Check.closable),
        "accepted": accepted,
    }[name]
