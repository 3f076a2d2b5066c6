"""Which periods of a job are due: computed from the calendar, never from a timer. Pure."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from hotline.clock import Calendar, at, local


def working_days(since: datetime, now: datetime, hour: time, calendar: Calendar) -> Iterator[str]:
    """The working days whose `hour` (Shanghai) lies in (since, now], as ISO dates, oldest first."""
    day, last = local(since).date(), local(now).date()
    while day <= last:
        if since < at(day, hour) <= now and calendar.is_working(day):
            yield day.isoformat()
        day += timedelta(days=1)
