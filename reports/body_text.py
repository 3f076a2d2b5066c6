"""Text set in lines: typed text and a style become lines with their places."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from reportlab.pdfbase import pdfmetrics

from reports.fonts import Chain
from reports.gate import pieces
from reports.line_breaking import Face, Line, Run, break_lines

Align = Literal["filled", "left", "centre", "right"]


@dataclass(frozen=True)
class TextStyle:
    """How a block is set; all lengths in points.

    `filled` lines end at the right edge, but for the last of each typed line. `spacing` is
    added to every character's width.
    """

    size: float
    align: Align = "left"
    first_indent: float = 0.0  # of the first line only, from `left`; negative hangs out
    left: float = 0.0
    right: float = 0.0
    spacing: float = 0.0


class Placed(NamedTuple):
    """A line, and where it begins from the block's left edge."""

    x: float
    line: Line


def set_text(parts: Sequence[tuple[str, Chain]], style: TextStyle, width: float) -> list[Placed]:
    """The lines of one block of typed text, each part in its own face.

    Every piece of typed text passes the gate here and nowhere else; nothing is markup.
    """
    return list(_set(tuple(parts), style, width))


@lru_cache(maxsize=2048)
def _set(
    parts: tuple[tuple[str, Chain], ...], style: TextStyle, width: float
) -> tuple[Placed, ...]:
    """Kept in the process: much of a round's papers is the same from one unit to the next."""
    typed: list[list[Run]] = [[]]
    for text, chain in parts:
        lines = [
            [Run(piece, measured(name), style.size) for name, piece in line]
            for line in pieces(text, chain)
        ]
        typed[-1] += lines[0]
        typed += lines[1:]
    made = []
    room = width - style.left - style.right
    indent = style.first_indent
    for runs in typed:
        lines_made = break_lines(
            runs, room - indent, room, spacing=style.spacing, filled=style.align == "filled"
        )
        for line in lines_made:
            rest = room - indent - line.width
            shift = {"centre": rest / 2, "right": rest}.get(style.align, 0.0)
            made.append(Placed(style.left + indent + shift, line))
            indent = 0.0
    return tuple(made)


def forget() -> None:
    """Set every block anew from here on."""
    _set.cache_clear()


def width_of(text: str, chain: Chain, size: float, spacing: float = 0.0) -> float:
    """Of one line, without the spacing after its last character; the text as typed."""
    style = TextStyle(size, spacing=spacing)
    return max(placed.line.width for placed in set_text(((text, chain),), style, 1e6))


@lru_cache(maxsize=64)
def measured(name: str) -> Face:
    """The widths of a registered face."""
    face = pdfmetrics.getFont(name).face
    return Face(name, face.charWidths, face.defaultWidth)
