"""Counts, rates, intervals and ranks: the arithmetic behind every table.

Rates are fractions; a rate over nothing is None, never 0.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from hotline.rules.outcomes import Klass, Outcome

TIMELY_RING_S = 15.0
"""Answered in time, after GB/T 33358-2016; the office's own limit for SLOW may be another."""

_HANDLED = (Outcome.OK, Outcome.HANGUP, Outcome.REFUSED)
_IRREGULAR = (Klass.IRREGULAR, Klass.SLOW_IRREGULAR)


@dataclass(frozen=True)
class Result:
    """What one line's check came to. klass None = untested; the rest is then None too."""

    klass: Klass | None
    outcome: Outcome | None = None
    ring_s: float | None = None
    first_connected: bool | None = None
    score_tenths: int | None = None

    @property
    def tested(self) -> bool:
        return self.klass is not None and self.klass.tested


@dataclass(frozen=True)
class Tally:
    """Counts over some lines, and the rates of them. Every rate's n is `tested` unless it says."""

    lines: int
    classes: Mapping[Klass | None, int]
    outcomes: Mapping[Outcome, int]
    first_dial_connected: int
    connected: int
    timely: int
    handled: int
    handled_well: int
    score_tenths: int

    @property
    def void(self) -> int:
        return self.classes.get(Klass.VOID, 0)

    @property
    def untested(self) -> int:
        return self.classes.get(None, 0)

    @property
    def tested(self) -> int:
        return self.lines - self.void - self.untested

    @property
    def passed(self) -> int:
        return self.classes.get(Klass.PASS, 0)

    @property
    def balanced(self) -> bool:
        """Classes and outcomes each add up to the lines tested."""
        classes = {k: n for k, n in self.classes.items() if k is not None and k.tested}
        return balance(self.tested, classes) == 0 and balance(self.tested, self.outcomes) == 0

    @property
    def first_dial_connect_rate(self) -> float | None:
        return _rate(self.first_dial_connected, self.tested)

    @property
    def connect_rate(self) -> float | None:
        return _rate(self.connected, self.tested)

    @property
    def timely_rate(self) -> float | None:
        return _rate(self.timely, self.tested)

    @property
    def valid_rate(self) -> float | None:
        return _rate(self.outcomes.get(Outcome.OK, 0), self.tested)

    @property
    def handling_rate(self) -> float | None:
        """Not irregular, of the lines that were answered, hung up on or refused (`handled`)."""
        return _rate(self.handled_well, self.handled)

    @property
    def pass_rate(self) -> float | None:
        return _rate(self.passed, self.tested)

    @property
    def pass_interval(self) -> tuple[float, float] | None:
        return wilson(self.passed, self.tested)

    @property
    def mean_score(self) -> float | None:
        """Points, over the lines tested, zeros included."""
        return self.score_tenths / 10 / self.tested if self.tested else None


def tally(results: Iterable[Result]) -> Tally:
    """Count once through. The lines may be none."""
    results = list(results)
    tested = [r for r in results if r.tested]
    handled = [r for r in tested if r.outcome in _HANDLED]
    return Tally(
        lines=len(results),
        classes=Counter(r.klass for r in results),
        outcomes=Counter(r.outcome for r in tested if r.outcome is not None),
        first_dial_connected=sum(bool(r.first_connected) for r in tested),
        connected=sum(r.outcome is not None and r.outcome.connected for r in tested),
        timely=sum(
            r.outcome is Outcome.OK and r.ring_s is not None and r.ring_s <= TIMELY_RING_S
            for r in tested
        ),
        handled=len(handled),
        handled_well=sum(r.klass not in _IRREGULAR for r in handled),
        score_tenths=sum(r.score_tenths or 0 for r in tested),
    )


def balance(n: int, counts: Mapping[Any, int]) -> int:
    """By how much the counts exceed n: 0 = they add up, negative = some are missing.

    Rounds are closed only at 0. It takes any printed table's row as well.
    """
    return sum(counts.values()) - n


def wilson(successes: int, n: int, z: float = 1.959963984540054) -> tuple[float, float] | None:
    """Wilson's score interval for a share, 95 % by default. None if n is 0."""
    if n == 0:
        return None
    share = successes / n
    centre = share + z * z / (2 * n)
    spread = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def ranks(values: Sequence[float | None]) -> list[int | None]:
    """Standard competition ranking, the highest first; ties share a place (1, 2, 2, 4).

    None takes no part and gets None.
    """
    ordered = sorted((v for v in values if v is not None), reverse=True)
    return [None if value is None else ordered.index(value) + 1 for value in values]


@dataclass(frozen=True)
class Change:
    """Pass rate against the round before, on the `n` lines tested in both.

    `points`: percentage points (个百分点); None if n is 0.
    """

    n: int
    points: float | None


def change(pairs: Iterable[tuple[Result, Result]]) -> Change:
    """From (before, now) pairs of the same line; pairs with an untested side are left out."""
    both = [(a, b) for a, b in pairs if a.tested and b.tested]
    if not both:
        return Change(0, None)
    gained = sum((b.klass is Klass.PASS) - (a.klass is Klass.PASS) for a, b in both)
    return Change(len(both), 100 * gained / len(both))


@dataclass(frozen=True)
class Agreement:
    """Lines tested by both, those the city passed, and those of these the province then failed.

    The rate's n is `both`; `city_passed` is printed beside it.
    """

    both: int
    city_passed: int
    province_failed: int

    @property
    def false_pass_rate(self) -> float | None:
        return _rate(self.province_failed, self.both)

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.province_failed, self.both)


def agreement(pairs: Iterable[tuple[Result, Result]]) -> Agreement:
    """From (city's, province's) results of the same line in one quarter."""
    both = [(city, province) for city, province in pairs if city.tested and province.tested]
    passed = [province for city, province in both if city.klass is Klass.PASS]
    return Agreement(len(both), len(passed), sum(p.klass is not Klass.PASS for p in passed))


def _rate(count: int, n: int) -> float | None:
    return count / n if n else None
