"""What must hold of any dial and any check, whatever was entered."""

from dataclasses import replace
from fractions import Fraction
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.rules.assessment import assess
from hotline.rules.classification import classify, irregular_reasons, slow_reasons
from hotline.rules.outcomes import Disorder, Klass, Outcome, decisive, disorder
from hotline.rules.scoring import score
from hotline.rules.statistics import balance, ranks, tally
from tests.rules.checks import (
    ANSWERED,
    MAJOR,
    POINTS,
    answered_dials,
    any_dials,
    orderly_dials,
)
from tests.rules.dialing import ITEMS, RUBRIC, result_of, retry_rule

quick = settings(deadline=None, max_examples=150)


def less(draw, value):
    """Something no greater, in tenths; None, meaning none, is the least."""
    if value is None:
        return None
    return draw(st.one_of(st.none(), st.integers(0, round(value * 10)).map(lambda t: t / 10)))


@st.composite
def worse_and_better(draw):
    """The same dial twice, the second better in some ways and worse in none."""
    worse = draw(answered_dials())
    failed = [item for item in ITEMS if worse.answers.get(item, "no") == "no" and item != "D4"]
    if worse.answers.get("D4") == "no":
        failed.append("D4")
    mended = draw(st.sets(st.sampled_from(failed))) if failed else set()
    pardoned = draw(st.sets(st.sampled_from(["B6", "B7"])))
    better = replace(
        worse,
        answers=dict(worse.answers) | dict.fromkeys(mended, "yes"),
        critical=worse.critical - mended - pardoned,
        ring_s=draw(st.integers(0, round(worse.ring_s * 10))) / 10,
        transfer_wait_s=less(draw, worse.transfer_wait_s),
        hold_total_s=less(draw, worse.hold_total_s),
        first_human_s=less(draw, worse.first_human_s),
        transfer_count=draw(st.integers(0, worse.transfer_count or 0)),
        attempt=draw(st.integers(1, worse.attempt)),
    )
    return worse, better


@quick
@given(worse_and_better())
def test_a_better_answer_never_lowers_the_score_or_worsens_the_class(pair):
    worse, better = pair
    low, high = (score(d, d.attempt, RUBRIC).tenths for d in pair)
    assert high >= low
    for reasons in (
        lambda d: slow_reasons(d, d.attempt, RUBRIC),
        lambda d: irregular_reasons(d, RUBRIC),
    ):
        assert len(reasons(better)) <= len(reasons(worse))
    assert bool(better.critical) <= bool(worse.critical)
    classes = [classify(d, d.attempt, RUBRIC)[0] for d in pair]
    if classes[0] is Klass.PASS:
        assert classes[1] is Klass.PASS


def expected_points(dial, attempts):
    """Earned and applicable by the tables, worked out anew."""

    def step(value, table):
        return next((points for upto, points in table if value <= upto), 0)

    earned = {1: 20, 2: 14, 3: 8}.get(attempts, 0)
    earned += step(dial.ring_s, [(15, 12), (20, 9), (30, 6), (60, 2)])
    wait = max(dial.transfer_wait_s or 0, dial.hold_total_s or 0)
    if dial.outcome is not Outcome.XFER_LOST:
        earned += step(wait, [(30, 8), (60, 5), (120, 2)])
    sheet = {item: dial.answers.get(item, "na" if item == "D4" else "no") for item in ITEMS}
    handled = sum(POINTS[item] for item in ITEMS if sheet[item] == "yes")
    applies = sum(POINTS[item] for item in ITEMS if sheet[item] != "na")
    majors = sum(item in MAJOR and sheet[item] == "no" for item in ITEMS)
    return earned + handled, 40 + applies, Fraction(handled, applies), majors


@quick
@given(answered_dials(), st.integers(1, 5))
def test_score_and_class_are_those_of_the_tables(dial, attempts):
    earned, applies, share, majors = expected_points(dial, attempts)
    points = Fraction(1000 * earned, applies)
    tenths = int(points) + (points - int(points) >= Fraction(1, 2))
    capped = dial.outcome in (Outcome.HANGUP, Outcome.REFUSED) or bool(dial.critical)
    assert score(dial, attempts, RUBRIC).tenths == (min(tenths, 590) if capped else tenths)

    slow = (
        dial.ring_s > 15
        or attempts >= 3
        or (dial.first_human_s or 0) > 60
        or (dial.transfer_wait_s or 0) > 60
        or (dial.hold_total_s or 0) > 120
        or (dial.transfer_count or 0) >= 2
        or dial.outcome is Outcome.XFER_LOST
    )
    irregular = dial.outcome in (Outcome.HANGUP, Outcome.REFUSED) or (
        dial.outcome is Outcome.OK
        and (bool(dial.critical) or majors >= 2 or share < Fraction(70, 100))
    )
    expected = {
        (True, True): Klass.SLOW_IRREGULAR,
        (True, False): Klass.SLOW,
        (False, True): Klass.IRREGULAR,
        (False, False): Klass.PASS,
    }[slow, irregular]
    assert classify(dial, attempts, RUBRIC)[0] is expected


@quick
@given(any_dials())
def test_the_score_lies_between_0_and_100_and_the_cap_holds(dials):
    found = assess(dials, RUBRIC)
    if found.klass in (None, Klass.VOID):
        assert found.score_tenths is None
        return
    assert 0 <= found.score_tenths <= 1000
    if found.critical:
        assert found.score_tenths <= 590
    if found.outcome not in ANSWERED:
        assert found.score_tenths == 0


@quick
@given(any_dials(), st.data())
def test_the_order_in_which_dials_arrive_never_matters(dials, data):
    shuffled = data.draw(st.permutations(dials))
    assert assess(shuffled, RUBRIC) == assess(dials, RUBRIC)
    assert disorder(shuffled, 3) == disorder(dials, 3)
    rule = retry_rule()
    assert rule.progress(shuffled) == rule.progress(dials)


@quick
@given(any_dials())
def test_recomputing_changes_nothing(dials):
    kept = list(dials)
    first = assess(iter(dials), RUBRIC)
    assert assess(dials, RUBRIC) == first == assess(dials, RUBRIC)
    assert dials == kept
    # void dials bear on nothing but the numbers they used up
    standing = [d for d in dials if d.counts]
    assert decisive(standing) == first.decisive


@quick
@given(orderly_dials())
def test_every_part_of_an_orderly_set_is_orderly(dials):
    assert disorder(dials, 3) is None
    for n in range(min(len(dials), 4) + 1):
        for part in combinations(dials, n):
            assert disorder(part, 3) is None
    for left_out in range(len(dials)):
        assert disorder(dials[:left_out] + dials[left_out + 1 :], 3) is None


@quick
@given(any_dials(), st.data())
def test_a_part_is_never_worse_than_the_whole(dials, data):
    if disorder(dials, 3) is None:
        part = [d for d in dials if data.draw(st.booleans())]
        assert disorder(part, 3) is None


@quick
@given(orderly_dials(), st.sampled_from(list(Outcome)))
def test_nothing_may_follow_a_settled_check(dials, outcome):
    last = dials[-1]
    later = replace(
        last, attempt=last.attempt + 1, outcome=outcome, started_at=last.started_at.replace(hour=23)
    )
    if last.outcome in ANSWERED:
        assert disorder([later, *dials], 3) is Disorder.AFTER_SETTLED
    else:
        assert disorder([later, *dials], 3) is None


@quick
@given(st.lists(any_dials(most=4), max_size=12))
def test_figures_of_any_lines_add_up(lines):
    found = tally(result_of(*dials) for dials in lines)
    assert found.balanced
    assert found.lines == len(lines) == found.tested + found.void + found.untested
    assert balance(found.tested, found.outcomes) == 0
    rates = (found.pass_rate, found.valid_rate, found.connect_rate, found.timely_rate)
    if found.tested:
        assert all(0 <= rate <= 1 for rate in rates)
        assert found.pass_rate <= found.timely_rate <= found.valid_rate <= found.connect_rate
    else:
        assert set(rates) == {None}


@quick
@given(st.lists(st.one_of(st.none(), st.integers(0, 9).map(lambda n: n / 10)), max_size=12))
def test_a_rank_is_one_more_than_the_number_of_those_above(values):
    expected = [
        None if v is None else 1 + sum(w is not None and w > v for w in values) for v in values
    ]
    assert ranks(values) == expected
