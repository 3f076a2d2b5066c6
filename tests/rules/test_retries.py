"""When a check may be closed, why not yet, and when to dial next."""

from datetime import date

import pytest

from hotline.clock import Calendar
from hotline.rules.reasons import Reason
from hotline.rules.retries import RetryRule
from tests.rules.dialing import RUBRIC, at, dial, retry_rule

RULE = retry_rule()
SPREAD = ("2026-11-02 09:00", "2026-11-02 14:00", "2026-11-03 09:00")  # Mon, Mon, Tue


def tried(*whens, code=21):
    return [dial(code, when, n) for n, when in enumerate(whens, 1)]


def closable(*whens, code=21, rule=RULE):
    return rule.progress(tried(*whens, code=code)).closable


def next_after(*whens, code=21, rule=RULE):
    return rule.progress(tried(*whens, code=code)).next_at


@pytest.mark.parametrize("code", [11, 14, 15, 17])
def test_one_settling_dial_is_enough(code):
    progress = RULE.progress([dial(code)])
    assert (progress.closable, progress.next_at, progress.redials) == (True, None, 0)
    # even at a time at which nobody need have answered
    assert RULE.progress([dial(code, "2026-11-01 03:00")]).closable


@pytest.mark.parametrize("code", [16, 21, 22, 25, 26, 27, 28])
def test_not_reached_needs_three_attempts(code):
    assert not closable(SPREAD[0], code=code)
    assert not closable(*SPREAD[:2], code=code)
    assert closable(*SPREAD, code=code)


def test_the_three_attempts_may_end_differently():
    assert RULE.progress(
        [dial(22, SPREAD[0], 1), dial(16, SPREAD[1], 2), dial(25, SPREAD[2], 3)]
    ).closable
    assert RULE.progress(
        [dial(23, SPREAD[0], 1), dial(26, SPREAD[1], 2), dial(21, SPREAD[2], 3)]
    ).closable


def test_untested_and_void_only_keep_it_open():
    assert RULE.progress([]).why.key == "open.untested"
    assert RULE.progress([dial(91), dial(92, attempt=2)]).why.key == "open.void_only"
    assert not RULE.progress([dial(14, voided=True)]).closable
    assert RULE.progress([]).next_at is None


@pytest.mark.parametrize("code", [12, 13, 23, 24])
def test_a_wrong_number_is_seen_on_two_dials_of_the_family(code):
    assert not RULE.progress([dial(code)]).closable
    for other in (12, 13, 23, 24):
        assert RULE.progress([dial(code, "09:00", 1), dial(other, "09:05", 2)]).closable


@pytest.mark.parametrize(
    ("first", "second"), [(23, 21), (21, 23), (12, 21), (12, 16), (24, 91), (13, 26), (16, 23)]
)
def test_one_dial_of_the_family_is_not_enough(first, second):
    assert not RULE.progress([dial(first, "09:00", 1), dial(second, "10:00", 2)]).closable


def test_two_of_the_family_do_not_help_if_another_decides():
    made = [dial(23, "09:00", 1), dial(24, "10:00", 2), dial(21, "11:00", 3)]
    assert not RULE.progress(made).closable
    made = [dial(16, "09:00", 1), dial(12, "10:00", 2), dial(12, "11:00", 3)]
    assert not RULE.progress(made).closable
    assert RULE.progress([*tried(*SPREAD[:2]), dial(23, SPREAD[2], 3)]).why.key == "open.confirm"


def test_a_wrong_number_struck_out_does_not_confirm():
    made = [dial(23, "09:00", 1, voided=True), dial(23, "09:30", 1)]
    assert not RULE.progress(made).closable


@pytest.mark.parametrize(
    ("whens", "ok"),
    [
        (("11:20", "11:50", "2026-11-03 14:00"), True),
        (("11:21", "11:50", "2026-11-03 14:00"), False),
        (("2026-11-02 14:00", "2026-11-03 11:00", "2026-11-03 11:30"), True),
        (("2026-11-02 14:00", "2026-11-03 11:00", "2026-11-03 11:29"), False),
        (("2026-11-02 14:00", "2026-11-03 11:00:00", "2026-11-03 11:29:59"), False),
    ],
)
def test_starts_lie_30_minutes_apart(whens, ok):
    progress = RULE.progress(tried(*whens))
    assert progress.closable is ok
    assert ok or progress.why.key == "open.apart"


@pytest.mark.parametrize(
    ("whens", "ok"),
    [
        (("09:00", "10:00", "2026-11-03 11:00"), False),
        (("14:00", "15:00", "2026-11-03 16:00"), False),
        (("09:00", "14:00", "2026-11-03 16:00"), True),
        (("09:00", "10:00", "2026-11-03 14:00"), True),
        (("14:00", "15:00", "2026-11-03 08:30"), True),
        (("11:59", "2026-11-03 11:59", "2026-11-04 11:59"), False),
    ],
)
def test_not_all_in_one_half_of_the_day(whens, ok):
    progress = RULE.progress(tried(*whens))
    assert progress.closable is ok
    assert ok or progress.why.key == "open.half_day"


@pytest.mark.parametrize(
    ("whens", "ok"),
    [
        (("09:00", "11:00", "14:00"), False),
        (("09:00", "14:00", "2026-11-03 09:00"), True),
        (("09:00", "2026-11-03 14:00", "2026-11-03 15:00"), True),
        (("2026-11-06 09:00", "2026-11-06 14:00", "2026-11-09 09:00"), True),
        (("2025-12-31 09:00", "2025-12-31 14:00", "2026-01-05 09:00"), True),
    ],
)
def test_the_third_on_a_later_working_day(whens, ok):
    progress = RULE.progress(tried(*whens))
    assert progress.closable is ok
    assert ok or progress.why.key == "open.later_day"


@pytest.mark.parametrize(
    "outside",
    [
        "2026-11-03 08:29",
        "2026-11-03 12:30",  # lunch
        "2026-11-03 13:29",
        "2026-11-03 17:31",
        "2026-11-07 09:00",  # Saturday
        "2026-12-31 20:00",
        "2027-01-02 09:00",  # a Saturday of a year not yet published
    ],
)
def test_an_attempt_outside_duty_hours_does_not_count(outside):
    progress = RULE.progress(tried(*SPREAD[:2], outside))
    assert not progress.closable
    assert progress.why.key == "open.attempts"
    assert progress.why.params == {"have": 2, "need": 3}


@pytest.mark.parametrize(
    ("whens", "ok"),
    [
        # New Year's Day is a Thursday, Sunday the 4th is worked
        (("2025-12-31 09:00", "2025-12-31 14:00", "2026-01-01 09:00"), False),
        (("2025-12-31 09:00", "2025-12-31 14:00", "2026-01-04 09:00"), True),
        # Thursday and Friday, 1 and 2 October: holidays; Saturday the 10th is worked
        (("2026-09-30 09:00", "2026-09-30 14:00", "2026-10-01 09:00"), False),
        (("2026-09-30 09:00", "2026-09-30 14:00", "2026-10-08 09:00"), True),
        (("2026-10-09 09:00", "2026-10-09 14:00", "2026-10-10 09:00"), True),
        # the Saturdays around the Spring Festival
        (("2026-02-13 09:00", "2026-02-13 14:00", "2026-02-14 09:00"), True),
        (("2026-02-14 09:00", "2026-02-14 14:00", "2026-02-16 09:00"), False),
        (("2026-02-27 09:00", "2026-02-27 14:00", "2026-02-28 09:00"), True),
        # Labour Day until Tuesday 5 May, Saturday 9 May worked
        (("2026-04-30 09:00", "2026-04-30 14:00", "2026-05-05 09:00"), False),
        (("2026-05-08 09:00", "2026-05-08 14:00", "2026-05-09 09:00"), True),
    ],
)
def test_holidays_and_make_up_days_of_2026(whens, ok):
    assert closable(*whens) is ok


def test_a_later_attempt_makes_good_what_an_early_one_missed():
    assert not closable("09:00", "09:10", "2026-11-03 14:00")
    assert closable("09:00", "09:10", "2026-11-03 09:00", "2026-11-03 14:00")
    assert closable("07:00", *SPREAD)


def test_an_attempt_of_busy_redials_is_one_attempt():
    made = [
        dial(22, "09:00", 1),
        dial(22, "10:00", 1),
        dial(22, "14:00", 1),
        dial(22, "2026-11-03 09:00", 1),
    ]
    assert not RULE.progress(made).closable
    assert RULE.progress(made).why.params == {"have": 1, "need": 3}


def test_lines_with_hours_of_their_own():
    evening = ("2026-11-02 19:00", "2026-11-07 09:00", "2026-11-09 19:00")
    assert not closable(*evening)
    assert closable(*evening, rule=retry_rule("每天 8:00-20:00"))
    # the third on a Sunday is not on a later working day
    assert not closable(
        "2026-11-06 09:00", "2026-11-06 14:00", "2026-11-08 09:00", rule=retry_rule("24小时")
    )


def test_noon_is_no_longer_before_noon():
    round_the_clock = retry_rule("24小时")
    assert closable("09:00", "10:00", "2026-11-03 12:00", rule=round_the_clock)
    assert closable("09:00", "10:00", "2026-11-03 12:30", rule=round_the_clock)
    assert not closable("09:00", "10:00", "2026-11-03 11:59", rule=round_the_clock)
    assert next_after("09:00", "2026-11-03 11:00", rule=round_the_clock) == at("2026-11-03 12:00")


def test_a_desk_staffed_in_one_half_only_can_still_be_judged():
    mornings = ("09:00", "10:00", "2026-11-03 09:00")
    assert closable(*mornings, rule=retry_rule("8:30-12:00"))
    assert not closable("09:00", "10:00", "11:00", rule=retry_rule("8:30-12:00"))


def test_the_administrators_day_off_counts_as_one():
    off = RetryRule(RUBRIC.retry, RULE.duty, Calendar({at(SPREAD[2]).date(): False}))
    assert closable(*SPREAD)
    assert not closable(*SPREAD, rule=off)


@pytest.mark.parametrize(
    ("whens", "expected"),
    [
        (("09:00",), "09:30"),
        (("11:40",), "13:30"),
        (("11:30",), "13:30"),
        (("17:10",), "2026-11-03 08:30"),
        (("2026-11-06 17:10",), "2026-11-09 08:30"),
        (("2026-09-30 17:10",), "2026-10-08 08:30"),
        (("2026-10-09 17:10",), "2026-10-10 08:30"),
        # the third: a later day, and the other half of the day
        (("09:00", "14:00"), "2026-11-03 08:30"),
        (("09:00", "10:00"), "2026-11-03 13:30"),
        (("14:00", "15:00"), "2026-11-03 08:30"),
        (("2026-11-06 09:00", "2026-11-06 14:00"), "2026-11-09 08:30"),
        (("2026-11-06 09:00", "2026-11-09 09:00"), "2026-11-09 13:30"),
        (("2026-11-06 09:00", "2026-11-09 14:00"), "2026-11-09 14:30"),
        (("2026-02-13 09:00", "2026-02-14 14:00"), "2026-02-14 14:30"),
        (("2026-02-14 09:00", "2026-02-14 14:00"), "2026-02-24 08:30"),
        # three made, still one missing
        (("09:00", "10:00", "14:00"), "2026-11-03 08:30"),
        (("09:00", "10:00", "2026-11-03 11:00"), "2026-11-03 13:30"),
        # two made too close together are worth one: half an hour runs from either
        (("09:00", "09:10"), "09:30"),
        (("09:00", "09:10", "09:20"), "09:30"),
        (("09:00", "09:10", "09:50"), "2026-11-03 13:30"),
        # one outside duty hours is worth none
        (("07:00",), "08:30"),
    ],
)
def test_when_the_next_dial_may_be_made(whens, expected):
    assert next_after(*whens) == at(expected)


def test_thirty_minutes_run_from_the_start_of_a_busy_attempt():
    busy = [dial(22, "09:00", 1), dial(22, "09:06", 1), dial(22, "09:12", 1)]
    assert RULE.progress(busy).next_at == at("09:30")
    assert RULE.progress([*busy, dial(22, "09:40", 1)]).next_at == at("09:41")


def test_a_wrong_number_is_confirmed_in_duty_hours():
    assert at("10:00") < next_after("10:00", code=23) <= at("10:05")
    assert next_after("12:00", code=23) == at("13:30")
    assert next_after("2026-11-06 17:40", code=12) == at("2026-11-09 08:30")


def test_nothing_more_to_dial_once_it_may_be_closed():
    assert next_after(*SPREAD) is None
    assert RULE.progress([dial(23, "09:00", 1), dial(23, "09:30", 2)]).next_at is None


@pytest.mark.parametrize(
    ("codes", "left"),
    [([22], 3), ([22, 22], 2), ([22, 22, 22], 1), ([22, 22, 22, 22], 0), ([21], 0), ([22, 21], 0)],
)
def test_three_redials_after_a_busy_dial(codes, left):
    made = [dial(code, f"09:{n}0", 1) for n, code in enumerate(codes)]
    assert RULE.progress(made).redials == left


def test_redials_of_the_last_attempt_only():
    made = [dial(22, "09:00", 1), dial(22, "10:00", 2)]
    assert RULE.progress(made).redials == 3
    assert RULE.progress([dial(12, "09:00", 1), dial(22, "10:00", 2)]).redials == 3


def test_where_the_rule_asks_for_less():
    short = RUBRIC.retry.model_copy(update={"attempts": 1})
    rule = RetryRule(short, RULE.duty, Calendar())
    assert closable("09:00", rule=rule)
    assert not closable("07:00", rule=rule)
    assert next_after("07:00", rule=rule) == at("08:30")


@pytest.mark.parametrize(
    ("whens", "opens", "code", "fits"),
    [
        # Friday 6 November is the last day: three attempts need a later working day than the first.
        ((), "2026-11-05 16:59", 21, True),
        ((), "2026-11-06 08:30", 21, False),
        (("2026-11-05 16:00",), "2026-11-05 16:30", 21, True),
        (("2026-11-06 09:00",), "2026-11-06 09:30", 21, False),
        (("2026-11-06 09:00",), "2026-11-06 09:01", 23, True),
        (("2026-11-05 09:00", "2026-11-05 09:30"), "2026-11-06 13:30", 22, True),
        (SPREAD[:2], "2026-11-07 08:30", 21, False),
    ],
)
def test_whether_the_rule_can_still_be_met_in_the_round(whens, opens, code, fits):
    assert RULE.fits(tried(*whens, code=code), at(opens), date(2026, 11, 6)) is fits


def test_a_dial_too_early_counts_for_nothing_and_the_reason_is_what_the_next_waits_for():
    """2 November is a Monday. 30 minutes are long over when the next working day is waited for."""
    early = RULE.progress(tried("09:15", "09:30"))
    assert early.why == Reason("open.attempts", {"have": 1, "need": 3})
    assert early.next_at == at("2026-11-02 09:45")
    later = RULE.progress(tried("09:15", "09:30", "14:02"))
    assert later.why == Reason("open.later_day")
    assert later.next_at == at("2026-11-03 08:30")
    still = RULE.progress(tried("09:15", "09:30", "14:02", "14:40"))
    assert (still.why, still.next_at) == (later.why, later.next_at)
    apart = RULE.progress(tried("09:00", "09:10", "2026-11-03 14:00"))
    assert apart.why == Reason("open.apart", {"minutes": 30})
