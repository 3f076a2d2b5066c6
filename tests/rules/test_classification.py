"""Slow, irregular, both, neither: every limit from both sides."""

import pytest

from hotline.rules.assessment import assess
from hotline.rules.outcomes import Klass
from tests.rules.dialing import ITEMS, RUBRIC, dial, judge


def klass_of(*dials, rubric=RUBRIC):
    return judge(*dials, rubric=rubric)[0]


def reason_keys(*dials):
    return [reason.key for reason in assess(dials, RUBRIC).reasons]


@pytest.mark.parametrize(
    ("facts", "slow"),
    [
        ({"ring_s": 15.0}, False),
        ({"ring_s": 15.1}, True),
        ({"first_human_s": 60.0}, False),
        ({"first_human_s": 60.1}, True),
        ({"transfer_wait_s": 60.0}, False),
        ({"transfer_wait_s": 60.1}, True),
        ({"hold_total_s": 120.0}, False),
        ({"hold_total_s": 120.1}, True),
        ({"transfer_count": 0}, False),
        ({"transfer_count": 1}, False),
        ({"transfer_count": 2}, True),
        ({"transfer_count": 3}, True),
        ({"transfer_count": None, "first_human_s": None, "hold_total_s": None}, False),
    ],
)
def test_limits_of_slow(facts, slow):
    made = dial(11, **facts)
    assert klass_of(made) is (Klass.SLOW if slow else Klass.PASS)
    assert bool(reason_keys(made)) is slow


@pytest.mark.parametrize(("attempt", "slow"), [(1, False), (2, False), (3, True), (4, True)])
def test_the_third_attempt_is_slow(attempt, slow):
    before = [dial(21, attempt=n) for n in range(1, attempt)]
    assert klass_of(*before, dial(11, attempt=attempt)) is (Klass.SLOW if slow else Klass.PASS)


def test_busy_redials_do_not_make_a_third_attempt():
    busy = [dial(22, f"09:{n}0", 1) for n in range(3)]
    assert klass_of(*busy, dial(11, "09:30", 1)) is Klass.PASS


def test_void_dials_do_not_make_a_third_attempt():
    assert klass_of(dial(91, attempt=1), dial(92, attempt=2), dial(11, attempt=3)) is Klass.PASS
    assert klass_of(dial(21, attempt=1), dial(91, attempt=2), dial(11, attempt=3)) is Klass.PASS


def test_a_lost_transfer_is_slow_in_any_case():
    assert klass_of(dial(17, ring_s=1.0)) is Klass.SLOW
    assert klass_of(dial(17, answers=dict.fromkeys(ITEMS, "no"))) is Klass.SLOW


@pytest.mark.parametrize("code", [14, 15])
def test_hang_up_and_refusal_may_be_slow_too(code):
    assert klass_of(dial(code, ring_s=15.0)) is Klass.IRREGULAR
    assert klass_of(dial(code, ring_s=15.1)) is Klass.SLOW_IRREGULAR
    late = [dial(21, attempt=1), dial(21, attempt=2), dial(code, attempt=3)]
    assert klass_of(*late) is Klass.SLOW_IRREGULAR


@pytest.mark.parametrize("code", [12, 13, 16])
def test_how_long_a_wrong_number_or_a_machine_rang_does_not_matter(code):
    slow = {"ring_s": 100.0, "transfer_count": 3, "hold_total_s": 300.0}
    assert klass_of(dial(code, **slow)) is klass_of(dial(code))
    assert klass_of(dial(code)) is (Klass.UNREACHABLE if code == 16 else Klass.WRONG_NUMBER)


@pytest.mark.parametrize("item", ["B2", "B3", "B4", "B6", "B7", "D1", "D2", "D3", "D4"])
def test_one_major_item_is_a_pass_two_are_irregular(item):
    assert klass_of(dial(11, no=item)) is Klass.PASS
    assert assess([dial(11, no=item)], RUBRIC).majors_failed == (item,)
    other = "B2" if item != "B2" else "B3"
    both = dial(11, no=f"{item} {other}")
    assert klass_of(both) is Klass.IRREGULAR
    assert set(assess([both], RUBRIC).majors_failed) == {item, other}


def test_minor_items_alone_are_a_pass():
    made = dial(11, no="B1 B5 B8")
    assert klass_of(made) is Klass.PASS
    assert assess([made], RUBRIC).majors_failed == ()


def test_a_major_item_that_does_not_apply_has_not_failed():
    assert klass_of(dial(11, no="B2", na="B3 B4")) is Klass.PASS


@pytest.mark.parametrize(
    ("no", "na", "share", "klass"),
    [
        # 21 of 30 without a major item, 28 of 40 with one: exactly 0.70
        ("B1 B5 B8", "B6 B7 D1 D2", (21, 30), Klass.PASS),
        ("B7 B1", "B4 B5 B8 D2", (28, 40), Klass.PASS),
        ("B1 B5 B8 D3", "B4 B7", (30, 43), Klass.IRREGULAR),
        ("B1 B5 B8 D3", "D1 D2", (31, 44), Klass.PASS),
        ("B1 B5 B8", "B2 B3 B6 D1 D2", (17, 26), Klass.IRREGULAR),
    ],
)
def test_seventy_percent_of_handling_and_answer(no, na, share, klass):
    made = dial(11, no=no, na=na)
    parts = [p for p in assess([made], RUBRIC).parts if p.id in ITEMS]
    assert (sum(p.earned for p in parts), sum(p.applicable for p in parts)) == share
    assert klass_of(made) is klass


@pytest.mark.parametrize("critical", ["B6", "B7"])
def test_a_critical_item_is_irregular_by_itself(critical):
    made = dial(11, no=critical, critical=critical)
    assert klass_of(made) is Klass.IRREGULAR
    assert assess([made], RUBRIC).critical
    assert klass_of(dial(11, no=critical, critical=critical, ring_s=16.0)) is Klass.SLOW_IRREGULAR


def test_slow_and_irregular_are_one_class_of_their_own():
    made = dial(11, ring_s=20.0, no="D1 D2")
    assert klass_of(made) is Klass.SLOW_IRREGULAR
    assert [key.split(".")[0] for key in reason_keys(made)] == ["slow", "irregular"]


def test_every_way_of_being_slow_is_named():
    made = dial(
        17,
        ring_s=16.0,
        first_human_s=61.0,
        transfer_wait_s=61.0,
        hold_total_s=121.0,
        transfer_count=2,
        attempt=3,
    )
    keys = reason_keys(dial(21, attempt=1), dial(21, attempt=2), made)
    assert len(keys) == len(set(keys)) == 7


def test_a_plain_pass_has_no_reasons_and_any_other_class_has():
    assert reason_keys(dial(11)) == []
    for code in (12, 13, 14, 15, 16, 17, 21, 22, 23, 24, 25, 26, 27, 28):
        assert reason_keys(dial(code))


def test_an_office_may_set_its_own_limit_for_the_ring():
    limits = RUBRIC.limits.model_copy(update={"slow_ring_s": 30.0})
    office = RUBRIC.model_copy(update={"limits": limits})
    assert klass_of(dial(11, ring_s=30.0), rubric=office) is Klass.PASS
    assert klass_of(dial(11, ring_s=30.1), rubric=office) is Klass.SLOW


def test_an_office_may_allow_no_transfer():
    limits = RUBRIC.limits.model_copy(update={"transfer_count": 1})
    office = RUBRIC.model_copy(update={"limits": limits})
    assert klass_of(dial(11, transfer_count=1), rubric=office) is Klass.SLOW
    for none in (0, None):
        assert klass_of(dial(11, transfer_count=none), rubric=office) is Klass.PASS


def test_untested_is_no_class_and_void_is_one():
    assert klass_of() is None
    assert klass_of(dial(91), dial(92)) is Klass.VOID
    assert klass_of(dial(91), dial(21, attempt=2)) is Klass.UNREACHABLE


def test_the_classes_are_these():
    assert {klass for klass in Klass if klass.failed} == {
        Klass.SLOW,
        Klass.IRREGULAR,
        Klass.SLOW_IRREGULAR,
        Klass.UNREACHABLE,
        Klass.WRONG_NUMBER,
    }
    assert {klass for klass in Klass if not klass.tested} == {Klass.VOID}
