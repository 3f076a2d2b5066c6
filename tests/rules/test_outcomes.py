"""What a dial came to, which dial decides, and which dials cannot be one check's."""

from itertools import permutations

import pytest

from hotline.rules.assessment import assess
from hotline.rules.outcomes import (
    LABELS,
    Disorder,
    Klass,
    Outcome,
    counting,
    decisive,
    disorder,
    parse_outcome,
)
from hotline.rules.statistics import tally
from tests.rules.dialing import RUBRIC, dial, judge, result

# code, key, Chinese, connected, valid, the class that it leads to (handled in order and in time)
TABLE = [
    (11, "OK", "接通并受理", True, True, Klass.PASS),
    (12, "WRONG_POST", "本单位但非监督受理岗位", True, False, Klass.WRONG_NUMBER),
    (13, "WRONG_UNIT", "非本单位/号码错误", True, False, Klass.WRONG_NUMBER),
    (14, "HANGUP", "接通后直接挂断", True, False, Klass.IRREGULAR),
    (15, "REFUSED", "拒绝受理/推诿", True, False, Klass.IRREGULAR),
    (16, "MACHINE", "仅语音/留言/传真", True, False, Klass.UNREACHABLE),
    (17, "XFER_LOST", "转接后无人接/断线", True, False, Klass.SLOW),
    (21, "NO_ANSWER", "无人接听", False, False, Klass.UNREACHABLE),
    (22, "BUSY", "始终占线", False, False, Klass.UNREACHABLE),
    (23, "VACANT", "空号", False, False, Klass.WRONG_NUMBER),
    (24, "SUSPENDED", "停机/欠费", False, False, Klass.WRONG_NUMBER),
    (25, "OFF", "关机/不在服务区", False, False, Klass.UNREACHABLE),
    (26, "NO_ROUTE", "无法接通/网络忙", False, False, Klass.UNREACHABLE),
    (27, "FAULT", "线路故障", False, False, Klass.UNREACHABLE),
    (28, "REJECTED", "被拒接/呼入限制", False, False, Klass.UNREACHABLE),
    (91, "TEST_FAULT", "测试方故障", None, None, Klass.VOID),
    (92, "ABORTED", "测试中止/超出值班时间", None, None, Klass.VOID),
]


def test_there_are_these_outcomes_and_no_others():
    assert [(o.value, o.name, str(LABELS[o])) for o in Outcome] == [row[:3] for row in TABLE]


@pytest.mark.parametrize(("code", "key", "label", "connected", "valid", "klass"), TABLE)
def test_row_of_the_table(code, key, label, connected, valid, klass):
    outcome = Outcome(code)
    found = assess([dial(code)], RUBRIC)
    assert found.klass is klass
    assert outcome.void is (connected is None)
    if connected is None:
        assert (found.outcome, found.score_tenths, found.attempts) == (None, None, None)
        assert found.first_connected is None
        return
    assert found.outcome is outcome
    assert outcome.connected is connected
    assert found.first_connected is connected
    figures = tally([result(klass, outcome, first_connected=connected)])
    assert figures.connect_rate == connected
    assert figures.valid_rate == valid
    assert found.critical is (code in (14, 15))


@pytest.mark.parametrize("code", [row[0] for row in TABLE])
def test_11_14_15_and_17_settle_a_check(code):
    assert Outcome(code).settles is (code in (11, 14, 15, 17))


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[1])
def test_an_outcome_is_known_by_code_key_and_chinese(row):
    code, key, label = row[:3]
    words = [str(code), f" {code} ", key, key.lower(), label, f"{label}　", *label.split("/")]
    assert {parse_outcome(word) for word in words} == {Outcome(code)}


def test_full_width_digits_are_read():
    assert parse_outcome("２１") is Outcome.NO_ANSWER


@pytest.mark.parametrize(
    "word", ["", "10", "18", "29", "93", "接通", "空 号", "OKAY", "-11", "11.0"]
)
def test_an_unknown_outcome_is_none(word):
    assert parse_outcome(word) is None


# dials as (attempt, code); the index of the one that decides
DECISIVE = [
    ([(1, 21), (2, 11)], 1),
    ([(1, 16), (2, 11)], 1),
    ([(1, 12), (2, 21), (3, 11)], 2),
    ([(1, 11), (2, 11)], 0),
    ([(1, 16), (2, 12), (3, 14)], 0),
    ([(1, 21), (2, 12), (3, 14), (4, 23)], 1),
    ([(1, 21), (2, 17)], 1),
    ([(1, 21), (2, 22), (3, 23)], 2),
    ([(1, 23), (2, 21)], 1),
    ([(1, 16), (2, 21)], 0),
    ([(1, 21), (2, 91)], 0),
    ([(1, 91), (2, 22)], 1),
    ([(1, 22), (1, 22), (1, 21)], 2),
]


@pytest.mark.parametrize(("dials", "index"), DECISIVE)
def test_first_11_else_first_12_to_17_else_last_2x(dials, index):
    made = [dial(code, f"{9 + n:02d}:00", attempt) for n, (attempt, code) in enumerate(dials)]
    for order in permutations(made):
        assert decisive(order) is made[index]


def test_nothing_decides_among_void_dials():
    assert decisive([]) is None
    assert decisive([dial(91), dial(92)]) is None


def test_first_and_last_go_by_attempt_before_start():
    early = dial(23, "09:00", 2)
    late = dial(21, "10:00", 1)
    assert decisive([early, late]) is early
    assert counting([early, late]) == [late, early]


def test_a_voided_dial_counts_as_little_as_a_void_one():
    struck = dial(14, "09:00", 1, voided=True)
    assert not struck.counts
    assert decisive([struck]) is None
    assert judge(struck) == (Klass.VOID, None)
    assert judge(struck, dial(11, "10:00", 1)) == (Klass.PASS, 100.0)


@pytest.mark.parametrize(
    ("dials", "attempts"),
    [
        ([(1, 11)], 1),
        ([(1, 21), (2, 11)], 2),
        ([(1, 22), (1, 22), (1, 22), (2, 21), (3, 11)], 3),
        ([(1, 91), (1, 11)], 1),
        ([(1, 91), (2, 11)], 1),
        ([(1, 21), (2, 91), (3, 11)], 2),
        ([(1, 21), (2, 92), (2, 11)], 2),
        ([(1, 21), (2, 21), (3, 21)], 3),
        ([(1, 12), (2, 21)], 1),
        ([(1, 11), (2, 91)], 1),
    ],
)
def test_attempts_are_the_decisive_dials_number_void_ones_ignored(dials, attempts):
    made = [dial(code, f"{9 + n:02d}:00", number) for n, (number, code) in enumerate(dials)]
    assert assess(made, RUBRIC).attempts == attempts


def test_the_first_dial_is_the_first_that_is_not_void():
    assert assess([dial(91, attempt=1), dial(11, attempt=2)], RUBRIC).first_connected is True
    busy, redial = dial(22, "09:00", 1), dial(11, "09:06", 1)
    assert assess([redial, busy], RUBRIC).first_connected is False
    assert assess([dial(23, attempt=1), dial(11, attempt=2)], RUBRIC).first_connected is False
    assert assess([dial(16, attempt=1), dial(21, attempt=2)], RUBRIC).first_connected is True


def in_turn(*dials):
    return [dial(code, f"{9 + n // 6:02d}:{n % 6}0", a) for n, (a, code) in enumerate(dials)]


@pytest.mark.parametrize(
    "dials",
    [
        [],
        [(1, 21)],
        [(1, 21), (2, 21), (3, 11)],
        [(1, 22), (1, 22), (1, 22), (1, 22)],
        [(1, 22), (1, 22), (1, 22), (1, 11)],
        [(1, 91), (1, 91), (1, 92), (1, 21)],
        [(1, 22), (1, 91), (1, 22), (1, 22), (1, 22), (2, 21)],
        [(1, 21), (1, 91), (2, 21)],
        [(1, 12), (2, 16), (3, 14)],
        [(2, 21), (4, 11)],
    ],
)
def test_these_dials_may_be_one_check(dials):
    assert disorder(in_turn(*dials), 3) is None


@pytest.mark.parametrize(
    ("dials", "why"),
    [
        ([(1, 11), (2, 11)], Disorder.AFTER_SETTLED),
        ([(1, 14), (2, 11)], Disorder.AFTER_SETTLED),
        ([(1, 15), (2, 21)], Disorder.AFTER_SETTLED),
        ([(1, 21), (2, 17), (3, 21)], Disorder.AFTER_SETTLED),
        ([(1, 21), (1, 21)], Disorder.NUMBER_TAKEN),
        ([(1, 21), (1, 22)], Disorder.NUMBER_TAKEN),
        ([(1, 22), (1, 21), (1, 22)], Disorder.NUMBER_TAKEN),
        ([(1, 22), (1, 22), (1, 22), (1, 22), (1, 22)], Disorder.NUMBER_TAKEN),
        ([(2, 21), (1, 21)], Disorder.TIME_BACKWARDS),
    ],
)
def test_these_cannot(dials, why):
    made = in_turn(*dials)
    for order in (made, made[::-1]):
        assert disorder(order, 3) is why


def test_after_a_hang_up_is_voided_the_line_may_be_dialled_again():
    hung_up = dial(14, "09:00", 1, voided=True)
    again = dial(11, "10:00", 1)
    assert disorder([hung_up, again], 3) is None
    assert judge(hung_up, again) == (Klass.PASS, 100.0)
