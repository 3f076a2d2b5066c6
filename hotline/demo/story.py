"""Who behaves how: which lines fail in a round, and in what way.

The shares are those of the whole; some lines fail again and again, and one city finds its own
lines in order that the province does not.
"""

from collections import Counter
from collections.abc import Sequence
from random import Random

from hotline.demo.people import READERS_AREA
from hotline.demo.registry import DemoLine
from hotline.rules.outcomes import Klass

SHARES = {
    Klass.SLOW: 0.07,
    Klass.IRREGULAR: 0.06,
    Klass.SLOW_IRREGULAR: 0.02,
    Klass.UNREACHABLE: 0.08,
    Klass.WRONG_NUMBER: 0.03,
}
"""What remains passes."""

LENIENT = "130900"
"""The city whose self-check does not hold."""

_CHRONIC = (Klass.UNREACHABLE,) * 5 + (Klass.SLOW,) * 3 + (Klass.IRREGULAR,) * 3
_AGAIN = 0.8
_LENIENT_FAILS = 0.45


class Story:
    """The fate of every line, round by round; the same for the same random numbers."""

    def __init__(self, random: Random, lines: Sequence[DemoLine]):
        self.random = random
        self.lines = lines
        ordinary = [line for line in lines if line.group != LENIENT]
        few = min(len(_CHRONIC) + 1, len(ordinary) // 4)
        chosen = random.sample(ordinary, few)
        # The unit that has an account shall have something to do.
        read_for = [line for line in ordinary if line.area_code == READERS_AREA]
        if read_for and read_for[0] not in chosen:
            chosen[1:2] = read_for
        self.moved = chosen[0] if chosen else None
        """The line that is a wrong number until its number is put right."""
        self.chronic = {
            line.line_id: klass for line, klass in zip(chosen[1:], _CHRONIC, strict=False)
        }

    def classes(self, *, by_province: bool, moved_is_wrong: bool) -> dict[str, Klass]:
        """Line id → class, for one round over all lines, or one month's rounds of all cities."""
        self._left = Counter({k: round(share * len(self.lines)) for k, share in SHARES.items()})
        self._fate: dict[str, Klass] = {}
        if self.moved and moved_is_wrong:
            self._give(self.moved, Klass.WRONG_NUMBER)
        for line in self.lines:
            if line.line_id in self.chronic and self.random.random() < _AGAIN:
                self._give(line, self.chronic[line.line_id])
        lenient = [line for line in self.lines if line.group == LENIENT]
        if by_province:
            failing = self.random.sample(lenient, round(_LENIENT_FAILS * len(lenient)))
            for line in failing:
                self._give(line, self._any_left())
        others = [
            line
            for line in self.lines
            if line.group != LENIENT
            and line is not self.moved
            and line.line_id not in self._fate.keys() | self.chronic.keys()
        ]
        self.random.shuffle(others)
        while self._left.total() and others:
            self._give(others.pop(), self._any_left())
        return {line.line_id: self._fate.get(line.line_id, Klass.PASS) for line in self.lines}

    def _give(self, line: DemoLine, klass: Klass | None) -> None:
        if klass is not None and self._left[klass]:
            self._left[klass] -= 1
            self._fate[line.line_id] = klass

    def _any_left(self) -> Klass | None:
        left = sorted(self._left.elements())
        return self.random.choice(left) if left else None
