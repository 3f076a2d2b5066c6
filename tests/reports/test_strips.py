"""Where pages end, counted in plain heights."""

import pytest

from reports import page
from reports.strips import Strip, nothing, paginate

FRAME = page.Frame(0.0, 100.0, 200.0, 100.0)


def strip(name: str, height: float = 10, **changes) -> Strip:
    def draw(sheet, top):
        """Known by its name."""

    draw.__name__ = name
    return Strip(height, 0.0, draw, **changes)


def pages(*strips: Strip, first: float | None = None) -> list[str]:
    """The names of each page's strips."""
    return ["".join(s.draw.__name__ for _, s in one) for one in paginate(strips, FRAME, first)]


def tops(*strips: Strip, first: float | None = None) -> list[list[float]]:
    return [[top for top, _ in one] for one in paginate(strips, FRAME, first)]


def test_a_page_is_filled_before_the_next():
    assert pages(*[strip("a")] * 25) == ["a" * 10, "a" * 10, "a" * 5]
    assert pages(*[strip("a")] * 12, first=180) == ["aa", "a" * 10]
    assert tops(*[strip("a", 40)] * 3) == [[100, 140], [100]]


def test_no_strips_are_one_empty_page():
    assert pages() == [""]


def test_the_gap_below_the_last_strip_may_hang_over():
    wide = Strip(40, 30.0, nothing)
    assert [len(one) for one in paginate([wide] * 3, FRAME)] == [1, 1, 1]
    assert [len(one) for one in paginate([Strip(40, 20.0, nothing)] * 3, FRAME)] == [2, 1]


def test_kept_strips_go_together():
    kept = [strip("b"), strip("c", keep=True), strip("d", keep=True)]
    assert pages(*[strip("a")] * 8, *kept) == ["a" * 8, "bcd"]
    assert pages(*[strip("a")] * 7, *kept) == ["a" * 7 + "bcd"]


def test_what_cannot_be_kept_on_one_page_is_parted_at_its_bottom():
    kept = [strip("b", keep=True)] * 15
    assert pages(strip("a"), *kept) == ["a" + "b" * 9, "b" * 6]


def test_a_blank_strip_falls_away_at_the_top():
    assert pages(*[strip("a")] * 10, strip("_", blank=True), strip("b")) == ["a" * 10, "b"]
    assert pages(*[strip("a")] * 2, strip("_", blank=True), strip("b")) == ["aa_b"]


def test_a_head_comes_again_where_its_rows_begin_a_page():
    row = strip("r", again=strip("h"))
    assert pages(strip("h"), *[row] * 12) == ["h" + "r" * 9, "h" + "r" * 3]


def test_a_strip_higher_than_a_page_stands_alone():
    assert pages(strip("a"), strip("B", 150), strip("c")) == ["a", "B", "c"]
    assert pages(strip("B", 150, again=strip("h")), strip("c")) == ["B", "c"]


def test_nothing_fits_below_a_long_head():
    assert pages(strip("a"), first=195) == ["", "a"]


def test_sinking_and_snapping():
    assert tops(strip("a"), strip("z", 20, sink=True)) == [[100, 180]]
    assert tops(*[strip("a")] * 9, strip("z", 20, sink=True)) == [
        [100 + 10 * i for i in range(9)],
        [180],
    ]
    (snapped,) = tops(strip("a", 12), strip("b", snap=True))
    assert snapped == [100, pytest.approx(100 + page.LEADING)]
