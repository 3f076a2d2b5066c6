"""A check's score opened into the items that made it, as pages and letters show it."""

from dataclasses import dataclass

from hotline.models.inspection import Check
from hotline.rules.outcomes import Klass
from hotline.rules.rubric import Item, Rubric


@dataclass(frozen=True)
class OpenedPart:
    """One line. `item` None: part A (`attempt`, `ring`, `waits`); `applicable` 0: n.a."""

    id: str
    item: Item | None
    value: float | str | None
    earned: int
    applicable: int


@dataclass(frozen=True)
class OpenedScore:
    """`tenths`: the score × 10 as kept on the check; `sum_tenths`: what the lines alone would give.

    `capped`: a hang-up, a refusal or a critical item lowered the sum to `cap`. `zeroed`: the class
    itself scores 0. `watched`: the ring was not yet slow, but above what is to be watched.
    """

    parts: tuple[OpenedPart, ...]
    tenths: int
    sum_tenths: int | None
    cap: int
    grade: str
    provisional: bool
    watched: bool

    @property
    def earned(self) -> int:
        return sum(part.earned for part in self.parts)

    @property
    def applicable(self) -> int:
        return sum(part.applicable for part in self.parts)

    @property
    def capped(self) -> bool:
        return self.sum_tenths is not None and self.tenths < self.sum_tenths

    @property
    def zeroed(self) -> bool:
        return self.sum_tenths is None


def opened(check: Check, rubric: Rubric) -> OpenedScore | None:
    """The score of a check by its round's rubric; None if it is untested or void."""
    if check.klass is None or check.klass == Klass.VOID or check.score_tenths is None:
        return None
    items = {item.id: item for item in rubric.items}
    parts = tuple(OpenedPart(i, items.get(i), *rest) for i, *rest in check.parts)
    earned = sum(part.earned for part in parts)
    applicable = sum(part.applicable for part in parts)
    limits, ring = rubric.limits, check.ring_s
    return OpenedScore(
        parts=parts,
        tenths=check.score_tenths,
        sum_tenths=(2000 * earned + applicable) // (2 * applicable) if applicable else None,
        cap=rubric.cap,
        grade=rubric.grade(check.score_tenths / 10),
        provisional=check.provisional,
        watched=bool(ring and limits.notice_ring_s < ring <= limits.slow_ring_s),
    )
