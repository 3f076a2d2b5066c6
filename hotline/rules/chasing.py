"""Who is reminded of a due date, and when: pure."""

from collections.abc import Collection
from datetime import date, timedelta
from enum import IntEnum

from hotline.clock import Calendar


class Rung(IntEnum):
    """How far up an overdue matter is told: each rung includes those below."""

    UNIT = 1
    CITY = 2
    PROVINCE = 3


def working_days_to(today: date, due_on: date, calendar: Calendar) -> int:
    """Working days left after today, the due day included; negative: begun since it passed."""
    first, last, sign = (today, due_on, 1) if due_on >= today else (due_on, today, -1)
    days = (first + timedelta(days=n + 1) for n in range((last - first).days))
    return sign * sum(calendar.is_working(day) for day in days)


def reminds(left: int, late: bool, days: Collection[int]) -> bool:
    """On the days before a due date, and on every working day after it."""
    return late or left in days


def tells(
    own: Rung,
    left: int,
    late: bool,
    days: Collection[int],
    *,
    city_after: int,
    province_after: int,
) -> bool:
    """Whether the end of a round is told to someone on that rung.

    Who dials (the lowest) hears of it on each of the days before; the office that has to close
    it (the second) on the last of them, so that it can plan. Afterwards the ladder says.
    """
    if late:
        return own <= rung(-left, city_after=city_after, province_after=province_after)
    if own is Rung.UNIT:
        return left in days
    return own is Rung.CITY and left == min(days, default=None)


def rung(days_late: int, *, city_after: int, province_after: int) -> Rung:
    """The highest that is told of something so many working days overdue."""
    if days_late >= province_after:
        return Rung.PROVINCE
    return Rung.CITY if days_late >= city_after else Rung.UNIT
