"""A block of text on the page: own lines on ReportLab's canvas, page by page through platypus."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Literal

from reportlab.lib.colors import Color, black
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from reports.line_breaking import Face, Line, Piece, Run, break_lines

Align = Literal["filled", "left", "centre", "right"]


@dataclass(frozen=True)
class TextStyle:
    """How a block is set; all lengths in points.

    `filled` lines end at the right edge, but for the last of each typed line. `keep` is the
    fewest lines of the block that may stand alone at a page's end or start. `spacing` is
    added to every character's width.
    """

    size: float
    leading: float
    align: Align = "left"
    first_indent: float = 0.0  # of the first line only, from `left`; negative hangs out
    left: float = 0.0
    right: float = 0.0
    before: float = 0.0
    after: float = 0.0
    spacing: float = 0.0
    keep: int = 2
    colour: Color = black


class TextBlock(Flowable):
    """Typed lines, each a sequence of runs; nothing in them is markup.

    The first baseline stands one character's height below the top.
    """

    def __init__(self, typed: Sequence[Sequence[Run]], style: TextStyle) -> None:
        super().__init__()
        self.typed, self.style = typed, style
        self.spaceBefore, self.spaceAfter = style.before, style.after
        self._set_for: float | None = None
        self._lines: list[tuple[float, Line]] = []

    def wrap(self, availWidth: float, availHeight: float) -> tuple[float, float]:
        """The size at this width; a part split off before keeps its lines."""
        if self.typed and self._set_for != availWidth:
            self._lines, self._set_for = self._set(availWidth), availWidth
        self.width, self.height = availWidth, len(self._lines) * self.style.leading
        return self.width, self.height

    def split(self, availWidth: float, availHeight: float) -> list[Flowable]:
        """Two parts with `keep` lines each at least; [] where that cannot be."""
        self.wrap(availWidth, availHeight)
        keep = self.style.keep
        n = min(int(availHeight // self.style.leading), len(self._lines) - keep)
        if n < keep:
            return []
        top, bottom = self._part(self._lines[:n]), self._part(self._lines[n:])
        top.spaceAfter = bottom.spaceBefore = 0.0
        return [top, bottom]

    def draw(self) -> None:
        """All lines as one text object.

        Every string gets its place: some readers forget the spacing after a string's last
        character, and ReportLab begins a new string wherever a face's subset changes.
        """
        text = self.canv.beginText()
        text.setFillColor(self.style.colour)
        set_in, spacing = None, 0.0
        y = self.height - self.style.size
        for left, line in self._lines:
            for piece in line.pieces:
                if set_in != (piece.face.name, piece.size):
                    set_in = (piece.face.name, piece.size)
                    text.setFont(*set_in, self.style.leading)
                if spacing != (wanted := round(piece.spacing, 4)):
                    text.setCharSpace(wanted)
                    spacing = wanted
                start = 0
                for end in _string_ends(self.canv, piece):
                    text.setTextOrigin(left + piece.x + piece.width(start), y)
                    text.textOut(piece.text[start:end])
                    start = end
            y -= self.style.leading
        self.canv.drawText(text)

    def _part(self, lines: list[tuple[float, Line]]) -> "TextBlock":
        part = TextBlock((), self.style)
        part._lines = lines
        return part

    def _set(self, width: float) -> list[tuple[float, Line]]:
        style, made = self.style, []
        room = width - style.left - style.right
        for i, runs in enumerate(self.typed):
            indent = style.first_indent if i == 0 else 0.0
            lines = break_lines(
                runs,
                room - indent,
                room,
                spacing=style.spacing,
                filled=style.align == "filled",
            )
            for line in lines:
                rest = room - indent - line.width
                shift = {"centre": rest / 2, "right": rest}.get(style.align, 0.0)
                made.append((style.left + indent + shift, line))
                indent = 0.0
        return made


def _string_ends(canvas: Canvas, piece: Piece) -> Iterator[int]:
    """Where ReportLab ends the strings it writes for a piece."""
    strings = pdfmetrics.getFont(piece.face.name).splitString(piece.text, canvas._doc)
    return accumulate(len(codes) for _, codes in strings)


@lru_cache(maxsize=64)
def measured(name: str) -> Face:
    """The widths of a registered face."""
    face = pdfmetrics.getFont(name).face
    return Face(name, face.charWidths, face.defaultWidth)
