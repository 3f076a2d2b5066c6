"""Ruled tables as strips: heads come again on every page, a long row may run over its end."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise

from reports import page
from reports.body_text import Align, Placed, TextStyle, measured, set_text
from reports.fonts import Chain, Faces
from reports.gate import clean
from reports.line_breaking import Line, Piece
from reports.line_units import unit_ends
from reports.sheet import Sheet
from reports.strips import Strip
from reports.tables import Cell, Column, shown

RULE = 0.5
PART = 8  # lines of a long row that stay together
WIDEST = 0.4  # of the table that one column may ask for
NEARLY = 1.35  # a text that is so much too wide gets a line to itself all the same
ALIGN: dict[str, Align] = {"text": "left", "rank": "centre"}  # others: right


@dataclass(frozen=True)
class Look:
    """How the cells of a table are set."""

    size: float
    leading: float
    across: float = 3.0  # between text and rule
    down: float = 2.5


IN_TEXT = Look(10.5, 14.0)


@dataclass(frozen=True)
class _Row:
    """One row, or some lines of a long one: the lines of each cell, its edges, its end."""

    cells: tuple[list[Placed], ...]
    edges: tuple[float, ...]
    look: Look
    height: float
    first: bool = False  # a rule above it
    open: bool = False  # the row goes on below: no rule

    def draw(self, sheet: Sheet, top: float) -> None:
        look, bottom = self.look, top + self.height
        inset = (look.leading - look.size) / 2
        for left, lines in zip(self.edges, self.cells, strict=False):
            y = top + inset + (self.height - len(lines) * look.leading) / 2
            for placed in lines:
                sheet.text(left + look.across + placed.x, y, placed.line)
                y += look.leading
        for edge in self.edges:
            sheet.upright(edge, top, bottom, RULE)
        if self.first:
            self._rule(sheet, top)
        if not self.open:
            self._rule(sheet, bottom)

    def end(self, sheet: Sheet, top: float) -> None:
        self._rule(sheet, top + self.height)

    def _rule(self, sheet: Sheet, y: float) -> None:
        sheet.rule(self.edges[0] - RULE / 2, y, self.edges[-1] - self.edges[0] + RULE, RULE)


def table_strips(
    columns: Sequence[Column],
    rows: Sequence[Sequence[Cell]],
    faces: Faces,
    look: Look,
    frame: page.Frame,
    *,
    body: Chain,
    total: Sequence[Cell] | None = None,
    keep: bool = False,
    gap: float = 0.0,
) -> Iterator[Strip]:
    """Head, rows and total as wide as the frame; `keep`: the head stays with what is before."""
    kinds = [column.kind for column in columns]
    heads = [[c.head for c in columns]]
    texts = [[shown(cell, kind) for cell, kind in zip(row, kinds, strict=True)] for row in rows]
    totals = [[shown(c, k) for c, k in zip(total, kinds, strict=True)]] if total else []
    widths = _widths(columns, [*texts, *totals], body, look, frame.width)
    edges = tuple(accumulate(widths, initial=frame.left))
    sides = [ALIGN.get(kind, "right") for kind in kinds]
    centred: list[Align] = ["centre"] * len(columns)
    head = next(_cut(heads[0], faces.heiti, centred, edges, look, whole=True))
    again = Strip(head.height, 0.0, head.draw)
    yield Strip(head.height, 0.0, head.draw, keep=keep)
    bold = faces.heiti
    made = [row for text in texts for row in _cut(text, body, sides, edges, look)]
    made += [row for text in totals for row in _cut(text, bold, sides, edges, look)]
    for i, row in enumerate(made):
        last = i == len(made) - 1
        yield Strip(
            row.height,
            gap if last else 0.0,
            row.draw,
            keep=i == 0 or (last and bool(totals)),
            again=again,
            end=row.end if row.open else None,
        )


def _cut(
    texts: Sequence[str],
    chain: Chain,
    sides: Sequence[Align],
    edges: tuple[float, ...],
    look: Look,
    *,
    whole: bool = False,
) -> Iterator[_Row]:
    """A row; one of many lines in parts. `whole`: a head, never parted."""
    cells = tuple(
        _cell(text, chain, side, round(right - left, 3), look)
        for text, side, (left, right) in zip(texts, sides, pairwise(edges), strict=True)
    )
    most = max(map(len, cells), default=1)
    if whole or most <= PART + 4:
        yield _Row(cells, edges, look, most * look.leading + 2 * look.down, first=whole)
        return
    for start in range(0, most, PART):
        part = tuple(lines[start : start + PART] for lines in cells)
        # Short cells stand beside the first line of a long one.
        count = min(PART, most - start)
        part = tuple(
            [*lines, *[Placed(0.0, Line((), 0.0))] * (count - len(lines))] for lines in part
        )
        height = count * look.leading + 2 * look.down
        yield _Row(part, edges, look, height, open=start + PART < most)


def _cell(text: str, chain: Chain, side: Align, width: float, look: Look) -> list[Placed]:
    return _set(text, chain, side, width - 2 * look.across, look.size)


@lru_cache(maxsize=4096)
def _set(text: str, chain: Chain, side: Align, room: float, size: float) -> list[Placed]:
    """The lines of a cell; most are one line in one face."""
    width = _natural(text, chain, size)
    if width is not None and width <= room:
        shift = {"centre": (room - width) / 2, "right": room - width}.get(side, 0.0)
        piece = Piece(0.0, clean(text), measured(chain.name), size, 0.0)
        return [Placed(shift, Line((piece,), width))]
    return set_text(((text, chain),), TextStyle(size, side), room)


@lru_cache(maxsize=4096)
def _natural(text: str, chain: Chain, size: float) -> float | None:
    """How wide it is on one line; None where one face or one line cannot hold it."""
    text = clean(text)
    if "\n" in text or not chain.plain(text):
        return None
    widths, other = measured(chain.name).widths, measured(chain.name).other
    return sum(widths.get(ord(c), other) for c in text) * size / 1000


def _widths(
    columns: Sequence[Column],
    texts: Sequence[Sequence[str]],
    chain: Chain,
    look: Look,
    width: float,
) -> list[float]:
    """The columns' shares, moved so that numbers and words need not be cut."""
    share = width / sum(column.width for column in columns)
    wanted = [column.width * share for column in columns]
    needs = [
        min(WIDEST * width, _need({row[i] for row in texts}, chain, look, have) + 0.1)
        for i, have in enumerate(wanted)
    ]
    short = sum(max(0.0, need - have) for need, have in zip(needs, wanted, strict=True))
    spare = sum(max(0.0, have - need) for need, have in zip(needs, wanted, strict=True))
    given = min(1.0, spare / short) if short else 0.0
    taken = short * given / spare if spare else 0.0
    return [
        have + (need - have) * (given if need > have else taken)
        for need, have in zip(needs, wanted, strict=True)
    ]


def _need(texts: set[str], chain: Chain, look: Look, have: float) -> float:
    """What a column needs for its longest word."""
    longest = 0.0
    for text in texts:
        width = _natural(text, chain, look.size)
        if width is None or width + 2 * look.across > NEARLY * have:
            parts = pairwise([0, *unit_ends(text[:400])])
            known = (_natural(text[a:b].strip(), chain, look.size) or 0.0 for a, b in parts)
            width = max(known, default=0.0)
        longest = max(longest, width)
    return longest + 2 * look.across
