"""Due dates against the published calendar, day by day, and what they say of themselves."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.clock import Calendar
from hotline.ladder.due_dates import after, days_left, explained

CALENDAR = Calendar()
DAYS = st.dates(date(2020, 1, 1), date(2026, 9, 30))
COUNTS = st.integers(1, 60)


def naive(day: date, count: int) -> date:
    """Said once more, from the published calendar alone."""
    while count:
        day += timedelta(days=1)
        count -= chinese_calendar.is_workday(day)
    return day


@given(DAYS, COUNTS)
def test_it_is_the_nth_working_day_after_the_day_of_issue(day, count):
    due = after(day, count, CALENDAR)
    assert due.on == naive(day, count)
    assert chinese_calendar.is_workday(due.on)
    assert due.on > day
    assert not due.provisional


@given(DAYS, COUNTS)
def test_its_reckoning_adds_up(day, count):
    due = after(day, count, CALENDAR)
    span = (due.on - day).days
    assert span == count + due.weekend_days + len(due.holidays)
    assert all(chinese_calendar.is_workday(one) and one.weekday() >= 5 for one in due.made_up)
    assert all(not chinese_calendar.is_workday(one) and one.weekday() < 5 for one in due.holidays)
    weekends = sum((day + timedelta(days=n)).weekday() >= 5 for n in range(1, span + 1))
    assert weekends == due.weekend_days + len(due.made_up)


@given(DAYS, COUNTS)
def test_a_day_more_is_never_earlier_and_the_days_left_are_those_given(day, count):
    due = after(day, count, CALENDAR)
    assert after(day, count + 1, CALENDAR).on > due.on
    assert after(day + timedelta(days=1), count, CALENDAR).on >= due.on
    assert days_left(day, due.on, CALENDAR) == count
    assert explained(day, count, due.on, CALENDAR) == due


@pytest.mark.parametrize(
    ("issued", "count", "said"),
    [
        # 30 September 2025, before the long holiday and its make-up Saturday.
        (
            date(2025, 9, 30),
            5,
            "2025年10月14日，自2025年9月30日次日起算5个工作日，其间周末3天不计，"
            "放假6天不计（10月1日、10月2日、10月3日、10月6日、10月7日、10月8日），"
            "10月11日调休上班，计入",
        ),
        (date(2026, 11, 17), 2, "2026年11月19日，自2026年11月17日次日起算2个工作日"),
        (
            date(2026, 11, 17),
            5,
            "2026年11月24日，自2026年11月17日次日起算5个工作日，其间周末2天不计",
        ),
    ],
)
def test_it_explains_itself(issued, count, said):
    assert str(after(issued, count, CALENDAR)) == said


def test_a_year_without_a_calendar_is_provisional_until_the_overlay_speaks():
    far = date(2099, 1, 5)
    due = after(far, 3, CALENDAR)
    assert due.provisional
    assert "暂定" in str(due)
    overlay = Calendar({far + timedelta(days=n): n != 1 for n in range(1, 6)})
    known = after(far, 3, overlay)
    assert (known.on, known.provisional) == (far + timedelta(days=4), False)
    assert known.holidays == (far + timedelta(days=1),)


def test_a_span_that_reaches_into_an_unpublished_year_is_provisional():
    assert after(date(2098, 12, 30), 5, CALENDAR).provisional
    overlay = {date(2098, 12, 30) + timedelta(days=n): True for n in range(1, 5)}
    assert after(date(2098, 12, 30), 4, Calendar(overlay)).provisional is False
    assert after(date(2098, 12, 30), 5, Calendar(overlay)).provisional is True


def test_a_day_on_the_way_that_is_not_published_makes_it_provisional():
    first = date(2099, 1, 5)
    overlay = Calendar({first + timedelta(days=2): True})
    assert after(first, 2, overlay).on == first + timedelta(days=2)
    assert after(first, 2, overlay).provisional


def test_the_administrators_overlay_wins():
    overlay = Calendar({date(2026, 11, 18): False, date(2026, 11, 21): True})
    due = after(date(2026, 11, 17), 3, overlay)
    assert due.on == date(2026, 11, 21)
    assert (due.holidays, due.made_up) == ((date(2026, 11, 18),), (date(2026, 11, 21),))


def test_a_date_that_was_set_has_no_reckoning():
    due = explained(date(2026, 11, 17), None, date(2026, 12, 1), CALENDAR)
    assert (due.working_days, due.weekend_days, str(due)) == (None, 0, "2026年12月1日")
