"""The score of a check: 100 × earned ÷ applicable, of its decisive dial."""

from dataclasses import dataclass

from hotline.rules.outcomes import ANSWERED, WRONG_NUMBER, Dial, Klass, Outcome
from hotline.rules.rubric import Rubric, Step

YES, NO, NA = "yes", "no", "na"


@dataclass(frozen=True)
class Part:
    """One line of an opened score. `value`: seconds, an attempt number, yes, no or na; None = none.

    `applicable` is 0 where the item left both sums (n.a.).
    """

    id: str
    value: float | str | None
    earned: int
    applicable: int


@dataclass(frozen=True)
class Score:
    """`tenths`: the score × 10. `capped`, `zeroed`: a rule overrode the sum."""

    parts: tuple[Part, ...]
    tenths: int
    capped: bool = False
    zeroed: bool = False

    @property
    def earned(self) -> int:
        return sum(part.earned for part in self.parts)

    @property
    def applicable(self) -> int:
        return sum(part.applicable for part in self.parts)

    @property
    def value(self) -> float:
        return self.tenths / 10


def answer(dial: Dial, item_id: str, *, until_close: bool) -> str:
    """The answer that counts: a blank is n.a. where it may come later, else a no."""
    return dial.answers.get(item_id) or (NA if until_close else NO)


def handling(dial: Dial, rubric: Rubric) -> tuple[Part, ...]:
    """Parts B and D. Empty for an outcome to which the checklist does not apply."""
    if dial.outcome not in ANSWERED:
        return ()
    parts = []
    for item in rubric.items:
        given = answer(dial, item.id, until_close=item.until_close)
        applicable = 0 if given == NA else item.points
        parts.append(Part(item.id, given, applicable if given == YES else 0, applicable))
    return tuple(parts)


def put_through(dial: Dial, attempts: int, rubric: Rubric) -> tuple[Part, ...]:
    """Part A: attempt, ring and waits. A lost transfer (17) earns nothing for its wait."""
    table = rubric.put_through
    by_attempt = table.attempts[attempts - 1] if attempts <= len(table.attempts) else 0
    waits = [w for w in (dial.transfer_wait_s, dial.hold_total_s) if w is not None]
    longest = max(waits, default=0.0)
    for_wait = 0 if dial.outcome is Outcome.XFER_LOST else _points(longest, table.waits)
    for_ring = 0 if dial.ring_s is None else _points(dial.ring_s, table.ring)
    return (
        Part("attempt", attempts, by_attempt, table.attempts[0]),
        Part("ring", dial.ring_s, for_ring, table.ring[0].points),
        Part("waits", longest if waits else None, for_wait, table.waits[0].points),
    )


def score(dial: Dial, attempts: int, rubric: Rubric) -> Score:
    """The score of a check whose decisive dial this is, rounded half-up to one decimal.

    Unreachable lines and wrong numbers score 0; a hang-up, a refusal or a critical item cap it.
    """
    if dial.outcome in WRONG_NUMBER or dial.outcome not in ANSWERED:
        return Score((), 0, zeroed=True)
    parts = put_through(dial, attempts, rubric) + handling(dial, rubric)
    earned, applicable = sum(p.earned for p in parts), sum(p.applicable for p in parts)
    tenths = (2000 * earned + applicable) // (2 * applicable)
    critical = dial.outcome in (Outcome.HANGUP, Outcome.REFUSED) or bool(dial.critical)
    capped = critical and tenths > rubric.cap * 10
    return Score(parts, rubric.cap * 10 if capped else tenths, capped=capped)


def reminder_due(klass: Klass, tenths: int, rubric: Rubric) -> bool:
    """A pass that only just is one (基本合格)."""
    return klass is Klass.PASS and tenths < rubric.remind_below * 10


def _points(seconds: float, steps: tuple[Step, ...]) -> int:
    return next((step.points for step in steps if seconds <= step.upto), 0)
