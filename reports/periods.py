"""Periods and dates in the words of a paper: 2026Q4, 2026-11 and 2026-11-23."""

import re
from calendar import monthrange

_QUARTERS = ("一", "二", "三", "四")


def period_words(period: str) -> str:
    """2026Q4 → 2026年第四季度, 2026-11 → 2026年11月. Raises ValueError for anything else."""
    if match := re.fullmatch(r"(\d{4})Q([1-4])", period):
        return f"{match[1]}年第{_QUARTERS[int(match[2]) - 1]}季度"
    if match := re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", period):
        return f"{match[1]}年{int(match[2])}月"
    raise ValueError(f"not a period: {period!r}")


def last_day(period: str) -> str:
    """The last day of a period as an ISO date."""
    period_words(period)
    year, month = int(period[:4]), int(period[5:]) * (3 if "Q" in period else 1)
    return f"{year}-{month:02d}-{monthrange(year, month)[1]:02d}"


def date_words(day: str) -> str:
    """2026-11-03 → 2026年11月3日, no zeros before month and day."""
    year, month, date = day.split("-")
    return f"{year}年{int(month)}月{int(date)}日"


def window_words(start: str, end: str) -> str:
    """From the first to the last day, the year said once where it is the same."""
    first, last = date_words(start), date_words(end)
    return f"{first}至{last.removeprefix(first[:5])}"
