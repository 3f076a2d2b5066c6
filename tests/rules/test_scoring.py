"""The score: points of every part, the worked examples, cap, rounding, grades."""

import pytest

from hotline.rules.assessment import assess
from hotline.rules.outcomes import Klass
from hotline.rules.scoring import put_through, reminder_due, score
from tests.rules.dialing import ITEMS, RUBRIC, dial, judge

POINTS = dict(zip(ITEMS, (4, 6, 6, 5, 3, 6, 8, 2, 6, 6, 4, 4), strict=True))
MINOR = {"B1", "B5", "B8"}

WORKED = {
    "busy x3 as attempt 1, no answer 2, answered 3": (
        [
            dial(22, "09:00", 1),
            dial(22, "09:06", 1),
            dial(22, "09:12", 1),
            dial(21, "10:00", 2),
            dial(11, "2026-11-03 14:00", 3),
        ],
        (Klass.SLOW, 87.5),
    ),
    "17 after 10 s, blanks": ([dial(17, ring_s=10.0)], (Klass.SLOW, 33.3)),
    "14 after 8 s, blanks": ([dial(14, ring_s=8.0)], (Klass.IRREGULAR, 41.7)),
    "16 once": ([dial(16)], (Klass.UNREACHABLE, 0.0)),
    "91 only": ([dial(91)], (Klass.VOID, None)),
    "23 then 11 in 12 s": ([dial(23), dial(11, attempt=2)], (Klass.PASS, 93.8)),
    "11 with D1 no": ([dial(11, no="D1")], (Klass.PASS, 93.8)),
    "11, hold 90 s": ([dial(11, hold_total_s=90.0)], (Klass.PASS, 93.8)),
    "11, two transfers, waits null": ([dial(11, transfer_count=2)], (Klass.SLOW, 100.0)),
    "11 after 15.0 s": ([dial(11, ring_s=15.0)], (Klass.PASS, 100.0)),
    "untested": ([], (None, None)),
}


@pytest.mark.parametrize("name", WORKED)
def test_worked_example(name):
    dials, expected = WORKED[name]
    assert judge(*dials) == expected


@pytest.mark.parametrize(
    ("made", "attempts", "earned", "applicable"),
    [
        (dial(11), 3, 84, 96),
        (dial(17, ring_s=10.0), 1, 32, 96),
        (dial(14, ring_s=8.0), 1, 40, 96),
        (dial(11), 2, 90, 96),
        (dial(11, hold_total_s=90.0), 1, 90, 96),
        (dial(11, answers=dict.fromkeys(ITEMS, "yes")), 1, 100, 100),
    ],
)
def test_sums_of_the_worked_examples(made, attempts, earned, applicable):
    found = score(made, attempts, RUBRIC)
    assert (found.earned, found.applicable) == (earned, applicable)


def test_a_score_opens_into_its_parts():
    parts = assess([dial(11, no="B8", na="D3")], RUBRIC).parts
    assert sum(part.applicable for part in parts) == 92
    by_id = {part.id: part for part in parts}
    assert (by_id["B8"].earned, by_id["B8"].applicable) == (0, 2)
    assert (by_id["D3"].earned, by_id["D3"].applicable) == (0, 0)
    assert (by_id["D4"].earned, by_id["D4"].applicable) == (0, 0)
    assert {id: p.applicable for id, p in by_id.items() if id in POINTS} == {
        **POINTS,
        "D3": 0,
        "D4": 0,
    }


@pytest.mark.parametrize("item", ITEMS)
def test_an_item_has_its_points_and_severity(item):
    assert RUBRIC.item(item).points == POINTS[item]
    assert RUBRIC.item(item).severity == ("minor" if item in MINOR else "major")
    full = dict.fromkeys(ITEMS, "yes")
    assert judge(dial(11, answers=full | {item: "no"}))[1] == 100 - POINTS[item]
    assert judge(dial(11, answers=full | {item: "na"}))[1] == 100


def test_the_checklist_is_40_for_handling_and_20_for_the_answer():
    assert sum(POINTS[item] for item in ITEMS if item.startswith("B")) == 40
    assert sum(item.points for item in RUBRIC.items if item.id.startswith("B")) == 40
    assert sum(item.points for item in RUBRIC.items if item.id.startswith("D")) == 20


def part_points(part_id, made, attempts=1):
    return next(p.earned for p in put_through(made, attempts, RUBRIC) if p.id == part_id)


@pytest.mark.parametrize(("attempts", "points"), [(1, 20), (2, 14), (3, 8), (4, 0), (9, 0)])
def test_points_by_attempt(attempts, points):
    assert part_points("attempt", dial(11), attempts) == points


@pytest.mark.parametrize(
    ("ring", "points"),
    [
        (0.0, 12),
        (15.0, 12),
        (15.1, 9),
        (20.0, 9),
        (20.1, 6),
        (30.0, 6),
        (30.1, 2),
        (60.0, 2),
        (60.1, 0),
        (120.0, 0),
    ],
)
def test_points_by_ring(ring, points):
    assert part_points("ring", dial(11, ring_s=ring)) == points


@pytest.mark.parametrize("field", ["transfer_wait_s", "hold_total_s"])
@pytest.mark.parametrize(
    ("wait", "points"),
    [
        (None, 8),
        (0.0, 8),
        (30.0, 8),
        (30.1, 5),
        (60.0, 5),
        (60.1, 2),
        (120.0, 2),
        (120.1, 0),
    ],
)
def test_points_by_waits(field, wait, points):
    assert part_points("waits", dial(11, **{field: wait})) == points


def test_no_ring_that_is_known_earns_nothing():
    assert part_points("ring", dial(11, ring_s=None)) == 0


def test_the_longer_of_two_waits_counts_not_their_sum():
    made = dial(11, transfer_wait_s=30.0, hold_total_s=31.0)
    assert part_points("waits", made) == 5
    assert part_points("waits", dial(11, transfer_wait_s=61.0, hold_total_s=1.0)) == 2


def test_a_lost_transfer_earns_nothing_for_its_wait():
    assert part_points("waits", dial(17)) == 0
    assert part_points("waits", dial(17, transfer_wait_s=5.0)) == 0


@pytest.mark.parametrize("code", [12, 13, 16, 21, 22, 23, 24, 25, 26, 27, 28])
def test_unreachable_and_wrong_number_score_nothing(code):
    assert judge(dial(code))[1] == 0.0


@pytest.mark.parametrize("code", [14, 15])
def test_hang_up_and_refusal_score_59_at_most(code):
    every = dict.fromkeys(ITEMS, "yes")
    assert judge(dial(code, answers=every))[1] == 59.0
    assert score(dial(code, answers=every), 1, RUBRIC).capped


@pytest.mark.parametrize("critical", ["B6", "B7", "B6 B7"])
def test_a_critical_item_caps_at_59(critical):
    klass, points = judge(dial(11, no=critical, critical=critical))
    assert (klass, points) == (Klass.IRREGULAR, 59.0)
    assert judge(dial(17, answers=dict.fromkeys(ITEMS, "yes"), critical=critical))[1] == 59.0


def test_without_a_critical_item_there_is_no_cap():
    assert judge(dial(11, no="B6 B7"))[1] == round(100 * 82 / 96, 1)
    assert judge(dial(17, answers=dict.fromkeys(ITEMS, "yes")))[1] == 92.0


@pytest.mark.parametrize(
    ("lost", "expected"),
    # of 96: 60, 57 = 59.375, 56
    [
        ("B2 B3 B4 B5 B6 B7 B8", 62.5),
        ("B2 B3 B4 B6 D1 D2 D3", 59.4),
        ("B2 B3 B4 B5 B6 B7 B8 D3", 58.3),
    ],
)
def test_the_cap_cuts_only_what_lies_above(lost, expected):
    assert judge(dial(11, no=lost))[1] == expected
    assert judge(dial(11, no=lost, critical="B6"))[1] == min(expected, 59.0)


def test_at_the_cap_nothing_is_cut():
    lost = ("B1", "B2", "B3", "B4", "B6", "B7", "D1")
    answers = dict.fromkeys(ITEMS, "yes") | dict.fromkeys(lost, "no")
    found = score(dial(11, answers=answers, critical="B6"), 1, RUBRIC)
    assert (found.value, found.capped) == (59.0, False)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (dial(11, no="B3 D1 D2"), 81.3),  # 78 / 96 = 81.25
        (dial(11, no="B2 B3 B6 D1 D2 B1 B8 B7"), 54.2),  # 52 / 96 = 54.1667
        (dial(11, no="B2 B3 B6 D1 D2 B1 B7"), 56.3),  # 54 / 96 = 56.25
    ],
)
def test_one_decimal_halves_go_up(made, expected):
    assert judge(made)[1] == expected


def test_30_applicable_points_are_enough_to_score():
    made = dial(11, na="B1 B4 B5 B6 B7 B8 D3")  # B2 B3 D1 D2 = 24
    assert score(made, 1, RUBRIC).applicable == 40 + 24
    made = dial(11, no="D2", na="B1 B4 B5 B7 B8 D3")  # 30 points, 6 of them lost
    found = score(made, 1, RUBRIC)
    assert (found.earned, found.applicable, found.value) == (64, 70, 91.4)
    assert RUBRIC.min_applicable == 30


@pytest.mark.parametrize(
    ("points", "grade"),
    [
        (100, "优"),
        (90, "优"),
        (89.9, "良"),
        (80, "良"),
        (79.9, "中"),
        (70, "中"),
        (69.9, "差"),
        (0, "差"),
    ],
)
def test_grade(points, grade):
    assert RUBRIC.grade(points) == grade


@pytest.mark.parametrize(
    ("klass", "tenths", "due"),
    [
        (Klass.PASS, 799, True),
        (Klass.PASS, 800, False),
        (Klass.SLOW, 500, False),
        (Klass.UNREACHABLE, 0, False),
    ],
)
def test_only_a_pass_under_80_gets_a_reminder(klass, tenths, due):
    assert reminder_due(klass, tenths, RUBRIC) is due


def test_the_score_is_provisional_while_d4_is_open():
    every = dict.fromkeys(ITEMS, "yes")
    assert assess([dial(11)], RUBRIC).open_items == ("D4",)
    for answer in ("yes", "no", "na"):
        assert assess([dial(11, answers=every | {"D4": answer})], RUBRIC).open_items == ()
    assert assess([dial(17)], RUBRIC).open_items == ()
    assert assess([dial(21)], RUBRIC).open_items == ()
    assert judge(dial(11, no="D4"))[1] == 96.0


@pytest.mark.parametrize("code", [14, 15, 17])
def test_a_blank_counts_as_no_and_d4_as_not_applicable(code):
    full = dict.fromkeys(ITEMS[:-1], "no")
    assert score(dial(code), 1, RUBRIC).parts == score(dial(code, answers=full), 1, RUBRIC).parts
    assert score(dial(code), 1, RUBRIC).applicable == 96
    partly = score(dial(code, answers={"B1": "yes", "B2": "na"}), 1, RUBRIC)
    assert partly.applicable == 90
