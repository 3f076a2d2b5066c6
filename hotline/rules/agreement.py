"""How far two inspectors agree on the class of the same lines (Cohen's kappa)."""

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Agreed:
    """`n` lines judged by both, `equal` of them alike; `by_chance`: the share expected alike."""

    n: int
    equal: int
    by_chance: float | None

    @property
    def share(self) -> float | None:
        return self.equal / self.n if self.n else None

    @property
    def kappa(self) -> float | None:
        """(share - by chance) / (1 - by chance); None over nothing, and where chance says all."""
        if self.share is None or self.by_chance is None or self.by_chance == 1:
            return None
        return (self.share - self.by_chance) / (1 - self.by_chance)


def agreed(pairs: Iterable[tuple[Hashable, Hashable]]) -> Agreed:
    """From (first's, second's) class of each line."""
    both = list(pairs)
    if not both:
        return Agreed(0, 0, None)
    first, second = (Counter(pair[side] for pair in both) for side in (0, 1))
    alike = sum(count * second[klass] for klass, count in first.items())
    return Agreed(len(both), sum(one == other for one, other in both), alike / len(both) ** 2)
