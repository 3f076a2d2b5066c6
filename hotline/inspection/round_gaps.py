"""Lines in use that no round of the running period takes in, by what the database holds.

Not by what the scheduler ran: a run may be done, or never due, and still no round be there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline import rights
from hotline.clock import Period, at, local
from hotline.inspection import round_openings
from hotline.inspection.round_lines import round_code
from hotline.models.inspection import Check, Round
from hotline.models.registry import Area, Line
from hotline.registry.areas import all_areas
from hotline.registry.areas import groups as reporting_groups
from hotline.rights import Actor
from hotline.settings import Settings

# How long the scheduler has for what opens by itself, and how long a period that is over is told.
_AT_WORK, _LOOKING_BACK = timedelta(minutes=15), timedelta(days=10)


@dataclass(frozen=True)
class Unopened:
    """No round of the period: its `opening` has passed. `lines`: in use; `over`: too late now."""

    area: Area
    level: str
    period: Period
    opening: date
    lines: int
    over: bool = False


@dataclass(frozen=True)
class InPart:
    """The period's one round was opened by hand with lines that were named: `of` are in use."""

    round: Round
    covered: int
    of: int


def unopened(
    session: Session, actor: Actor, *, settings: Settings, now: datetime
) -> Sequence[Unopened]:
    """What the actor manages and is to have a round, but has none; the last period's too, for
    some days, where lines were registered before it ended.
    """
    found = []
    for period, over in _periods(local(now).date()):
        opens = round_openings.opening(period, settings)
        if now < opens + _AT_WORK:
            continue
        before = at(period.last, time.max) if over else None
        there = _rounds(session, period)
        for area, lines in _wanted(session, actor, period, settings, before):
            level = "province" if period.is_quarter else "city"
            if lines and round_code(level, area.code, period.name) not in there:
                day = local(opens).date()
                found.append(Unopened(area, level, period, day, lines, over))
    return found


def in_part(session: Session, actor: Actor, *, now: datetime) -> Sequence[InPart]:
    """The running periods' rounds of lines that were named, where others are in use too."""
    names = [period.name for period, over in _periods(local(now).date()) if not over]
    query = (
        select(Round)
        .where(
            Round.coverage == "list",
            Round.purpose == "sample",
            Round.period.in_(names),
            rights.managed_rounds(actor),
        )
        .order_by(Round.code)
    )
    parts = (part_of(session, one) for one in session.scalars(query).all())
    return [part for part in parts if part is not None]


def part_of(session: Session, found: Round) -> InPart | None:
    """What a round of lines that were named leaves out; None: nothing, or it is no such round."""
    if found.coverage != "list":
        return None
    group = None if found.level == "province" else found.area_code
    of = sum(_in_use(session, group).values())
    covered = select(func.count(Check.id)).join(Check.line)
    n = session.scalar(covered.where(Check.round_id == found.id, Line.status == "active")) or 0
    return InPart(found, n, of) if n < of else None


def _periods(today: date) -> Iterable[tuple[Period, bool]]:
    """The running month and quarter; before them the last ones, if they ended lately."""
    for running in (Period.month_of(today), Period.quarter_of(today)):
        if today <= running.first + _LOOKING_BACK:
            yield running.before(), True
        yield running, False


def _rounds(session: Session, period: Period) -> set[str]:
    query = select(Round.code).where(Round.period == period.name, Round.purpose == "sample")
    return set(session.scalars(query))


def _wanted(
    session: Session, actor: Actor, period: Period, settings: Settings, before: datetime | None
) -> Iterable[tuple[Area, int]]:
    """The areas that are to have a round of the period, with their lines in use."""
    areas = all_areas(session)
    in_use = _in_use(session, None, before)
    if period.is_quarter:
        provinces = [area for area in areas.values() if area.level == "province"]
        chosen = {area: sum(in_use.values()) for area in provinces}
    else:
        configured = settings.rounds.city.groups
        groups = [area for area in reporting_groups(areas).values() if area.level != "province"]
        chosen = {
            area: in_use.get(area.code, 0)
            for area in groups
            if not configured or area.code in configured
        }
    level = "province" if period.is_quarter else "city"
    for area, lines in chosen.items():
        if rights.manages(actor, level, area.code):
            yield area, lines


def _in_use(
    session: Session, group: str | None, before: datetime | None = None
) -> Mapping[str, int]:
    """Reporting group → lines in use; `before`: registered before that moment."""
    query = select(Line.group_code, func.count()).where(Line.status == "active")
    if group is not None:
        query = query.where(Line.group_code == group)
    if before is not None:
        query = query.where(Line.created_at < before)
    return dict(session.execute(query.group_by(Line.group_code)).all())
