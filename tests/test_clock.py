"""Months, quarters, the zone, and working days against the published calendar."""

from datetime import UTC, date, datetime, time, timedelta

import chinese_calendar
import pytest
import time_machine

from hotline.clock import ZONE, Calendar, Period, at, local, months_after, now

CALENDAR = Calendar()
FIRST, LAST = date(2020, 1, 1), date(2026, 12, 31)


def days(first=FIRST, last=LAST):
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


@time_machine.travel(datetime(2026, 11, 2, 1, 2, 3, 999_999, tzinfo=UTC), tick=False)
def test_now_is_aware_in_utc_and_whole_seconds():
    assert now() == datetime(2026, 11, 2, 1, 2, 3, tzinfo=UTC)
    assert now().tzinfo is UTC


def test_a_clock_in_shanghai_is_eight_hours_ahead():
    moment = datetime(2026, 10, 31, 16, 30, tzinfo=UTC)
    assert local(moment).replace(tzinfo=None) == datetime(2026, 11, 1, 0, 30)
    assert local(moment).tzinfo is ZONE
    assert at(date(2026, 11, 1), time(0, 30)) == moment
    assert at(date(2026, 11, 1), time(0, 30)).tzinfo is UTC


@pytest.mark.parametrize(
    ("name", "first", "last", "before"),
    [
        ("2026-11", date(2026, 11, 1), date(2026, 11, 30), "2026-10"),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31), "2026-11"),
        ("2026-01", date(2026, 1, 1), date(2026, 1, 31), "2025-12"),
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28), "2026-01"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "2024-01"),
        ("2026Q1", date(2026, 1, 1), date(2026, 3, 31), "2025Q4"),
        ("2026Q2", date(2026, 4, 1), date(2026, 6, 30), "2026Q1"),
        ("2026Q3", date(2026, 7, 1), date(2026, 9, 30), "2026Q2"),
        ("2026Q4", date(2026, 10, 1), date(2026, 12, 31), "2026Q3"),
    ],
)
def test_period(name, first, last, before):
    period = Period.parse(name)
    assert (period.name, period.first, period.last) == (name, first, last)
    assert period.is_quarter is ("Q" in name)
    assert period.before() == Period.parse(before)


@pytest.mark.parametrize(
    "name",
    [
        *("", "2026", "2026-13", "2026-00", "2026-1", "26-11", " 2026-11", "2026-11\n"),
        *("2026-11-01", "2026Q0", "2026Q5", "2026q4", "2026Q4 ", "２０２６-11", "20２６-11"),
    ],
)
def test_what_is_not_a_period_is_refused(name):
    with pytest.raises(ValueError, match=name.strip() or None):
        Period.parse(name)


def test_the_month_and_quarter_of_every_day():
    for day in days(date(2024, 1, 1)):
        for period in (Period.month_of(day), Period.quarter_of(day)):
            assert period.first <= day <= period.last
        assert not Period.month_of(day).is_quarter
        assert Period.quarter_of(day).is_quarter


def test_periods_follow_each_other_without_a_gap():
    for period in (Period.parse("2026-11"), Period.parse("2026Q4")):
        for _ in range(30):
            assert period.before().last + timedelta(days=1) == period.first
            period = period.before()


@pytest.mark.parametrize(
    ("first", "count", "expected"),
    [
        (date(2026, 11, 1), 0, date(2026, 11, 1)),
        (date(2026, 11, 17), 1, date(2026, 12, 1)),
        (date(2026, 11, 1), 2, date(2027, 1, 1)),
        (date(2026, 1, 1), -1, date(2025, 12, 1)),
        (date(2026, 12, 31), -12, date(2025, 12, 1)),
        (date(2026, 6, 1), -18, date(2024, 12, 1)),
    ],
)
def test_months_after(first, count, expected):
    assert months_after(first, count) == expected


def test_working_days_are_those_of_the_published_calendar():
    for day in days():
        assert CALENDAR.is_working(day) is chinese_calendar.is_workday(day), day
        assert not CALENDAR.provisional(day)


def test_the_notice_for_2026():
    """The holidays of the State Council's notice, written out; all else is Monday to Friday."""
    off = [((1, 1), (1, 3)), ((2, 15), (2, 23)), ((4, 4), (4, 6)), ((5, 1), (5, 5))]
    off += [((6, 19), (6, 21)), ((9, 25), (9, 27)), ((10, 1), (10, 7))]
    free = {d for a, b in off for d in days(date(2026, *a), date(2026, *b))}
    made_up = {(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)}
    for day in days(date(2026, 1, 1)):
        works = day not in free and (day.weekday() < 5 or (day.month, day.day) in made_up)
        assert CALENDAR.is_working(day) is works, day


def test_adding_working_days_to_every_day_of_seven_years():
    working = [day for day in days() if chinese_calendar.is_workday(day)]
    position = 0
    for day in days():
        while position < len(working) and working[position] <= day:
            position += 1
        for count in (1, 2, 3, 5, 10, 20):
            if position + count <= len(working):
                assert CALENDAR.add(day, count) == working[position + count - 1], (day, count)


@pytest.mark.parametrize(
    ("day", "count", "due"),
    [
        (date(2026, 11, 2), 5, date(2026, 11, 9)),
        (date(2026, 11, 7), 1, date(2026, 11, 9)),
        (date(2026, 9, 30), 5, date(2026, 10, 13)),
        (date(2026, 9, 18), 2, date(2026, 9, 21)),
        (date(2026, 2, 13), 2, date(2026, 2, 24)),
        (date(2025, 12, 31), 1, date(2026, 1, 4)),
        (date(2026, 11, 2), 0, date(2026, 11, 2)),
    ],
)
def test_the_day_itself_never_counts(day, count, due):
    assert CALENDAR.add(day, count) == due


def test_the_administrators_word_wins():
    monday, saturday = date(2026, 11, 2), date(2026, 11, 7)
    own = Calendar({monday: False, saturday: True})
    assert not own.is_working(monday)
    assert own.is_working(saturday)
    assert own.is_working(date(2026, 11, 3))
    assert own.add(date(2026, 11, 6), 1) == saturday
    assert own.add(date(2026, 11, 1), 1) == date(2026, 11, 3)


def test_a_year_not_yet_published_counts_monday_to_friday_and_says_so():
    assert CALENDAR.is_working(date(2099, 1, 2))  # a Friday
    assert not CALENDAR.is_working(date(2099, 1, 3))
    fixed = {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}
    days = (date(2099, 1, 1) + timedelta(days=n) for n in range(365))
    off = {day for day in days if day.weekday() < 5 and not CALENDAR.is_working(day)}
    assert off == {date(2099, *day) for day in fixed if date(2099, *day).weekday() < 5}
    assert CALENDAR.provisional(date(2099, 1, 1))
    assert not CALENDAR.covers(2099)
    assert CALENDAR.covers(2026)
    whole = Calendar({date(2099, 10, 1): False})
    assert whole.covers(2099)
    assert not whole.provisional(date(2099, 3, 2))
    assert whole.provisional(date(2098, 3, 2))
    own = Calendar({date(2099, 1, 1): True, date(2099, 1, 2): False})
    assert own.is_working(date(2099, 1, 1))
    assert not own.is_working(date(2099, 1, 2))
    assert not own.provisional(date(2099, 1, 1))
    assert own.provisional(date(2099, 1, 5))


def test_next_year_s_notice_is_missed_from_december_on():
    last = max(chinese_calendar.holidays).year
    assert CALENDAR.missing_year(date(last, 11, 30)) is None
    assert CALENDAR.missing_year(date(last, 12, 1)) == last + 1
    assert CALENDAR.missing_year(date(last + 1, 1, 4)) == last + 1
    filled = Calendar({date(last + 1, 10, 1): False})
    assert filled.missing_year(date(last, 12, 31)) is None
    assert filled.missing_year(date(last + 1, 12, 1)) == last + 2
