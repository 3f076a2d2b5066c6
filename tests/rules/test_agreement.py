"""Agreement of two inspectors: the share judged alike, and Cohen's kappa."""

from __future__ import annotations

import pytest

from hotline.rules.agreement import agreed


def test_kappa_of_a_table_worked_by_hand():
    pairs = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10
    found = agreed([*pairs, *[("no", "no")] * 15])
    assert (found.n, found.equal) == (50, 35)
    assert found.share == pytest.approx(0.7)
    assert found.by_chance == pytest.approx(0.5)
    assert found.kappa == pytest.approx(0.4)


def test_kappa_is_one_where_all_agree_and_below_nothing_where_none_does():
    assert agreed([("a", "a"), ("b", "b")]).kappa == 1
    assert agreed([("a", "b"), ("b", "a")]).kappa == -1


def test_kappa_over_nothing_or_one_class_is_not_defined():
    nothing = agreed([])
    assert (nothing.n, nothing.share, nothing.kappa) == (0, None, None)
    alike = agreed([("a", "a")] * 3)
    assert (alike.share, alike.kappa) == (1, None)
