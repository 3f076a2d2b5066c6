"""The retry rule against itself worked out by brute force, over a stretch with holidays."""

from datetime import date, timedelta
from itertools import combinations

import chinese_calendar
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hotline.rules.outcomes import Dial, Outcome
from tests.rules.dialing import at, retry_rule

MONDAY = at("2026-09-28 00:00")
RULE = retry_rule()
NOT_REACHED = [Outcome.NO_ANSWER, Outcome.OFF, Outcome.NO_ROUTE, Outcome.MACHINE]
quick = settings(deadline=None, max_examples=150)


@st.composite
def attempts(draw, most=6):
    """Attempts in turn from Monday 28 September, mostly by day, every ten minutes at most."""
    hours = st.integers(42, 112).map(lambda tens: timedelta(minutes=10 * tens))
    days = st.sampled_from([0, 0, 1, 2, 3, 9, 10, 12, 13, 14]).map(lambda n: timedelta(days=n))
    offsets = draw(
        st.lists(st.builds(lambda d, h: d + h, days, hours), min_size=1, max_size=most, unique=True)
    )
    return [
        Dial(MONDAY + offset, n, draw(st.sampled_from(NOT_REACHED)), ring_s=5.0)
        for n, offset in enumerate(sorted(offsets), 1)
    ]


def works(day: date) -> bool:
    return chinese_calendar.is_workday(day)


def on_duty(moment) -> bool:
    clock = moment.strftime("%H:%M")
    return works(moment.date()) and ("08:30" <= clock < "12:00" or "13:30" <= clock < "17:30")


def closable(moments) -> bool:
    """Three of them on duty, 30 minutes apart, in both halves of the day, the third a day later."""
    return any(
        second - first >= timedelta(minutes=30)
        and third - second >= timedelta(minutes=30)
        and third.date() > first.date()
        and 0 < sum(moment.hour < 12 for moment in (first, second, third)) < 3
        for first, second, third in combinations(sorted(filter(on_duty, moments)), 3)
    )


@quick
@given(attempts())
def test_a_check_may_be_closed_exactly_when_three_attempts_fit_the_rule(dials):
    progress = RULE.progress(dials)
    assert progress.closable is closable([d.started_at for d in dials])
    assert (progress.next_at is None) is progress.closable


def redialled(dials, moment):
    return [*dials, Dial(moment, dials[-1].attempt + 1, Outcome.NO_ANSWER)]


@quick
@given(attempts())
def test_dialling_whenever_it_says_closes_the_check_within_three_dials(dials):
    for _ in range(3):
        progress = RULE.progress(dials)
        if progress.closable:
            break
        assert progress.next_at > dials[-1].started_at
        assert on_duty(progress.next_at.astimezone(MONDAY.tzinfo))
        dials = redialled(dials, progress.next_at)
    assert RULE.progress(dials).closable


@quick
@given(attempts())
def test_no_earlier_dial_would_close_it(dials):
    progress = RULE.progress(dials)
    assume(not progress.closable)
    assume(RULE.progress(redialled(dials, progress.next_at)).closable)
    made = [d.started_at for d in dials]
    moment = made[-1] + timedelta(minutes=10)
    while moment < progress.next_at:
        assert not closable([*made, moment]), moment
        moment += timedelta(minutes=10)


@quick
@given(attempts(), st.integers(0, 5))
def test_one_more_dial_never_takes_the_right_to_close_away(dials, last):
    if RULE.progress(dials[: last + 1]).closable:
        assert RULE.progress(dials).closable
