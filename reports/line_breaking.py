"""Chinese text as even lines: where each line ends and how wide its gaps are. Pure arithmetic.

A paragraph is set line by line to the measure; where that makes a line loose, the paragraph is
broken as a whole instead, so that the looseness is shared out. All lengths in points.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from math import inf
from typing import NamedTuple

from reports.line_units import SPACES, blanks, character_ends, elastic_gaps, unit_ends

GOOD = 0.05  # widening of a gap, in characters, that nobody sees
POWER = 3  # how steeply a line's cost grows with its looseness
LOOSE = 0.35  # beyond this, words are spaced out too
SQUEEZE = 0.25  # what a full-width mark may give of its blank half, in characters
SHARED = 5.0  # how much shorter than possible a line may be set for its neighbours' sake
LINE_COST, LONELY_COST, SQUEEZE_COST = 0.02, 5.0, 1.5
_HAIR = 1e-6


class Face(NamedTuple):
    """What is to be known of a face: its characters' widths in thousandths of their size."""

    name: str
    widths: Mapping[int, float]
    other: float = 1000.0  # of a character that is not listed


class Run(NamedTuple):
    """Text in one face and size, without line ends."""

    text: str
    face: Face
    size: float


class Piece(NamedTuple):
    """Text to draw in one go, `x` from the line's start; `spacing` follows each character."""

    x: float
    text: str
    face: Face
    size: float
    spacing: float

    def width(self, count: int) -> float:
        """Of the first `count` characters with the spacing after each."""
        widths, other = self.face.widths, self.face.other
        natural = sum(widths.get(ord(c), other) for c in self.text[:count])
        return natural * self.size / 1000 + count * self.spacing


class Line(NamedTuple):
    """Pieces from left to right, their width without the last spacing, and the spaces left out."""

    pieces: tuple[Piece, ...]
    width: float
    hung: str = ""

    @property
    def text(self) -> str:
        """All characters of the line as typed."""
        return "".join(piece.text for piece in self.pieces) + self.hung


def break_lines(
    runs: Sequence[Run], first: float, rest: float, *, spacing: float = 0.0, filled: bool = True
) -> list[Line]:
    """The lines of one paragraph: the first at most `first` wide, the others `rest`.

    `spacing` is added to every character's width (a grid wider or closer than the face).
    `filled` lines end exactly at the measure, but for the last one and for those that could
    be filled only by gaps wider than a character. Only a single character can be too wide.
    An empty paragraph is one empty line.
    """
    text = _Measured(runs, first, rest, spacing)
    if not text.text:
        return [Line((), 0.0)]
    ends = text.nearest()
    if filled and not text.even(ends):
        ends = text.fairest()
    starts = [0, *ends]
    last = len(ends) - 1
    return [
        text.line(start, end, filled and i < last)
        for i, (start, end) in enumerate(zip(starts, ends, strict=False))
    ]


class _Measured:
    """A paragraph as numbers; a line goes from one break (an index of `breaks`) to another."""

    def __init__(self, runs: Sequence[Run], first: float, rest: float, spacing: float) -> None:
        self.runs, self.first, self.rest, self.spacing = runs, first, rest, spacing
        self.text = text = "".join(run.text for run in runs)
        self.em = max((run.size for run in runs), default=0.0)
        advances: list[float] = []
        for run in runs:
            widths, other, scale = run.face.widths, run.face.other, run.size / 1000
            advances += [widths.get(p, other) * scale + spacing for p in map(ord, run.text)]
        self.sums = list(accumulate(advances, initial=0.0))
        self.gaps = elastic_gaps(text)
        self.gap_sums = list(accumulate(self.gaps, initial=0))
        self.gives = [0.0] * len(text)  # what may be taken from the gap after each character
        for i, after in blanks(text):
            gap = i if after else i - 1
            if gap >= 0 and advances[i] - spacing >= 0.9 * self.em:
                self.gives[gap] += SQUEEZE * self.em
        self.give_sums = list(accumulate(self.gives, initial=0.0))
        self.breaks = [0, *self._ends()]
        # Where the ink of a line ending at each break ends: spaces there hang over.
        self.inks = self.breaks
        if any(space in text for space in SPACES):
            pairs = zip(self.breaks, self.breaks[1:], strict=False)
            self.inks = [0, *(a + len(text[a:b].rstrip(SPACES)) for a, b in pairs)]
        self.reaches = [self.sums[ink] - spacing for ink in self.inks]

    def _ends(self) -> Iterator[int]:
        """The ends of the units; a unit wider than a line is cut up."""
        room, start = min(self.first, self.rest), 0
        for end in unit_ends(self.text):
            if self.sums[end] - self.sums[start] <= room or end - start == 1:
                yield end
            else:
                begin = start
                for cut in character_ends(self.text[start:end]):
                    stop = start + cut
                    if self.sums[stop] - self.sums[begin] > room:
                        yield from range(begin + 1, stop)
                    yield stop
                    begin = stop
            start = end

    def measure(self, start: int) -> float:
        return self.rest if start else self.first

    def slack(self, start: int, end: int) -> float:
        """What a line leaves of the measure; negative where it must be squeezed."""
        return self.measure(start) - (self.reaches[end] - self.sums[self.breaks[start]])

    def give(self, start: int, end: int) -> float:
        """How much a line could be squeezed. The blank of its outer marks is no gap."""
        first, last = self.breaks[start], max(self.breaks[start], self.inks[end] - 1)
        return self.give_sums[last] - self.give_sums[first]

    def elastic(self, start: int, end: int) -> int:
        first, last = self.breaks[start], max(self.breaks[start], self.inks[end] - 1)
        return self.gap_sums[last] - self.gap_sums[first]

    def inner(self, start: int, end: int) -> int:
        return max(0, self.inks[end] - self.breaks[start] - 1)

    def fits_squeezed(self, start: int, end: int) -> bool:
        return -self.slack(start, end) <= self.give(start, end)

    def longest(self, start: int) -> int:
        """The last break a line can reach without being squeezed, at least the next one."""
        limit = self.sums[self.breaks[start]] + self.measure(start) + _HAIR
        return max(start + 1, bisect_right(self.reaches, limit, lo=start + 1) - 1)

    def nearest(self) -> list[int]:
        """Breaks that fill each line before the next is begun."""
        ends, last = [0], len(self.breaks) - 1
        while ends[-1] < last:
            ends.append(self.longest(ends[-1]))
        return ends[1:]

    def even(self, ends: list[int]) -> bool:
        """Nothing to improve: no line loose, no single character on the last."""
        pairs = zip([0, *ends], ends, strict=False)
        costs = [self.cost(a, b, self.slack(a, b)) for a, b in pairs]
        return all(cost <= 1 + LINE_COST for cost in costs[:-1]) and costs[-1] <= LINE_COST

    def cost(self, start: int, end: int, slack: float) -> float:
        """Of a line with this slack; about 1 where it is as loose as nobody sees."""
        if slack < -_HAIR:
            give = self.give(start, end)
            return LINE_COST + (SQUEEZE_COST * (slack / give) ** 2 if give else 0.0)
        if end == len(self.breaks) - 1:
            width = self.measure(start) - slack if start else inf
            lonely = 2 if width < 1.1 * self.em else 1 if width < 2.1 * self.em else 0
            return LINE_COST + lonely * LONELY_COST
        gaps, short = self.inner(start, end), slack / self.em
        if short > gaps:  # not to be filled
            return LINE_COST + (1 / GOOD) ** POWER + short
        return LINE_COST + (short / gaps / GOOD if gaps else 0.0) ** POWER

    def fairest(self) -> list[int]:
        """The breaks of the least total cost."""
        last = len(self.breaks) - 1
        least, before = [inf] * (last + 1), [0] * (last + 1)
        least[0] = 0.0
        for start in range(last):
            if least[start] >= least[last]:
                continue
            full = furthest = self.longest(start)
            while furthest < last and self.fits_squeezed(start, furthest + 1):
                furthest += 1
            enough = self.slack(start, full) + SHARED * self.em
            for end in range(furthest, start, -1):
                slack = self.slack(start, end)
                if slack > enough:
                    break
                cost = least[start] + self.cost(start, end, slack)
                if cost < least[end]:
                    least[end], before[end] = cost, start
        ends = [last]
        while before[ends[-1]]:
            ends.append(before[ends[-1]])
        return ends[::-1]

    def line(self, start: int, end: int, fill: bool) -> Line:
        """The line between two breaks with its gaps as wide as they must be."""
        first, ink = self.breaks[start], self.inks[end]
        slack, inner = self.slack(start, end), self.inner(start, end)
        gaps = [self.spacing] * inner
        width = self.measure(start) - slack
        if slack < -_HAIR and (give := self.give(start, end)):
            share = min(1.0, -slack / give)
            gaps = [self.spacing - share * self.gives[i] for i in range(first, first + inner)]
            width -= share * give
        elif fill and inner:
            elastic = self.elastic(start, end)
            if elastic and slack / elastic <= LOOSE * self.em:
                wide, stiff = self.spacing + slack / elastic, self.spacing
                gaps = [wide if self.gaps[i] else stiff for i in range(first, first + inner)]
                width += slack
            elif slack / inner <= self.em:
                gaps = [self.spacing + slack / inner] * inner
                width += slack
        hung = self.text[ink : self.breaks[end]]
        return Line(tuple(self._pieces(first, ink, gaps)), max(0.0, width), hung)

    def _pieces(self, first: int, ink: int, gaps: list[float]) -> Iterator[Piece]:
        """Characters of one run and one spacing together; the last character's is nobody's."""
        start, x = 0, 0.0
        for run in self.runs:
            begin, stop = max(first, start), min(ink, start + len(run.text))
            start += len(run.text)
            while begin < stop:
                spacing = gaps[begin - first] if begin < ink - 1 else self.spacing
                end = begin + 1
                while end < stop and (end == ink - 1 or gaps[end - first] == spacing):
                    end += 1
                yield Piece(x, self.text[begin:end], run.face, run.size, spacing)
                more = (end - begin) * (spacing - self.spacing)
                x += self.sums[end] - self.sums[begin] + more
                begin = end
