"""A failure after a talk goes up to the county's government, until two passes clear the line."""

from __future__ import annotations

from datetime import date

import pytest

from hotline.clock import Period
from hotline.rules.escalation import Ladder, Now, Past, Step, measures_for_line
from hotline.rules.outcomes import Klass

LADDER = Ladder(
    rectify_days=5,
    wrong_number_days=2,
    slow_months=3,
    talk_quarters=2,
    talk_monthly_failures=3,
    talk_monthly_rounds=6,
    talk_city_pass_rate_below=0.7,
    clearing_passes=2,
)
TALKED = date(2026, 8, 20)


def steps(klass: Klass, past: dict[str, Klass], talked: date | None = TALKED) -> list[Step]:
    now = Now(Period.parse("2026-11"), klass, talked_on=talked)
    before = [Past(Period.parse(name), was) for name, was in past.items()]
    return [one.step for one in measures_for_line(now, before, LADDER)]


@pytest.mark.parametrize("klass", [klass for klass in Klass if klass.failed])
def test_any_failure_after_a_talk_is_copied_up(klass):
    assert Step.COPY_UP in steps(klass, {})
    assert Step.COPY_UP not in steps(klass, {}, talked=None)


def test_a_pass_is_not():
    assert steps(Klass.PASS, {}) == []


@pytest.mark.parametrize(
    ("past", "copied"),
    [
        ({"2026-09": Klass.PASS}, True),
        ({"2026-09": Klass.PASS, "2026-10": Klass.PASS}, False),
        ({"2026-09": Klass.PASS, "2026-10": Klass.SLOW}, True),
        ({"2026-06": Klass.PASS, "2026-07": Klass.PASS}, True),  # before the talk
        ({"2026-07": Klass.PASS, "2026-09": Klass.PASS}, True),
        ({"2026-09": Klass.PASS, "2026-10": Klass.VOID}, True),
    ],
)
def test_two_passes_after_the_talk_clear_it(past, copied):
    assert (Step.COPY_UP in steps(Klass.UNREACHABLE, past)) is copied


def test_the_day_of_the_talk_is_told():
    now = Now(Period.parse("2026-11"), Klass.UNREACHABLE, talked_on=TALKED)
    said = [one.trigger for one in measures_for_line(now, [], LADDER) if one.step is Step.COPY_UP]
    assert [one.to_json() for one in said] == [["copy_up.again", {"held": "2026-08-20"}]]
