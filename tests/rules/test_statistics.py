"""Counts that add up, rates with their denominators, and two published tables."""

import json
from itertools import permutations
from pathlib import Path

import pytest

from hotline.rules.outcomes import Klass, Outcome
from hotline.rules.statistics import Result, balance, tally
from tests.rules.dialing import dial, result, result_of

DATA = Path(__file__).parents[1] / "data"
FUJIAN = json.loads((DATA / "fujian_city_table.json").read_text(encoding="utf-8"))
JIANGXI = json.loads((DATA / "jiangxi_2018.json").read_text(encoding="utf-8"))

RATES = (
    "first_dial_connect_rate",
    "connect_rate",
    "timely_rate",
    "valid_rate",
    "handling_rate",
    "pass_rate",
    "pass_interval",
    "mean_score",
)


LINES = [
    result_of(dial(11)),
    result_of(dial(11, ring_s=15.0)),
    result_of(dial(11, ring_s=15.1)),
    result_of(dial(22, "09:00"), dial(11, "09:06")),  # a busy redial is not a first dial
    result_of(dial(16), dial(11, attempt=2)),
    result_of(dial(11, no="D1 D2")),
    result_of(dial(14)),
    result_of(dial(15, ring_s=20.0)),
    result_of(dial(17)),
    result_of(dial(12)),
    result_of(dial(16), dial(21, attempt=2)),
    result_of(dial(23)),
    result_of(dial(21)),
    result_of(dial(91), dial(21, attempt=2)),
    result_of(dial(91)),
    result_of(dial(92), dial(91)),
    result_of(),
]


def test_lines_tested_void_and_untested():
    found = tally(LINES)
    assert (found.lines, found.tested, found.void, found.untested) == (17, 14, 2, 1)


def test_classes_are_exclusive_and_add_up_to_tested():
    found = tally(LINES)
    assert {k: n for k, n in found.classes.items() if k and k.tested} == {
        Klass.PASS: 4,
        Klass.SLOW: 2,
        Klass.IRREGULAR: 2,
        Klass.SLOW_IRREGULAR: 1,
        Klass.UNREACHABLE: 3,
        Klass.WRONG_NUMBER: 2,
    }
    assert found.balanced


def test_outcomes_count_decisive_calls_one_per_tested_line():
    found = tally(LINES)
    assert found.outcomes == {
        Outcome.OK: 6,
        Outcome.WRONG_POST: 1,
        Outcome.HANGUP: 1,
        Outcome.REFUSED: 1,
        Outcome.MACHINE: 1,
        Outcome.XFER_LOST: 1,
        Outcome.NO_ANSWER: 2,
        Outcome.VACANT: 1,
    }


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        ("first_dial_connect_rate", 10 / 14),
        ("connect_rate", 11 / 14),
        ("timely_rate", 5 / 14),
        ("valid_rate", 6 / 14),
        ("handling_rate", 5 / 8),
        ("pass_rate", 4 / 14),
    ],
)
def test_rate(rate, expected):
    assert getattr(tally(LINES), rate) == pytest.approx(expected, abs=1e-12)


def test_mean_score_is_over_tested_lines_zeros_included():
    scores = [r.score_tenths for r in LINES if r.tested]
    assert len(scores) == 14
    assert 0 in scores
    assert tally(LINES).mean_score == pytest.approx(sum(scores) / 10 / 14)
    two = [result(Klass.PASS, score_tenths=1000), result(Klass.UNREACHABLE, score_tenths=0)]
    assert tally(two).mean_score == 50.0
    assert tally([*two, result(Klass.VOID), result(None)]).mean_score == 50.0


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize(
    "lines", [[], [result(None)], [result(Klass.VOID)], [result(None), result(Klass.VOID)]]
)
def test_a_rate_over_nothing_is_null(rate, lines):
    found = tally(lines)
    assert found.tested == 0
    assert getattr(found, rate) is None
    assert found.balanced


@pytest.mark.parametrize("rate", sorted(set(RATES) - {"handling_rate", "pass_interval"}))
def test_a_rate_of_none_out_of_some_is_zero(rate):
    assert getattr(tally([result(Klass.UNREACHABLE, score_tenths=0)]), rate) == 0.0


def test_handling_rate_is_null_where_nobody_was_spoken_to():
    found = tally([result(Klass.UNREACHABLE), result(Klass.WRONG_NUMBER), result_of(dial(17))])
    assert found.tested == 3
    assert found.handling_rate is None


def test_handling_rate_counts_11_14_and_15():
    assert tally([result_of(dial(14)), result_of(dial(11))]).handling_rate == 0.5
    assert tally([result_of(dial(15)), result_of(dial(11))]).handling_rate == 0.5
    assert tally([result_of(dial(17)), result_of(dial(11))]).handling_rate == 1.0
    assert tally([result_of(dial(11, ring_s=60.0))]).handling_rate == 1.0
    assert tally([result_of(dial(11, ring_s=60.0, no="D1 D2"))]).handling_rate == 0.0


def test_timely_is_within_15_seconds_whatever_the_offices_limit():
    timely = tally([result(Klass.PASS, 11, ring_s=15.0), result(Klass.PASS, 11, ring_s=20.0)])
    assert timely.timely_rate == 0.5
    hung_up_at_once = tally([result(Klass.IRREGULAR, 14, ring_s=3.0)])
    assert hung_up_at_once.timely_rate == 0.0


def test_the_order_of_lines_does_not_matter():
    some = LINES[6:10]
    assert len({str(vars(tally(order)).get("connected")) for order in permutations(some)}) == 1
    assert tally(LINES) == tally(LINES[::-1])


@pytest.mark.parametrize(
    ("n", "counts", "difference"),
    [
        (0, {}, 0),
        (3, {"a": 1, "b": 2}, 0),
        (3, {"a": 1, "b": 1}, -1),
        (3, {"a": 2, "b": 2}, 1),
        (3, {}, -3),
        (0, {"a": 0}, 0),
    ],
)
def test_balance(n, counts, difference):
    assert balance(n, counts) == difference


def test_a_line_whose_outcome_is_missing_does_not_balance():
    assert not tally([result(Klass.PASS), Result(klass=Klass.PASS)]).balanced


def fujian_counts(row):
    return {Outcome(code): row[column] for column, code in FUJIAN["outcomes"].items()}


def test_the_fujian_table_does_not_balance_in_two_rows_and_the_total():
    named = {
        row["area"]: difference
        for row in [*FUJIAN["rows"], {**FUJIAN["total"], "area": "合计"}]
        if (difference := balance(row["n"], fujian_counts(row)))
    }
    assert named == {"漳州": -1, "莆田": 2, "合计": 1}


def test_its_total_is_the_sum_of_its_rows_where_the_rows_are_sums():
    rows = FUJIAN["rows"]
    assert sum(row["n"] for row in rows) == FUJIAN["total"]["n"]
    for column in FUJIAN["outcomes"]:
        assert sum(row[column] for row in rows) == FUJIAN["total"][column]


@pytest.mark.parametrize(
    "row",
    [row for row in FUJIAN["rows"] if row["area"] not in ("漳州", "莆田")],
    ids=lambda row: row["area"],
)
def test_the_published_rates_of_the_seven_balanced_rows_come_out(row):
    lines = [
        result_of(dial(code)) for code, count in fujian_counts(row).items() for _ in range(count)
    ]
    found = tally(lines)
    assert found.balanced
    assert found.tested == row["n"]
    assert round(found.valid_rate, 4) == row["有效率"]


def test_first_dial_and_three_dial_rates_of_jiangxi_2018():
    n, first, three = (JIANGXI[k] for k in ("n", "first_dial_connected", "three_dial_connected"))
    reached = [result_of(dial(11))] * first
    later = [result_of(dial(21), dial(21, attempt=2), dial(11, attempt=3))] * (three - first)
    never = [result_of(*(dial(21, attempt=a) for a in (1, 2, 3)))] * (n - three)
    found = tally([*reached, *later, *never])
    assert found.tested == 107
    assert round(100 * found.first_dial_connect_rate, 1) == JIANGXI["first_dial_rate_pct"]
    assert round(100 * found.connect_rate, 1) == JIANGXI["three_dial_rate_pct"]
    assert (found.first_dial_connected, found.connected) == (79, 97)
