"""Draws: what is always in, what chance decides, and that anyone can draw the same again."""

from __future__ import annotations

from collections import Counter
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.rules.sampling import (
    Basis,
    FrameLine,
    SamplePlan,
    assigned,
    draw,
    frame_from_json,
    frame_hash,
    frame_json,
    shuffled,
    spread,
)

PLAN = SamplePlan(least=3, share=0.3)
flags = st.fixed_dictionaries(
    {
        name: st.booleans()
        for name in (
            "of_city",
            "failed_last",
            "failed_before_last",
            "number_changed",
            "complaint",
            "long_untested",
            "due",
        )
    }
)
frames = st.lists(
    st.tuples(st.integers(0, 500), st.sampled_from("ABC"), flags),
    unique_by=lambda row: row[0],
    max_size=60,
).map(lambda rows: [FrameLine(f"L{n:03d}", group, **risk) for n, group, risk in rows])
seeds = st.text("0123456789abcdef", min_size=1, max_size=32)


@given(frames, seeds)
def test_a_draw_has_what_it_must(frame, seed):
    chosen = draw(frame, PLAN, seed)
    for line in frame:
        if line.of_city:
            assert chosen[line.line] is Basis.CITY
        elif line.failed_last:
            assert chosen[line.line] in (Basis.DRAWN, Basis.AGAIN)
        elif line.due:
            assert chosen[line.line] in (Basis.DRAWN, Basis.YEAR)
        else:
            assert chosen.get(line.line) in (Basis.DRAWN, None)
    for group in "ABC":
        county = [line for line in frame if line.stratum == group and not line.of_city]
        drawn = [line for line in county if chosen.get(line.line) is Basis.DRAWN]
        assert len(drawn) == min(len(county), max(3, ceil(len(county) * 3 / 10)))


@given(frames, seeds, st.randoms())
def test_the_same_seed_draws_the_same_whatever_the_order(frame, seed, random):
    other = list(frame)
    random.shuffle(other)
    assert draw(other, PLAN, seed) == draw(frame, PLAN, seed)
    assert frame_hash(other, PLAN) == frame_hash(frame, PLAN)
    assert draw(frame_from_json(frame_json(frame)), PLAN, seed) == draw(frame, PLAN, seed)


@given(frames, seeds)
def test_full_coverage_has_every_line(frame, seed):
    assert draw(frame, None, seed) == {line.line: Basis.FULL for line in frame}


def test_a_changed_fact_or_plan_changes_the_hash():
    frame = [FrameLine("a", "A"), FrameLine("b", "A", complaint=True)]
    known = {
        frame_hash(frame, PLAN),
        frame_hash(frame[:1], PLAN),
        frame_hash([frame[0], FrameLine("b", "A")], PLAN),
        frame_hash(frame, SamplePlan(least=3, share=0.31)),
        frame_hash(frame, None),
    }
    assert len(known) == 5


def test_the_draw_is_pinned_for_ever():
    """Seeds of past rounds must go on giving the same lines in every version of the program."""
    frame = [FrameLine(f"L{n:02d}", "A", complaint=n % 3 == 0) for n in range(12)]
    assert sorted(draw(frame, PLAN, "2026Q4")) == PINNED


PINNED = ["L00", "L04", "L05", "L06"]


def test_risk_raises_the_chance_in_proportion():
    """Weights 1 and 4: of one line drawn out of two, the risky one is it four times in five."""
    plan = SamplePlan(least=1, share=0)
    frame = [
        FrameLine("plain", "A"),
        FrameLine("risky", "A", failed_before_last=True, complaint=True, number_changed=True),
    ]
    drawn = Counter(name for n in range(4000) for name in draw(frame, plan, str(n)))
    assert drawn["risky"] / 4000 == pytest.approx(0.8, abs=0.025)


def test_equal_lines_have_equal_chances():
    frame = [FrameLine(f"L{n}", "A") for n in range(10)]
    drawn = Counter(name for n in range(3000) for name in draw(frame, PLAN, str(n)))
    assert min(drawn.values()) > 800
    assert max(drawn.values()) < 1000


def test_a_share_is_a_decimal_and_not_what_a_computer_makes_of_it():
    frame = [FrameLine(f"L{n}", "A") for n in range(100)]
    assert len(draw(frame, SamplePlan(least=0, share=0.29), "x")) == 29


@given(st.lists(st.text(max_size=4), unique=True, max_size=40), seeds)
def test_an_order_is_a_permutation_that_the_seed_decides(names, seed):
    order = shuffled(names, seed, "dial")
    assert sorted(order) == sorted(names)
    assert shuffled(reversed(names), seed, "dial") == order


def test_no_line_can_learn_its_place():
    names = [f"L{n}" for n in range(10)]
    places = Counter(shuffled(names, str(n), "dial").index("L3") for n in range(3000))
    assert len(places) == 10
    assert min(places.values()) > 230


@given(st.lists(st.integers(), unique=True, min_size=1, max_size=50), st.integers(1, 9))
def test_names_are_dealt_out_evenly(numbers, slots):
    names = list(map(str, numbers))
    dealt = Counter(spread(names, range(slots)).values())
    assert sum(dealt.values()) == len(names)
    assert max(dealt.values()) - min(dealt.get(slot, 0) for slot in range(slots)) <= 1


def test_without_slots_nothing_can_be_dealt():
    with pytest.raises(ValueError, match="no slot"):
        spread(["a"], [])


@given(
    st.lists(st.sampled_from("ABCDEFGHIJ"), min_size=1, max_size=60),
    st.lists(st.sampled_from(["p", "q", "r", "s"]), unique=True, max_size=4),
    seeds,
)
def test_nobody_tests_what_is_forbidden_and_the_load_is_even(units, testers, seed):
    names = [f"{n}{unit}" for n, unit in enumerate(units)]
    own = {"p": "A", "q": "B"}
    forbidden = {name: frozenset(t for t in testers if own.get(t) == name[-1]) for name in names}
    given_to = assigned(names, testers, forbidden, seed)
    assert set(given_to) == set(names)
    for name, tester in given_to.items():
        if tester is None:
            assert set(testers) == forbidden[name]
        else:
            assert tester not in forbidden[name]
    free = [t for t in testers if t not in own]
    if len(free) == len(testers) and testers:
        load = Counter(given_to.values())
        assert max(load.values()) - min(load.get(t, 0) for t in testers) <= 1


def test_whoever_has_much_to_do_gets_less():
    given_to = assigned(list("abcd"), ["p", "q"], {}, "x", load={"p": 2})
    assert Counter(given_to.values()) == {"q": 3, "p": 1}
