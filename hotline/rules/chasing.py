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


def rung(days_late: int, *, city_after: int, province_after: int) -> Rung:
    """The highest that is told of something so many working days overdue."""
    if days_late >= province_after:
        return Rung.PROVINCE
    return Rung.CITY if days_late >= city_after else Rung.UNIT
