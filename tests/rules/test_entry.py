"""What the rules ask of a dial when it is entered: seconds, answers, critical items."""

import pytest

from hotline.errors import Invalid
from hotline.inspection.call_content import parse
from hotline.rules.outcomes import Klass
from tests.rules.dialing import ITEMS, RUBRIC, at, judge

YES = dict.fromkeys(ITEMS[:-1], "yes")
OK = {"started_at": at("09:00"), "attempt": 1, "outcome": "OK", "ring_s": "12", **YES}


def entered(**changed):
    """A dial as it is kept; `changed` fields differ from an answer in order."""
    return parse(OK | changed, RUBRIC).dial()


def refused(**changed):
    """The fields that the refusal names."""
    with pytest.raises(Invalid) as refusal:
        entered(**changed)
    return {error.field for error in refusal.value.errors}


@pytest.mark.parametrize(
    ("written", "kept", "klass"),
    [
        ("15", 15.0, Klass.PASS),
        ("15.0", 15.0, Klass.PASS),
        ("15.04", 15.0, Klass.PASS),
        ("15.049", 15.0, Klass.PASS),
        ("15.05", 15.1, Klass.SLOW),
        ("15.1", 15.1, Klass.SLOW),
        ("0", 0.0, Klass.PASS),
        ("0.05", 0.1, Klass.PASS),
        (0.25, 0.3, Klass.PASS),
        ("120", 120.0, Klass.SLOW),
        ("１２", 12.0, Klass.PASS),
    ],
)
def test_seconds_are_rounded_half_up_to_one_decimal(written, kept, klass):
    dial = entered(ring_s=written)
    assert dial.ring_s == kept
    assert judge(dial)[0] is klass


@pytest.mark.parametrize("field", ["transfer_wait_s", "hold_total_s", "first_human_s"])
def test_a_blank_time_is_not_applicable_and_never_zero(field):
    assert getattr(entered(), field) is None
    assert getattr(entered(**{field: ""}), field) is None
    assert getattr(entered(**{field: "0"}), field) == 0.0
    assert getattr(entered(**{field: "60.05"}), field) == 60.1
    assert refused(**{field: "-0.1"}) == {field}


@pytest.mark.parametrize("ring", [None, "", "-1", "120.1", "nan", "1e9", "soon"])
def test_11_without_a_ring_between_0_and_120_is_an_error(ring):
    assert refused(ring_s=ring) == {"ring_s"}


@pytest.mark.parametrize("code", [12, 13, 14, 15, 16, 17])
def test_the_ring_is_required_wherever_somebody_answered(code):
    blank = dict.fromkeys(ITEMS, "")
    assert refused(outcome=str(code), ring_s="", **blank) == {"ring_s"}
    assert entered(outcome=str(code), ring_s="8", **blank).ring_s == 8.0


@pytest.mark.parametrize("code", [21, 22, 23, 24, 25, 26, 27, 28])
def test_the_ring_is_not_kept_where_nobody_did(code):
    assert entered(outcome=str(code), ring_s="60", **dict.fromkeys(ITEMS, "")).ring_s is None


@pytest.mark.parametrize("item", ITEMS)
def test_an_11_needs_every_answer_but_d4(item):
    if item == "D4":
        assert judge(entered(D4="")) == (Klass.PASS, 100.0)
    else:
        assert refused(**{item: ""}) == {item}


@pytest.mark.parametrize("code", [14, 15, 17])
def test_14_15_and_17_may_leave_blanks(code):
    dial = entered(outcome=str(code), **dict.fromkeys(ITEMS, ""))
    assert dial.answers == {}


@pytest.mark.parametrize("code", [12, 13, 16, 21, 22, 23, 24, 25, 26, 27, 28, 91, 92])
def test_other_codes_take_no_answers(code):
    assert refused(outcome=str(code), **dict.fromkeys(ITEMS, "") | {"B1": "yes"}) == {"B1"}


def test_30_points_must_apply():
    def only(*items):
        return dict.fromkeys(ITEMS, "na") | dict.fromkeys(items, "yes")

    assert entered(**only("B2", "B3", "B6", "D1", "D2")).outcome == 11  # 30
    assert refused(**only("B2", "B3", "B5", "B6", "B7")) == {"answers"}  # 29
    assert entered(**only("B2", "B3", "B6", "B7", "D4")).outcome == 11  # 30 with D4


@pytest.mark.parametrize(
    ("critical", "kept"),
    [
        ("", set()),
        ("B6", {"B6"}),
        ("B7", {"B7"}),
        ("B6,B7", {"B6", "B7"}),
        ("b6、b7", {"B6", "B7"}),
    ],
)
def test_critical_names_b6_and_b7(critical, kept):
    dial = entered(critical=critical, **dict.fromkeys(kept, "no"))
    assert dial.critical == kept
    assert judge(dial)[0] is (Klass.IRREGULAR if kept else Klass.PASS)


@pytest.mark.parametrize("critical", ["B1", "D1", "all", "B8"])
def test_nothing_else_is_critical(critical):
    assert refused(critical=critical) == {"critical"}


def test_a_critical_item_has_failed():
    assert refused(critical="B6") == {"B6"}
