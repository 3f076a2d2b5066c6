"""What flows down the pages: strips that stay whole, and where each page ends."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from math import ceil

from reportlab.lib.colors import Color

from reports import page
from reports.body_text import Placed
from reports.sheet import Sheet

Draw = Callable[[Sheet, float], None]
_HAIR = 0.01


@dataclass(frozen=True)
class Strip:
    """A piece of a page from side to side, drawn at the top it is given.

    `gap` lies below it unless the page ends there. `keep`: stands on the page of the strip
    before it. `blank`: falls away at a page's top. `snap`: begins on a line of the grid.
    `sink`: stands on the page's bottom. `again` is drawn above it where it begins a page, `end`
    where it ends one.
    """

    height: float
    gap: float
    draw: Draw
    keep: bool = False
    blank: bool = False
    snap: bool = False
    sink: bool = False
    again: "Strip | None" = None
    end: Draw | None = None


def nothing(sheet: Sheet, top: float) -> None:
    """A blank strip draws nothing."""


def blank_line(*, keep: bool = False) -> Strip:
    return Strip(page.SIZE, page.gap(), nothing, keep=keep, blank=True)


def rows(
    lines: Sequence[Placed],
    left: float,
    *,
    size: float,
    leading: float,
    keep: bool = False,
    snap: bool = False,
    colour: Color | None = None,
) -> list[Strip]:
    """The lines of a paragraph: neither its first nor its last line stands alone on a page.

    `keep`: its first lines stay with what is before them.
    """
    last = len(lines) - 1
    return [
        Strip(
            size,
            leading - size,
            partial(_draw_line, placed=placed, left=left, colour=colour),
            keep=keep if i == 0 else i == 1 or i == last,
            snap=snap and i == 0,
        )
        for i, placed in enumerate(lines)
    ]


def _draw_line(
    sheet: Sheet, top: float, *, placed: Placed, left: float, colour: Color | None
) -> None:
    sheet.text(left + placed.x, top, placed.line, colour=colour)


def paginate(
    strips: Sequence[Strip], frame: page.Frame, first_top: float | None = None
) -> list[list[tuple[float, Strip]]]:
    """The strips of each page with their tops; the first page may begin lower.

    Where nothing before it may be parted, a page ends at its bottom all the same. A strip
    higher than a page stands alone on one.
    """
    pages: list[list[tuple[float, Strip]]] = []
    at = 0
    while at < len(strips) or not pages:
        if at < len(strips) and strips[at].blank:
            at += 1
            continue
        top = frame.top if pages or first_top is None else first_top
        placed, end = _one_page(strips, at, frame, top)
        if end == at and at < len(strips) and (pages or first_top is None):
            placed, end = [(top, strips[at])], at + 1
        pages.append(placed)
        at = end
    return pages


def _one_page(
    strips: Sequence[Strip], start: int, frame: page.Frame, top: float
) -> tuple[list[tuple[float, Strip]], int]:
    """The page that begins with a strip, and the strip that begins the next one."""
    placed: list[tuple[float, Strip]] = []
    numbers: list[int] = []
    y = top
    for i in range(start, len(strips)):
        strip = strips[i]
        if not placed and strip.again is not None:
            placed.append((y, strip.again))
            numbers.append(-1)
            y += strip.again.height + strip.again.gap
        if strip.snap:
            y = top + ceil((y - top) / page.LEADING - _HAIR) * page.LEADING
        if y + strip.height > frame.bottom + _HAIR:
            return _cut(strips, start, i, placed, numbers)
        if strip.sink:
            y = frame.bottom - strip.height
        placed.append((y, strip))
        numbers.append(i)
        y += strip.height + strip.gap
    return placed, len(strips)


def _cut(
    strips: Sequence[Strip],
    start: int,
    at: int,
    placed: list[tuple[float, Strip]],
    numbers: Sequence[int],
) -> tuple[list[tuple[float, Strip]], int]:
    """End a page before a strip that does not fit, or earlier where that one is kept."""
    if all(i < 0 for i in numbers):
        return [], start
    end = at
    while end > start and strips[end].keep:
        end -= 1
    if end == start:
        end = at
    return [pair for pair, i in zip(placed, numbers, strict=True) if i < end], end


def draw_page(sheet: Sheet, placed: Sequence[tuple[float, Strip]]) -> None:
    """All strips of one page."""
    for top, strip in placed:
        strip.draw(sheet, top)
    if placed and (end := placed[-1][1].end):
        end(sheet, placed[-1][0])
