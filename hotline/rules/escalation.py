"""The ladder: which measure a result calls for, remembering the rounds before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from hotline.clock import Period, months_after
from hotline.rules.outcomes import Klass
from hotline.rules.reasons import Reason
from hotline.rules.rubric import Frozen


class Step(StrEnum):
    """Measures, from the mildest to the gravest."""

    REMIND = "remind"
    RECTIFY = "rectify"
    CIRCULAR = "circular"
    TALK = "talk"
    COPY_UP = "copy_up"


class Days(Frozen):
    """From so many working days to so many."""

    at_least: int = Field(ge=1, le=60)
    at_most: int = Field(ge=1, le=120)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.at_least > self.at_most:
            raise ValueError("at_least > at_most")
        return self


class Ladder(Frozen):
    """The numbers of the ladder; an administrator may change them in `config.yaml`."""

    rectify_days: int = Field(ge=1, le=60)
    wrong_number_days: int = Field(ge=1, le=60)
    slow_months: int = Field(ge=1, le=12)
    talk_quarters: int = Field(ge=2, le=8)
    talk_monthly_failures: int = Field(ge=2, le=12)
    talk_monthly_rounds: int = Field(ge=2, le=24)
    talk_city_pass_rate_below: float = Field(ge=0, le=1)
    clearing_passes: int = Field(ge=1, le=12)
    recheck_days: int = Field(default=10, ge=3, le=60)
    appeal_days: int = Field(default=3, ge=1, le=60)
    talk_notice_days: int = Field(default=3, ge=0, le=30)
    talk_report_days: Days = Days(at_least=5, at_most=20)


@dataclass(frozen=True)
class Past:
    """What a line came to in an earlier closed round."""

    period: Period
    klass: Klass


@dataclass(frozen=True)
class Now:
    """What it came to in the round that closes. `reminder`: a pass that only just is one.

    `particulars`: which critical item was failed and when, for the trigger of a talk.
    `talked_on`: the day of the last talk about the line that was held before it was dialled.
    """

    period: Period
    klass: Klass | None
    critical: bool = False
    particulars: Mapping[str, object] = field(default_factory=dict)
    majors_failed: int = 0
    reminder: bool = False
    talked_on: date | None = None


@dataclass(frozen=True)
class Measure:
    """One step of the ladder with the trigger that calls for it."""

    step: Step
    trigger: Reason


def uncleared(past: Iterable[Past], clearing_passes: int) -> list[Past]:
    """The results that still count against a line, latest first.

    So many passes in a row wipe out all that lies before them; void results are passed over.
    """
    counting: list[Past] = []
    run = 0
    for result in sorted(past, key=lambda p: (p.period.last, p.period.first), reverse=True):
        if not result.klass.tested:
            continue
        run = run + 1 if result.klass is Klass.PASS else 0
        counting.append(result)
        if run >= clearing_passes:
            break
    return counting


def measures_for_line(now: Now, past: Iterable[Past], ladder: Ladder) -> list[Measure]:
    """Every step that a line's result calls for. Empty for a plain pass and an untested line."""
    if now.klass is None or not now.klass.tested:
        return []
    if now.klass is Klass.PASS:
        return _reminders(now)
    past = list(past)
    before = uncleared(past, ladder.clearing_passes)
    measures = [Measure(Step.CIRCULAR, Reason("class", {"class": now.klass.value}))]
    if now.klass is not Klass.SLOW:
        measures.append(Measure(Step.RECTIFY, Reason("class", {"class": now.klass.value})))
    elif _slow_before(now, before, ladder):
        measures.append(Measure(Step.RECTIFY, Reason("slow_again", {"months": ladder.slow_months})))
    measures += [Measure(Step.TALK, trigger) for trigger in _talk_triggers(now, before, ladder)]
    if now.talked_on is not None and not _cleared_since(now.talked_on, past, ladder):
        measures.append(copy_up(now.talked_on))
    return measures


def copy_up(talked_on: date) -> Measure:
    """A failure after a talk goes up to the county's government (抄送)."""
    return Measure(Step.COPY_UP, Reason("copy_up.again", {"held": talked_on.isoformat()}))


def talk_for_city(pass_rate: float | None, tested: int, ladder: Ladder) -> Measure | None:
    """A city whose pass rate in the province's round is too low. None if nothing was tested."""
    if pass_rate is None or pass_rate >= ladder.talk_city_pass_rate_below:
        return None
    limit = ladder.talk_city_pass_rate_below
    return Measure(Step.TALK, Reason("talk.city", {"rate": pass_rate, "n": tested, "limit": limit}))


def working_days_for(klass: Klass, ladder: Ladder) -> int:
    """How long a unit has to put a finding of this class right."""
    return ladder.wrong_number_days if klass is Klass.WRONG_NUMBER else ladder.rectify_days


def _reminders(now: Now) -> list[Measure]:
    if now.reminder:
        return [Measure(Step.REMIND, Reason("remind.score"))]
    if now.majors_failed:
        return [Measure(Step.REMIND, Reason("remind.major"))]
    return []


def _slow_before(now: Now, before: Sequence[Past], ladder: Ladder) -> bool:
    following = months_after(now.period.last, 1)
    since = months_after(following, -ladder.slow_months)
    return any(p.klass is Klass.SLOW and p.period.last >= since for p in before)


def _cleared_since(day: date, past: Iterable[Past], ladder: Ladder) -> bool:
    """Were there so many passes in a row, in periods that ended no earlier than the day?"""
    run = best = 0
    for result in sorted(past, key=lambda p: (p.period.last, p.period.first)):
        if result.klass.tested and result.period.last >= day:
            run = run + 1 if result.klass is Klass.PASS else 0
            best = max(best, run)
    return best >= ladder.clearing_passes


def _talk_triggers(now: Now, before: Sequence[Past], ladder: Ladder) -> list[Reason]:
    triggers = []
    if now.critical:
        triggers.append(Reason("talk.critical", now.particulars))
    if now.period.is_quarter:
        failed = {p.period.name for p in before if p.period.is_quarter and p.klass.failed}
        run, period = 1, now.period.before()
        while period.name in failed and run < ladder.talk_quarters:
            run, period = run + 1, period.before()
        if run >= ladder.talk_quarters:
            triggers.append(Reason("talk.quarters", {"n": run}))
    else:
        since = months_after(now.period.first, 1 - ladder.talk_monthly_rounds)
        failures = 1 + sum(
            not p.period.is_quarter and p.klass.failed and p.period.first >= since for p in before
        )
        if failures >= ladder.talk_monthly_failures:
            triggers.append(
                Reason("talk.months", {"n": failures, "rounds": ladder.talk_monthly_rounds})
            )
    return triggers
