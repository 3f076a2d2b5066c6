"""Dials and results as the tests of the rules need them; the rest of each is ordinary."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hotline.clock import Calendar
from hotline.rules.assessment import assess
from hotline.rules.duty import DutyHours
from hotline.rules.outcomes import Dial, Klass, Outcome
from hotline.rules.retries import RetryRule
from hotline.rules.statistics import Result
from hotline.settings import load

CONFIG = Path(__file__).parents[2] / "config.yaml"
RUBRIC = load({"HOTLINE_CONFIG": str(CONFIG)}).rubric
ITEMS = ("B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8", "D1", "D2", "D3", "D4")
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text):
    """`2026-11-02 09:00` on a clock in Shanghai; a bare `09:00` is that of Monday 2 November."""
    if len(text) == 5:
        text = f"2026-11-02 {text}"
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def dial(outcome=11, when=None, attempt=1, *, no="", na="", critical="", answers=None, **facts):
    """A dial answered after 12 s, every item a yes and D4 still blank.

    `no`, `na`, `critical`: item ids with blanks between. `when`: by default an hour after the
    attempt before.
    """
    outcome = Outcome(outcome)
    if outcome.connected:
        facts.setdefault("ring_s", 12.0)
    if answers is None:
        yes = ITEMS[:-1] if outcome is Outcome.OK else ()
        answers = dict.fromkeys(yes, "yes")
        answers |= dict.fromkeys(no.split(), "no") | dict.fromkeys(na.split(), "na")
    start = at(when) if when else at("08:00") + timedelta(hours=attempt)
    return Dial(
        started_at=start,
        attempt=attempt,
        outcome=outcome,
        answers=answers,
        critical=frozenset(critical.split()),
        **facts,
    )


def judge(*dials, rubric=RUBRIC):
    """Class and score (in points, None where there is none) of a check with these dials."""
    found = assess(dials, rubric)
    return found.klass, None if found.score_tenths is None else found.score_tenths / 10


def retry_rule(duty="8:30-12:00,13:30-17:30"):
    return RetryRule(RUBRIC.retry, DutyHours.parse(duty), Calendar())


def result(klass=Klass.PASS, outcome=None, **facts):
    """A line's result; the outcome is one that leads to the class."""
    usual = {
        Klass.UNREACHABLE: Outcome.NO_ANSWER,
        Klass.WRONG_NUMBER: Outcome.VACANT,
        Klass.VOID: None,
        None: None,
    }
    if outcome is None:
        outcome = usual.get(klass, Outcome.OK)
    return Result(klass=klass, outcome=None if outcome is None else Outcome(outcome), **facts)


def result_of(*dials):
    """A line's result as these dials make it."""
    found = assess(dials, RUBRIC)
    return Result(
        klass=found.klass,
        outcome=found.outcome,
        ring_s=found.decisive.ring_s if found.decisive else None,
        first_connected=found.first_connected,
        score_tenths=found.score_tenths,
    )
