"""Which periods of a job there are and when each falls due: from the calendar, not from a timer."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import NamedTuple

from hotline.clock import Calendar, at, local


class Due(NamedTuple):
    """A period and the moment from which it is to be done."""

    period: str
    at: datetime


def working_days(since: datetime, hour: time, calendar: Calendar) -> Iterator[Due]:
    """Every working day whose `hour` (Shanghai) lies after `since`, without end."""
    day = local(since).date()
    while True:
        if calendar.is_working(day) and (moment := at(day, hour)) > since:
            yield Due(day.isoformat(), moment)
        day += timedelta(days=1)
