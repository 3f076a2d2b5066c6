"""Which periods of a job there are and when each falls due: from the calendar, not from a timer."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from hotline.clock import Calendar, Period, at, local


class Due(NamedTuple):
    """A period and the moment from which it is to be done."""

    period: str
    at: datetime


def months(since: datetime, opening: Callable[[Period], datetime]) -> Iterator[Due]:
    """Every month whose `opening` lies after `since`, without end."""
    return _openings(Period.month_of(local(since).date()), since, opening)


def quarters(since: datetime, opening: Callable[[Period], datetime]) -> Iterator[Due]:
    """Every quarter whose `opening` lies after `since`, without end."""
    return _openings(Period.quarter_of(local(since).date()), since, opening)


def _openings(
    period: Period, since: datetime, opening: Callable[[Period], datetime]
) -> Iterator[Due]:
    while True:
        if (moment := opening(period)) > since:
            yield Due(period.name, moment)
        period = period.after()


def days(since: datetime, hour: time) -> Iterator[Due]:
    """Every day whose `hour` (Shanghai) lies after `since`, without end."""
    day = local(since).date()
    while True:
        if (moment := at(day, hour)) > since:
            yield Due(day.isoformat(), moment)
        day += timedelta(days=1)


def working_days(since: datetime, hour: time, calendar: Calendar) -> Iterator[Due]:
    """Every working day whose `hour` (Shanghai) lies after `since`, without end."""
    day = local(since).date()
    while True:
        if calendar.is_working(day) and (moment := at(day, hour)) > since:
            yield Due(day.isoformat(), moment)
        day += timedelta(days=1)


def months_over(since: datetime, hour: time, calendar: Calendar) -> Iterator[Due]:
    """Every month, due on the first working day after it at `hour`, if that lies after `since`."""
    period = Period.month_of(local(since).date()).before()
    return _openings(period, since, lambda over: _after(over.last, hour, calendar))


def weeks_over(since: datetime, hour: time, calendar: Calendar) -> Iterator[Due]:
    """The same of weeks (`2026-W48`, Monday to Sunday); a week off passes its day on."""
    today = local(since).date()
    sunday = today - timedelta(days=today.isoweekday() + 14)
    while True:
        if (moment := _after(sunday, hour, calendar)) > since:
            year, week, _day = sunday.isocalendar()
            yield Due(f"{year}-W{week:02d}", moment)
        sunday += timedelta(days=7)


def _after(last: date, hour: time, calendar: Calendar) -> datetime:
    return at(calendar.add(last, 1), hour)
