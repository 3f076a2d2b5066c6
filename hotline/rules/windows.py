"""The days over which the rounds of a period dial: pure."""

from datetime import date, timedelta

from hotline.clock import Calendar, Period, months_after

# So many working days a window has at least: a third dial is due on a later one than the first.
LEAST_WORKING_DAYS = 3
# Windows are tried on the holidays of these; those not known yet have turned out no worse.
_YEARS = range(2018, 2031)


def first_day(period: Period, opens_on: int, month_of_quarter: int, calendar: Calendar) -> date:
    """The `opens_on`th working day of the month, or of that month of the quarter."""
    month = months_after(period.first, month_of_quarter - 1) if period.is_quarter else period.first
    return calendar.add(month - timedelta(days=1), opens_on)


def last_day(period: Period, days_before_end: int, calendar: Calendar) -> date:
    """The working day after which the period has so many left."""
    day, left = period.after().first, days_before_end + 1
    while left > 0:
        day -= timedelta(days=1)
        left -= calendar.is_working(day)
    return day


def working_days(first: date, last: date, calendar: Calendar) -> int:
    """How many lie from the first to the last day, both included."""
    span = range((last - first).days + 1)
    return sum(calendar.is_working(first + timedelta(days=n)) for n in span)


def shortest(
    opens_on: int, days_before_end: int, month_of_quarter: int | None, calendar: Calendar
) -> tuple[int, str]:
    """The fewest working days that a window has, and in which period; of quarters where a month
    of the quarter is given, else of months.
    """
    if month_of_quarter is None:
        names = [f"{year}-{month:02d}" for year in _YEARS for month in range(1, 13)]
    else:
        names = [f"{year}Q{n}" for year in _YEARS for n in range(1, 5)]
    found = []
    for period in map(Period.parse, names):
        first = first_day(period, opens_on, month_of_quarter or 1, calendar)
        last = last_day(period, days_before_end, calendar)
        found.append((working_days(first, last, calendar), period.name))
    return min(found)


def with_room(ends_on: date, day_before: date, calendar: Calendar) -> date:
    """The last day of a window that can be used from the day after `day_before` on: put off,
    past the end of its period if need be, until the retry rule fits.
    """
    return max(ends_on, calendar.add(day_before, LEAST_WORKING_DAYS))
