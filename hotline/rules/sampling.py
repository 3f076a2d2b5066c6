"""Which lines a round tests, in what order, by whom: drawn by a seed that anyone can draw with.

A draw depends on the seed and on each line's own facts alone, never on the order of the lines.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from fractions import Fraction
from math import ceil, log
from typing import Any, TypeVar

from pydantic import Field

from hotline.rules.rubric import Frozen

Slot = TypeVar("Slot")


class SamplePlan(Frozen):
    """How many county lines the province draws in each reporting group: max(least, share)."""

    least: int = Field(ge=0, le=1000)
    share: float = Field(ge=0, le=1)


class Basis(StrEnum):
    """Why a line is in a round.

    AGAIN: it failed last time and was not drawn; it is reported apart, since lines picked for
    having failed would spoil the rate of a random sample.
    """

    FULL = "full"
    CITY = "city"
    DRAWN = "drawn"
    YEAR = "year"
    AGAIN = "again"


@dataclass(frozen=True)
class FrameLine:
    """A line that may be drawn, and what raises its weight. `stratum`: its reporting group.

    `of_city`: the line of a city or the province, which is always in. `due`: a whole year would
    pass without a test unless this round has it.
    """

    line: str
    stratum: str
    of_city: bool = False
    failed_last: bool = False
    failed_before_last: bool = False
    number_changed: bool = False
    complaint: bool = False
    long_untested: bool = False
    due: bool = False

    @property
    def weight(self) -> int:
        """1, and 2 for a failure last time, 1 for each other sign of risk."""
        return (
            1
            + 2 * self.failed_last
            + self.failed_before_last
            + self.number_changed
            + self.complaint
            + self.long_untested
        )


def frame_json(frame: Iterable[FrameLine]) -> list[dict[str, Any]]:
    """The frame as it is kept: sorted by line, only what is not the default."""
    return [
        {name: value for name, value in asdict(line).items() if value is not False}
        for line in sorted(frame, key=lambda line: line.line)
    ]


def frame_from_json(kept: Iterable[Mapping[str, Any]]) -> list[FrameLine]:
    return [FrameLine(**line) for line in kept]


def frame_hash(frame: Iterable[FrameLine], plan: SamplePlan | None) -> str:
    """SHA-256 of the frame and the plan in canonical JSON, in hex."""
    content = {"frame": frame_json(frame), "plan": plan.model_dump() if plan else None}
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def draw(frame: Sequence[FrameLine], plan: SamplePlan | None, seed: str) -> dict[str, Basis]:
    """Line → why it is in. `plan` None: full coverage.

    Every line of a city; in each stratum the county lines with the least keys, weighted by risk,
    without replacement; those that would go a year untested; and the failures of last time.
    """
    if plan is None:
        return dict.fromkeys((line.line for line in frame), Basis.FULL)
    chosen = {line.line: Basis.CITY for line in frame if line.of_city}
    strata: dict[str, list[FrameLine]] = {}
    for line in frame:
        if not line.of_city:
            strata.setdefault(line.stratum, []).append(line)
    for lines in strata.values():
        # A share of 0.3 is three tenths, not the binary number a little above it.
        wanted = max(plan.least, ceil(Fraction(str(plan.share)) * len(lines)))
        lines.sort(key=lambda line: (_key(seed, line), line.line))
        chosen |= dict.fromkeys((line.line for line in lines[:wanted]), Basis.DRAWN)
        for line in lines[wanted:]:
            if line.failed_last:
                chosen[line.line] = Basis.AGAIN
            elif line.due:
                chosen[line.line] = Basis.YEAR
    return chosen


def shuffled(names: Iterable[str], seed: str, purpose: str) -> list[str]:
    """The names in an order that only the seed tells; `purpose` gives one seed several orders."""
    return sorted(names, key=lambda name: (_digest(seed, purpose, name), name))


def spread(names: Sequence[str], slots: Sequence[Slot]) -> dict[str, Slot]:
    """The names dealt out evenly over the slots, in their order. Raises ValueError without any."""
    if not slots:
        raise ValueError("no slot")
    return {name: slots[i * len(slots) // len(names)] for i, name in enumerate(names)}


def assigned(
    names: Sequence[str],
    testers: Sequence[str],
    forbidden: Mapping[str, frozenset[str]],
    seed: str,
    *,
    load: Mapping[str, int] | None = None,
) -> dict[str, str | None]:
    """Name → tester: none whom `forbidden` names for it, else whoever has least to do.

    `load`: what testers have to do already. None: nobody may.
    """
    busy = {tester: (load or {}).get(tester, 0) for tester in testers}
    given: dict[str, str | None] = {}
    # Those whom fewest may test come first, or the last of them would find nobody free.
    for name in sorted(names, key=lambda name: -len(forbidden.get(name, ()))):
        free = [tester for tester in testers if tester not in forbidden.get(name, ())]
        tester = min(
            free, key=lambda one: (busy[one], _digest(seed, "tester", name, one)), default=None
        )
        given[name] = tester
        if tester is not None:
            busy[tester] += 1
    return given


def _key(seed: str, line: FrameLine) -> float:
    """An exponential variate of rate `weight`: the least of them are a weighted draw."""
    unit = (int(_digest(seed, "draw", line.line)[:13], 16) + 1) / 2**52
    return -log(unit) / line.weight


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
