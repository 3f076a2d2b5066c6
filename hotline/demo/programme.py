"""Which rounds the demo has, seen from today: three months, a quarter, and what is under way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from hotline.clock import Period
from hotline.demo import people
from hotline.demo.campaigns import Plan
from hotline.demo.registry import PROVINCE, DemoLine
from hotline.demo.story import Story
from hotline.rules.outcomes import Klass

_MONTH_SO_FAR, _QUARTER_SO_FAR = 0.5, 0.25
_INSPECTORS = ("province-inspector", "province-inspector-2")


@dataclass(frozen=True)
class Programme:
    """`months`: three that are over, the oldest first; `quarter`: the last that is over."""

    months: tuple[Period, ...]
    quarter: Period
    running_month: Period
    running_quarter: Period

    @classmethod
    def seen_from(cls, today: date) -> "Programme":
        month, quarter = Period.month_of(today), Period.quarter_of(today)
        last = month.before()
        months = (last.before().before(), last.before(), last)
        return cls(months, quarter.before(), month, quarter)

    @property
    def first_day(self) -> date:
        return min(self.quarter.first, self.months[0].first)

    def plans(
        self, lines: Sequence[DemoLine], story: Story
    ) -> list[tuple[Plan, Mapping[str, Klass]]]:
        """Every round with the fates of its lines."""
        moved_in = self.months[0]
        made: list[tuple[Plan, Mapping[str, Klass]]] = []
        for period in (*self.months, self.running_month):
            fates = story.classes(by_province=False, moved_is_wrong=period == moved_in)
            made += [(plan, fates) for plan in _city_plans(period, lines, period in self.months)]
        for period in (self.quarter, self.running_quarter):
            wrong = period.first <= moved_in.first <= period.last
            fates = story.classes(by_province=True, moved_is_wrong=wrong)
            made.append((_province_plan(period, lines, period == self.quarter), fates))
        return made


def _city_plans(period: Period, lines: Sequence[DemoLine], over: bool) -> list[Plan]:
    groups = [code for code in people.GROUPS if any(line.group == code for line in lines)]
    return [
        Plan(
            level="city",
            area_code=code,
            period=period,
            lines=[line for line in lines if line.group == code],
            inspectors=(people.inspector_of(code),),
            reviewer=people.reviewer_of(code),
            closes=over,
            share=1.0 if over else _MONTH_SO_FAR,
            minutes=place,
            sends_back=not over and place == 1,
        )
        for place, code in enumerate(groups, start=1)
    ]


def _province_plan(period: Period, lines: Sequence[DemoLine], over: bool) -> Plan:
    return Plan(
        level="province",
        area_code=PROVINCE,
        period=period,
        lines=lines,
        inspectors=_INSPECTORS,
        reviewer=people.FIRST,
        closes=over,
        share=1.0 if over else _QUARTER_SO_FAR,
        minutes=20,
    )
