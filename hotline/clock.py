"""Time: now, the zone, months and quarters, working days.

Inside the system a moment is aware and in UTC; at its edge it is Shanghai's. `now()` is read once
per operation and handed down.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """This moment, aware, in UTC, to the whole second."""
    return datetime.now(UTC).replace(microsecond=0)


def local(moment: datetime) -> datetime:
    """The same moment as a clock on a wall in Shanghai shows it."""
    return moment.astimezone(ZONE)


def at(day: date, hour: time) -> datetime:
    """A wall-clock time in Shanghai as a moment in UTC."""
    return datetime.combine(day, hour, ZONE).astimezone(UTC)


@dataclass(frozen=True)
class Period:
    """A month (`2026-11`) or a quarter (`2026Q4`); `first` and `last` are its days."""

    name: str
    first: date
    last: date

    @property
    def is_quarter(self) -> bool:
        return "Q" in self.name

    @classmethod
    def parse(cls, name: str) -> "Period":
        """Raises ValueError for anything but `YYYY-MM` and `YYYYQn`."""
        if match := re.fullmatch(r"(20[0-9]{2})-(0[1-9]|1[0-2])", name):
            return cls._months(name, int(match[1]), int(match[2]), 1)
        if match := re.fullmatch(r"(20[0-9]{2})Q([1-4])", name):
            return cls._months(name, int(match[1]), int(match[2]) * 3 - 2, 3)
        raise ValueError(name)

    @classmethod
    def month_of(cls, day: date) -> "Period":
        return cls.parse(f"{day:%Y-%m}")

    @classmethod
    def quarter_of(cls, day: date) -> "Period":
        return cls.parse(f"{day.year}Q{(day.month + 2) // 3}")

    @classmethod
    def _months(cls, name: str, year: int, month: int, count: int) -> "Period":
        first = date(year, month, 1)
        following = months_after(first, count)
        return cls(name, first, following - timedelta(days=1))

    def before(self) -> "Period":
        """The period of the same kind that ends the day before this one begins."""
        return self._around(self.first - timedelta(days=1))

    def after(self) -> "Period":
        """The period of the same kind that begins the day after this one ends."""
        return self._around(self.last + timedelta(days=1))

    def _around(self, day: date) -> "Period":
        return Period.quarter_of(day) if self.is_quarter else Period.month_of(day)


def months_after(first: date, count: int) -> date:
    """The first day of the month `count` months after (or, negative, before) that of `first`."""
    index = first.year * 12 + first.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)


# 《全国年节及纪念日放假办法》 (2024), article 2: New Year, Labour Day, National Day. Its other
# holidays go by the moon or the sun.
_FIXED = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})


class Calendar:
    """Working days after the State Council's yearly notice, make-up workdays included.

    `overlay` (date → works?) is the administrator's word and wins. A year that the notice does
    not cover yet counts Monday to Friday less the holidays on fixed dates, and `provisional` says
    so. An overlay that has National
    Day, 1 October, is taken for that whole year.
    """

    def __init__(self, overlay: Mapping[date, bool] | None = None):
        self._overlay = dict(overlay or {})

    def is_working(self, day: date) -> bool:
        if day in self._overlay:
            return self._overlay[day]
        published = _published(day)
        if published is None:
            return day.weekday() < 5 and (day.month, day.day) not in _FIXED
        return published

    def provisional(self, day: date) -> bool:
        """True where neither the notice nor the overlay speaks of the day."""
        return day not in self._overlay and not self.covers(day.year)

    def covers(self, year: int) -> bool:
        """Whether the notice of a year, or the administrator's own, is there."""
        national_day = date(year, 10, 1)
        return national_day in self._overlay or _published(national_day) is not None

    def missing_year(self, today: date) -> int | None:
        """The year whose notice is wanted: this one, from December on the next; None: all there."""
        years = (today.year, today.year + 1) if today.month == 12 else (today.year,)
        return next((year for year in years if not self.covers(year)), None)

    def add(self, day: date, days: int) -> date:
        """The working day `days` working days after `day`, which itself never counts."""
        while days > 0:
            day += timedelta(days=1)
            days -= self.is_working(day)
        return day


@lru_cache(maxsize=4096)
def _published(day: date) -> bool | None:
    import chinese_calendar

    try:
        return chinese_calendar.is_workday(day)
    except NotImplementedError:
        return None
