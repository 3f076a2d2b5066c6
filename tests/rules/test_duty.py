"""A line's duty hours: reading them, being inside them, finding the next moment."""

import re
from datetime import UTC
from itertools import islice

import pytest

from hotline.clock import Calendar
from hotline.rules.duty import DutyHours
from tests.rules.dialing import at

OFFICE = DutyHours.parse("8:30-12:00,13:30-17:30")
ALWAYS = DutyHours.parse("24小时")
CALENDAR = Calendar()


@pytest.mark.parametrize(
    "text",
    [
        "8:30-12:00,13:30-17:30",
        "工作日 08:30-12:00,13:30-17:30",
        "工作日8:30-12:00，13:30-17:30",
        "8:30–12:00、13:30–17:30",
        "8:30~12:00；13:30~17:30",
        "８：３０－１２：００　１３：３０－１７：３０",
        "8:30至12:00,13:30至17:30",
        "8:30 - 12:00, 13:30 - 17:30",
    ],
)
def test_the_same_hours_written_differently(text):
    assert DutyHours.parse(text) == OFFICE


@pytest.mark.parametrize("text", ["24小时", "每天24小时", "每天 24小时", "全天", "每天 0:00-24:00"])
def test_round_the_clock(text):
    assert DutyHours.parse(text) == ALWAYS
    assert ALWAYS.daily


def test_spans_may_touch():
    hours = DutyHours.parse("8:00-12:00,12:00-18:00")
    assert hours.covers(at("11:59"), CALENDAR)
    assert hours.covers(at("12:00"), CALENDAR)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "上班时间",
        "8:30",
        "8:30-8:30",
        "17:30-8:30",
        "13:30-17:30,8:30-12:00",
        "8:30-13:00,12:30-17:30",
        "8:30-12:00,8:30-12:00",
        "8:30-24:01",
        "8:75-12:00",
        "8:30-11:60",
        "隔天 8:30-12:00",
    ],
)
def test_what_is_not_duty_hours_is_refused(text):
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        DutyHours.parse(text)


@pytest.mark.parametrize("hours", [OFFICE, ALWAYS, DutyHours.parse("每天 7:00-19:05")])
def test_written_out_they_read_back(hours):
    assert DutyHours.parse(str(hours)) == hours


@pytest.mark.parametrize(
    ("when", "covered"),
    [
        ("08:29", False),
        ("08:30", True),
        ("11:59", True),
        ("12:01", False),
        ("13:29", False),
        ("13:30", True),
        ("17:29", True),
        ("17:31", False),
        ("2026-11-01 09:00", False),  # Sunday
        ("2026-10-31 09:00", False),  # Saturday
        ("2026-10-01 09:00", False),  # National Day, a Thursday
        ("2026-10-10 09:00", True),  # Saturday, made up for it
        ("2026-09-20 14:00", True),  # Sunday, made up
        ("2026-02-14 09:00", True),  # Saturday before the Spring Festival, made up
        ("2026-02-16 09:00", False),  # Monday in the Spring Festival
        ("2026-02-28 16:00", True),  # Saturday, made up
    ],
)
def test_office_hours_cover(when, covered):
    assert OFFICE.covers(at(when), CALENDAR) is covered


def test_utc_moments_are_judged_by_the_clock_in_shanghai():
    assert OFFICE.covers(at("08:30").astimezone(UTC), CALENDAR)
    assert not OFFICE.covers(at("08:29").astimezone(UTC), CALENDAR)


@pytest.mark.parametrize("when", ["2026-11-01 03:00", "2026-10-01 23:59", "2026-11-02 00:00"])
def test_a_line_served_daily_is_covered_on_holidays_and_at_night(when):
    assert ALWAYS.covers(at(when), CALENDAR)


def test_the_administrators_calendar_wins():
    off, on = at("2026-11-03 09:00"), at("2026-11-07 09:00")
    own = Calendar({off.date(): False, on.date(): True})
    assert OFFICE.covers(off, CALENDAR)
    assert not OFFICE.covers(off, own)
    assert not OFFICE.covers(on, CALENDAR)
    assert OFFICE.covers(on, own)


@pytest.mark.parametrize(
    ("text", "both"),
    [
        ("8:30-12:00,13:30-17:30", True),
        ("24小时", True),
        ("8:30-12:00", False),
        ("8:30-11:00", False),
        ("12:00-17:30", False),
        ("13:30-17:30", False),
        ("11:00-13:00", True),
    ],
)
def test_whether_both_halves_of_the_day_are_staffed(text, both):
    assert DutyHours.parse(text).both_halves is both


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        ("09:10", ["09:10", "13:30", "2026-11-03 08:30"]),
        ("08:30", ["08:30", "13:30", "2026-11-03 08:30"]),
        ("07:00", ["08:30", "13:30", "2026-11-03 08:30"]),
        ("12:10", ["13:30", "2026-11-03 08:30", "2026-11-03 13:30"]),
        ("18:00", ["2026-11-03 08:30", "2026-11-03 13:30"]),
        ("2026-11-06 17:40", ["2026-11-09 08:30"]),  # Friday evening
        ("2026-09-30 17:40", ["2026-10-08 08:30"]),  # before the National Day holidays
        ("2026-10-09 17:40", ["2026-10-10 08:30"]),  # Friday before a worked Saturday
        ("2026-02-14 17:00", ["2026-02-14 17:00", "2026-02-24 08:30"]),  # Spring Festival
    ],
)
def test_the_next_moments_in_duty_hours(since, expected):
    found = islice(OFFICE.moments(at(since), CALENDAR), len(expected))
    assert list(found) == [at(when) for when in expected]


def test_the_next_moments_of_other_hours():
    early = DutyHours.parse("每天 7:00-13:05,14:00-24:00")
    found = islice(early.moments(at("2026-10-01 23:59"), CALENDAR), 5)
    assert list(found) == [
        at("2026-10-01 23:59"),
        at("2026-10-02 07:00"),
        at("2026-10-02 12:00"),  # the other half of the day begins
        at("2026-10-02 14:00"),
        at("2026-10-03 07:00"),
    ]
