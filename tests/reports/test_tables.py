"""How a value is shown, on paper as in Excel."""

import pytest

from reports.periods import date_words, last_day, period_words, window_words
from reports.tables import Interval, percent, points, shown


@pytest.mark.parametrize(
    ("rate", "words"), [(154 / 196, "78.57%"), (1.0, "100.00%"), (0.0, "0.00%"), (None, "—")]
)
def test_percent(rate, words):
    assert percent(rate) == words


def test_percent_rounds_half_up():
    assert percent(0.00125) == "0.13%"


@pytest.mark.parametrize(
    ("change", "words"), [(-3.1, "−3.10"), (0.52, "+0.52"), (-0.001, "0.00"), (None, "—")]
)
def test_points(change, words):
    assert points(change) == words


def test_interval_beside_its_rate():
    assert shown(Interval(0.5, 0.25, 0.75), "percent") == "50.00%（25.00～75.00）"
    assert shown(Interval(None, None, None), "percent") == "—"


@pytest.mark.parametrize(
    ("cell", "kind", "words"),
    [(None, "count", "—"), (0, "count", "0"), (12.25, "seconds", "12.3"), ("=1", "text", "=1")],
)
def test_shown(cell, kind, words):
    assert shown(cell, kind) == words


def test_periods_in_words():
    assert period_words("2026Q1") == "2026年第一季度"
    assert last_day("2028-02") == "2028-02-29"
    assert last_day("2026Q4") == "2026-12-31"
    assert date_words("2026-11-03") == "2026年11月3日"
    assert window_words("2026-10-01", "2026-12-31") == "2026年10月1日至12月31日"
    assert window_words("2025-12-31", "2026-01-02") == "2025年12月31日至2026年1月2日"


@pytest.mark.parametrize("bad", ["2026Q5", "2026-13", "2026", ""])
def test_a_bad_period_is_refused(bad):
    with pytest.raises(ValueError, match="not a period"):
        period_words(bad)
