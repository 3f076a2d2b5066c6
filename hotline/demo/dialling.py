"""How a line is dialled until its class is settled: how often, at what times, to what outcome."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from hotline.clock import at
from hotline.rules.duty import NOON, DutyHours
from hotline.rules.outcomes import Klass, Outcome

FIRST, SOON, OTHER_HALF, NEXT_DAY = "first", "soon", "other half", "next day"
"""When a dial is made, seen from the one before."""

_OFFICE_HOURS = (8 * 60 + 30, 17 * 60 + 30)
_UNREACHED = (
    (21, 21, 21),
    (21, 21, 21),
    (21, 22, 21),
    (16, 16, 16),
    (26, 26, 21),
    (25, 25, 25),
    (27, 27, 27),
    (28, 28, 28),
)
_WRONG = (23, 23, 24, 13, 13, 12)


@dataclass(frozen=True)
class Step:
    """One dial to come. `flavour` says what its answer is like, for those that were answered."""

    attempt: int
    outcome: Outcome
    when: str = FIRST
    flavour: str = ""


def steps(random: Random, klass: Klass) -> list[Step]:
    """Dials that lead to the class, in order."""
    by_class = {
        Klass.PASS: _passing,
        Klass.SLOW: _slow,
        Klass.IRREGULAR: _irregular,
        Klass.SLOW_IRREGULAR: _slow_irregular,
        Klass.UNREACHABLE: _unreachable,
        Klass.WRONG_NUMBER: _wrong_number,
    }
    return [Step(a, Outcome(o), when, flavour) for a, o, when, flavour in by_class[klass](random)]


def moments(
    random: Random, made: Sequence[Step], duty: DutyHours, days: Sequence[date], start: int
) -> Iterator[datetime]:
    """When each dial is made: in duty hours of working days, the first on `days[start]`.

    It ends early where the days do.
    """
    place, half, last = start, random.choice((0, 1)) if duty.both_halves else 0, None
    for step in made:
        if step.when == SOON and last is not None:
            last += timedelta(minutes=random.randint(5, 9), seconds=random.randint(0, 59))
            yield last
            continue
        if step.when == NEXT_DAY or (step.when == OTHER_HALF and (half or not duty.both_halves)):
            place += 1
            half = random.choice((0, 1)) if step.when == NEXT_DAY else 0
        elif step.when == OTHER_HALF:
            half = 1
        if place >= len(days):
            return
        last = at(days[place], _minute(random, duty, half)) + timedelta(
            seconds=random.randint(0, 59)
        )
        yield last


def _minute(random: Random, duty: DutyHours, half: int) -> time:
    """A minute of that half of the day with the desk staffed, and time left to redial."""
    opens, closes = _OFFICE_HOURS
    low, high = (opens, NOON - 50) if half == 0 else (NOON + 60, closes)
    fit = [m for a, b in duty.spans for m in range(max(a, low), min(b - 45, high))]
    if not fit:
        fit = [m for a, b in duty.spans for m in range(a, b)]
    return time(*divmod(random.choice(fit), 60))


_Plan = list[tuple[int, int, str, str]]


def _passing(random: Random) -> _Plan:
    way = random.random()
    if way < 0.03:
        return [(1, 91, FIRST, ""), (1, 11, SOON, "good")]
    if way < 0.10:
        return [(1, 21, FIRST, ""), (2, 11, OTHER_HALF, "good")]
    if way < 0.13:
        return [(1, 22, FIRST, ""), (1, 22, SOON, ""), (2, 11, OTHER_HALF, "good")]
    if way < 0.17:
        return [(1, 21, FIRST, ""), (2, 11, OTHER_HALF, "barely")]
    return [(1, 11, FIRST, "good")]


def _slow(random: Random) -> _Plan:
    way = random.random()
    if way < 0.40:
        return [(1, 11, FIRST, "slow ring")]
    if way < 0.60:
        return [(1, 21, FIRST, ""), (2, 21, OTHER_HALF, ""), (3, 11, NEXT_DAY, "good")]
    if way < 0.85:
        return [(1, 11, FIRST, random.choice(("long hold", "two transfers", "long transfer")))]
    return [(1, 17, FIRST, "lost")]


def _irregular(random: Random) -> _Plan:
    way = random.random()
    if way < 0.15:
        return [(1, 14, FIRST, "hung up")]
    if way < 0.35:
        return [(1, 15, FIRST, "refused")]
    return [(1, 11, FIRST, "critical" if way < 0.5 else "careless")]


def _slow_irregular(random: Random) -> _Plan:
    if random.random() < 0.3:
        return [(1, 21, FIRST, ""), (2, 22, OTHER_HALF, ""), (3, 14, NEXT_DAY, "hung up")]
    return [(1, 11, FIRST, "slow and careless")]


def _unreachable(random: Random) -> _Plan:
    first, second, third = random.choice(_UNREACHED)
    plan = [(1, first, FIRST, ""), (2, second, OTHER_HALF, ""), (3, third, NEXT_DAY, "")]
    if random.random() < 0.2:
        plan.insert(1, (1, 92, SOON, ""))
    if second == 22:
        plan[-1:-1] = [(2, 22, SOON, "")] * random.randint(1, 2)
    return plan


def _wrong_number(random: Random) -> _Plan:
    outcome = random.choice(_WRONG)
    return [(1, outcome, FIRST, ""), (2, outcome, random.choice((OTHER_HALF, NEXT_DAY)), "")]
