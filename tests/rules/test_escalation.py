"""The ladder: every trigger, what clears a line, and periods over the turn of a year."""

import pytest

from hotline.clock import Period
from hotline.rules.escalation import (
    Now,
    Past,
    Step,
    measures_for_line,
    talk_for_city,
    uncleared,
    working_days_for,
)
from hotline.rules.outcomes import Klass
from hotline.settings import load
from tests.rules.dialing import CONFIG

LADDER = load({"HOTLINE_CONFIG": str(CONFIG)}).ladder
PASS, SLOW, DEAD = Klass.PASS, Klass.SLOW, Klass.UNREACHABLE
IRREGULAR, WRONG, VOID = Klass.IRREGULAR, Klass.WRONG_NUMBER, Klass.VOID
FAILED = [klass for klass in Klass if klass.failed]


def past(**results):
    """`m2026_09=SLOW, q2026_3=DEAD` as results of earlier rounds."""
    found = []
    for name, klass in results.items():
        kind, year, number = name[0], name[1:5], name[6:]
        period = f"{year}-{number}" if kind == "m" else f"{year}Q{number}"
        found.append(Past(Period.parse(period), klass))
    return found


def measures(period, klass, before=(), **facts):
    return measures_for_line(Now(Period.parse(period), klass, **facts), before, LADDER)


def steps(*args, **facts):
    return {measure.step for measure in measures(*args, **facts)}


def talk(*args, **facts):
    """The keys of what calls for a talk."""
    return [m.trigger.key for m in measures(*args, **facts) if m.step is Step.TALK]


@pytest.mark.parametrize("period", ["2026-11", "2026Q4"])
def test_a_plain_pass_an_untested_and_a_void_line_call_for_nothing(period):
    for klass in (PASS, None, VOID):
        assert steps(period, klass) == set()
        assert steps(period, klass, past(m2026_09=DEAD, m2026_10=DEAD, q2026_3=DEAD)) == set()


def test_a_pass_under_80_or_with_one_major_item_is_reminded():
    assert steps("2026-11", PASS, reminder=True) == {Step.REMIND}
    assert steps("2026-11", PASS, majors_failed=1) == {Step.REMIND}
    assert steps("2026-11", PASS, majors_failed=1, reminder=True) == {Step.REMIND}


@pytest.mark.parametrize("klass", FAILED)
@pytest.mark.parametrize("period", ["2026-11", "2026Q4"])
def test_every_line_that_did_not_pass_is_in_the_circular(klass, period):
    assert Step.CIRCULAR in steps(period, klass)


@pytest.mark.parametrize("klass", FAILED)
def test_all_but_a_first_slow_must_be_put_right(klass):
    assert (Step.RECTIFY in steps("2026-11", klass)) is (klass is not SLOW)


@pytest.mark.parametrize(
    ("period", "before", "again"),
    [
        ("2026-11", past(m2026_10=SLOW), True),
        ("2026-11", past(m2026_09=SLOW), True),
        ("2026-11", past(m2026_08=SLOW), False),
        ("2026-11", past(m2026_09=SLOW, m2026_10=PASS), True),
        ("2026-11", past(m2026_10=DEAD), False),
        ("2026-01", past(m2025_12=SLOW), True),
        ("2026-01", past(m2025_11=SLOW), True),
        ("2026-01", past(m2025_10=SLOW), False),
        ("2026-02", past(m2025_12=SLOW, m2026_01=PASS), True),
        ("2026-11", past(m2026_10=VOID), False),
        ("2026-11", past(m2026_10=PASS), False),
    ],
)
def test_a_second_slow_in_three_months_must_be_put_right(period, before, again):
    assert (Step.RECTIFY in steps(period, SLOW, before)) is again


def test_two_passes_since_clear_an_earlier_slow():
    wide = LADDER.model_copy(update={"slow_months": 6})
    now = Now(Period.parse("2026-11"), SLOW)

    def rectified(before):
        return Step.RECTIFY in {m.step for m in measures_for_line(now, before, wide)}

    assert rectified(past(m2026_08=SLOW, m2026_09=PASS))
    assert rectified(past(m2026_08=SLOW, m2026_09=PASS, m2026_10=DEAD))
    assert not rectified(past(m2026_08=SLOW, m2026_09=PASS, m2026_10=PASS))


@pytest.mark.parametrize("klass", FAILED)
@pytest.mark.parametrize("before", FAILED)
def test_two_quarters_running_call_for_a_talk(klass, before):
    assert talk("2026Q4", klass, past(q2026_3=before)) == ["talk.quarters"]


@pytest.mark.parametrize(
    ("period", "before", "called"),
    [
        ("2026Q4", past(), False),
        ("2026Q4", past(q2026_3=PASS), False),
        ("2026Q4", past(q2026_2=DEAD), False),
        ("2026Q4", past(q2026_2=DEAD, q2026_3=PASS), False),
        ("2026Q4", past(q2026_2=DEAD, q2026_3=SLOW), True),
        ("2026Q1", past(q2025_4=DEAD), True),
        ("2026Q1", past(q2025_1=DEAD), False),
        ("2026Q4", past(m2026_09=DEAD), False),
        ("2026-10", past(q2026_3=DEAD), False),
    ],
)
def test_the_quarters_must_follow_each_other(period, before, called):
    assert talk(period, SLOW, before) == (["talk.quarters"] if called else [])


def test_how_many_quarters_is_the_offices_to_say():
    three = LADDER.model_copy(update={"talk_quarters": 3})
    now = Now(Period.parse("2026Q1"), SLOW)

    def called(before):
        return [m.trigger for m in measures_for_line(now, before, three) if m.step is Step.TALK]

    assert called(past(q2025_4=DEAD)) == []
    assert called(past(q2025_2=DEAD, q2025_4=DEAD)) == []
    (trigger,) = called(past(q2025_3=DEAD, q2025_4=DEAD))
    assert trigger.params == {"n": 3}


@pytest.mark.parametrize(
    ("period", "before", "called"),
    [
        ("2026-11", past(m2026_10=DEAD), False),
        ("2026-11", past(m2026_09=SLOW, m2026_10=DEAD), True),
        ("2026-11", past(m2026_06=SLOW, m2026_07=PASS, m2026_08=WRONG, m2026_09=PASS), True),
        # the seventh round back is too old
        (
            "2026-11",
            past(m2026_05=SLOW, m2026_06=PASS, m2026_07=SLOW, m2026_08=PASS, m2026_09=DEAD),
            True,
        ),
        ("2026-11", past(m2026_05=SLOW, m2026_06=PASS, m2026_07=SLOW, m2026_08=PASS), False),
        ("2026-02", past(m2025_09=DEAD, m2025_10=PASS, m2025_11=DEAD, m2025_12=PASS), True),
        ("2026-02", past(m2025_08=DEAD, m2025_10=PASS, m2025_11=DEAD, m2025_12=PASS), False),
        ("2026-11", past(m2026_09=VOID, m2026_10=DEAD), False),
        ("2026-11", past(q2026_2=DEAD, q2026_3=DEAD, m2026_10=PASS), False),
        ("2026Q4", past(m2026_10=DEAD, m2026_11=DEAD, m2026_12=DEAD), False),
    ],
)
def test_three_failures_in_six_monthly_rounds_call_for_a_talk(period, before, called):
    assert talk(period, IRREGULAR, before) == (["talk.months"] if called else [])


def test_two_passes_in_a_row_clear_the_counter():
    failures = past(m2026_06=DEAD, m2026_07=DEAD)
    assert talk("2026-10", SLOW, [*failures, *past(m2026_09=PASS)]) == ["talk.months"]
    cleared = [*failures, *past(m2026_08=PASS, m2026_09=PASS)]
    assert talk("2026-10", SLOW, cleared) == []
    # a void result between is no pass, and does not break the row either
    assert talk("2026-11", SLOW, [*failures, *past(m2026_08=PASS, m2026_09=VOID)]) == [
        "talk.months"
    ]
    across = [*failures, *past(m2026_08=PASS, m2026_09=VOID, m2026_10=PASS)]
    assert talk("2026-11", SLOW, across) == []
    # passes that a failure separates do not
    apart = past(m2026_06=DEAD, m2026_07=PASS, m2026_08=DEAD, m2026_09=PASS)
    assert talk("2026-10", SLOW, apart) == ["talk.months"]


def test_what_still_counts_against_a_line():
    made = past(m2025_11=SLOW, m2025_12=PASS, m2026_01=PASS, m2026_02=DEAD, m2026_03=PASS)
    names = [(p.period.name, p.klass) for p in uncleared(made, 2)]
    assert ("2026-02", DEAD) in names
    assert ("2025-11", SLOW) not in names
    assert uncleared(made[::-1], 2) == uncleared(made, 2)


def test_the_order_of_what_is_past_does_not_matter():
    made = past(m2026_07=DEAD, m2026_08=PASS, m2026_09=DEAD, m2026_10=PASS, q2026_3=SLOW)
    for order in (made, made[::-1], made[2:] + made[:2]):
        assert measures("2026-11", SLOW, order) == measures("2026-11", SLOW, made)


@pytest.mark.parametrize("klass", [IRREGULAR, Klass.SLOW_IRREGULAR])
@pytest.mark.parametrize("period", ["2026-11", "2026Q4"])
def test_a_critical_item_calls_for_a_talk_at_once(klass, period):
    assert talk(period, klass, critical=True) == ["talk.critical"]
    which = {"what": ["hangup"], "at": "2026-11-03T09:30+08:00"}
    made = measures(period, klass, critical=True, particulars=which)
    assert [m.trigger.params for m in made if m.step is Step.TALK] == [which]
    assert talk(period, klass) == []


def test_a_line_may_be_on_several_steps_and_triggers_at_once():
    made = measures("2026Q4", IRREGULAR, past(q2026_3=DEAD), critical=True)
    assert {m.step for m in made} == {Step.CIRCULAR, Step.RECTIFY, Step.TALK}
    assert {m.trigger.key for m in made if m.step is Step.TALK} == {
        "talk.critical",
        "talk.quarters",
    }


@pytest.mark.parametrize(
    ("passed", "tested", "called"),
    [
        (6, 10, True),
        (7, 10, False),
        (14, 20, False),
        (13, 20, True),
        (69, 100, True),
        (4, 4, False),
    ],
)
def test_a_city_under_70_percent_is_called_for_a_talk(passed, tested, called):
    found = talk_for_city(passed / tested, tested, LADDER)
    assert (found is not None) is called
    assert found is None or found.step is Step.TALK


def test_a_city_without_tested_lines_is_not():
    assert talk_for_city(None, 0, LADDER) is None


@pytest.mark.parametrize("klass", FAILED)
def test_five_working_days_and_two_for_a_wrong_number(klass):
    assert working_days_for(klass, LADDER) == (2 if klass is WRONG else 5)
