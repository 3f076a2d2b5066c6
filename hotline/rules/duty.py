"""A line's duty hours: when it must be answered, and so when it may be dialled."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from hotline.clock import Calendar, at, local

NOON = 12 * 60
AM, PM = "am", "pm"
_SPAN = re.compile(r"(\d{1,2}):([0-5]\d)-(\d{1,2}):([0-5]\d)")
_DAYS = {"工作日": False, "每天": True, "每日": True, "": False}


@dataclass(frozen=True)
class DutyHours:
    """Spans of a day in minutes since midnight, start included, end not.

    `daily`: every day of the year; else on working days only.
    """

    spans: tuple[tuple[int, int], ...]
    daily: bool = False

    @classmethod
    def parse(cls, text: str) -> "DutyHours":
        """Read `8:30-12:00,13:30-17:30`, with 每天 or 工作日 before it, or 24小时.

        Raises ValueError if it is none of these, or spans overlap or run backwards.
        """
        plain = unicodedata.normalize("NFKC", text)
        plain = re.sub(r"[~—–至到]", "-", plain).replace("、", ",").replace(";", ",")
        plain = re.sub(r"\s*-+\s*", "-", plain).strip()
        if plain.replace(" ", "") in ("24小时", "全天", "每天24小时"):
            return cls(((0, 24 * 60),), daily=True)
        spans = tuple(
            (int(a) * 60 + int(b), int(c) * 60 + int(d)) for a, b, c, d in _SPAN.findall(plain)
        )
        words = re.sub(r"[,\s]", "", _SPAN.sub("", plain))
        edges = [edge for span in spans for edge in span]
        backwards = edges != sorted(edges) or any(a == b for a, b in spans)
        if not spans or words not in _DAYS or backwards or edges[-1] > 24 * 60:
            raise ValueError(text)
        return cls(spans, daily=_DAYS[words])

    def __str__(self) -> str:
        spans = ",".join(
            f"{a // 60:02d}:{a % 60:02d}-{b // 60:02d}:{b % 60:02d}" for a, b in self.spans
        )
        return f"{'每天' if self.daily else '工作日'} {spans}"

    @property
    def both_halves(self) -> bool:
        """True if the desk is staffed both before and after 12:00."""
        return self.spans[0][0] < NOON < self.spans[-1][1]

    @property
    def halves(self) -> tuple[str, ...]:
        """The halves of a day in which the desk is staffed."""
        morning, afternoon = self.spans[0][0] < NOON, self.spans[-1][1] > NOON
        return (AM,) * morning + (PM,) * afternoon

    def on(self, day: date, calendar: Calendar) -> bool:
        return self.daily or calendar.is_working(day)

    def covers(self, moment: datetime, calendar: Calendar) -> bool:
        wall = local(moment)
        minute = wall.hour * 60 + wall.minute
        return self.on(wall.date(), calendar) and any(a <= minute < b for a, b in self.spans)

    def moments(self, since: datetime, calendar: Calendar, days: int = 30) -> Iterator[datetime]:
        """When a dial could next be made: `since` if on duty, each span's start, and noon."""
        if self.covers(since, calendar):
            yield since
        first = local(since).date()
        for day in (first + timedelta(days=n) for n in range(days)):
            if not self.on(day, calendar):
                continue
            starts = {a for a, _ in self.spans}
            starts |= {NOON for a, b in self.spans if a < NOON < b}
            for minute in sorted(starts):
                moment = at(day, time(minute // 60, minute % 60))
                if moment > since:
                    yield moment
