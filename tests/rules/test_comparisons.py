"""Intervals, ranks, change against the round before, and whether a self-check holds."""

import pytest

from hotline.rules.outcomes import Klass
from hotline.rules.statistics import agreement, change, ranks, tally, wilson
from tests.rules.dialing import result

PASS, SLOW, DEAD, VOID = Klass.PASS, Klass.SLOW, Klass.UNREACHABLE, Klass.VOID


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        # R. G. Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        # by hand: n / (n + z²) and its complement at the ends
        (10, 10, 0.7225, 1.0),
        (0, 10, 0.0, 0.2775),
        (1, 1, 0.2065, 1.0),
        (5, 10, 0.2366, 0.7634),
    ],
)
def test_wilson(successes, n, low, high):
    assert wilson(successes, n) == pytest.approx((low, high), abs=5e-5)


def test_wilson_of_nothing_is_null():
    assert wilson(0, 0) is None


@pytest.mark.parametrize("n", [1, 4, 5, 30, 196])
def test_wilson_stays_in_0_to_1_and_holds_the_share(n):
    for successes in range(n + 1):
        low, high = wilson(successes, n)
        assert 0 <= low <= high <= 1
        assert low - 1e-12 <= successes / n <= high + 1e-12


def test_the_pass_rate_carries_its_interval():
    lines = [result(PASS)] * 5 + [result(SLOW)] * 5 + [result(VOID), result(None)]
    assert tally(lines).pass_interval == wilson(5, 10)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], []),
        ([0.5], [1]),
        ([0.9, 0.8, 0.7], [1, 2, 3]),
        ([0.7, 0.8, 0.9], [3, 2, 1]),
        ([1.0, 0.9, 0.8, 0.7, 0.7, 0.7, 0.6], [1, 2, 3, 4, 4, 4, 7]),
        ([0.7, 0.6, 0.7, 1.0, 0.7, 0.9, 0.8], [4, 7, 4, 1, 4, 2, 3]),
        ([1.0, 1.0, 0.5], [1, 1, 3]),
        ([0.0, 0.0], [1, 1]),
        ([0.9, None, 0.8], [1, None, 2]),
        ([None, None], [None, None]),
        ([1 / 3, 2 / 6, 3 / 9, 0.1], [1, 1, 1, 4]),
    ],
)
def test_standard_competition_ranking(values, expected):
    assert ranks(values) == expected


def pairs(*klasses):
    return [(result(before), result(now)) for before, now in klasses]


@pytest.mark.parametrize(
    ("klasses", "n", "points"),
    [
        ([], 0, None),
        ([(VOID, PASS), (None, PASS), (PASS, VOID), (PASS, None)], 0, None),
        ([(PASS, PASS)], 1, 0.0),
        ([(SLOW, PASS)], 1, 100.0),
        ([(PASS, DEAD)], 1, -100.0),
        ([(SLOW, PASS), (PASS, PASS), (PASS, PASS), (DEAD, DEAD)], 4, 25.0),
        ([(SLOW, PASS), (PASS, DEAD), (PASS, PASS)], 3, 0.0),
        # a line that only one round tested leaves both sides
        ([(SLOW, PASS), (PASS, PASS), (None, SLOW), (PASS, None), (VOID, SLOW)], 2, 50.0),
    ],
)
def test_change_in_percentage_points_on_the_lines_tested_in_both(klasses, n, points):
    found = change(pairs(*klasses))
    assert found.n == n
    assert found.points == (None if points is None else pytest.approx(points))


def test_agreement_over_the_lines_that_both_tested():
    found = agreement(
        pairs(
            (PASS, PASS),
            (PASS, DEAD),
            (PASS, DEAD),
            (PASS, SLOW),
            (DEAD, PASS),
            (SLOW, SLOW),
            (DEAD, DEAD),
            (DEAD, SLOW),
            (PASS, None),
            (VOID, DEAD),
        )
    )
    assert (found.both, found.city_passed, found.province_failed) == (8, 4, 3)
    # of the lines tested by both: those that the city passed and the province failed
    assert found.false_pass_rate == 3 / 8
    assert found.interval == wilson(3, 8)


def test_agreement_over_no_lines_is_null():
    found = agreement(pairs((PASS, None), (None, PASS)))
    assert (found.both, found.false_pass_rate, found.interval) == (0, None, None)


def test_a_city_that_passed_nothing_passed_nothing_falsely():
    assert agreement(pairs((DEAD, PASS), (SLOW, DEAD))).false_pass_rate == 0.0
