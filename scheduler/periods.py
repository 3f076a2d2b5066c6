"""Which periods of a job there are and when each falls due: from the calendar, not from a timer."""

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
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
