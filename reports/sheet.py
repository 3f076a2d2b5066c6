"""One page of a paper as it is drawn: lines of text and rules by their place from its top left."""

from collections.abc import Iterable

from reportlab.lib.colors import CMYKColor
from reportlab.pdfbase.pdfmetrics import getFont
from reportlab.pdfgen.canvas import Canvas

from reports import page
from reports.identity_face import Codes
from reports.line_breaking import Line


class Sheet:
    """A page of the canvas; what is put on it is drawn when it is finished.

    A wide page is a tall one turned a quarter to the right for its reader, so that it lies in
    the printed paper as §8 wants it and reads upright on a screen.
    """

    def __init__(self, canvas: Canvas, *, wide: bool = False) -> None:
        self.canvas, self.wide = canvas, wide
        self.height = page.PAPER_WIDTH if wide else page.PAPER_HEIGHT
        self._texts: list[tuple[CMYKColor, float, float, float, Line]] = []
        self._uprights: dict[tuple[float, float], tuple[float, float]] = {}

    def text(
        self,
        x: float,
        top: float,
        line: Line,
        *,
        colour: CMYKColor | None = None,
        stretch: float = 1.0,
    ) -> None:
        """A line whose characters begin at `top`; `stretch` makes them narrower or wider."""
        self._texts.append((colour or page.BLACK, stretch, x, top, line))

    def rule(
        self,
        x: float,
        y: float,
        length: float,
        width: float,
        *,
        colour: CMYKColor | None = None,
        dash: tuple[float, float] | None = None,
    ) -> None:
        """A level line, its middle at `y`."""
        y = self.height - y
        self._stroke((x, y), (x + length, y), width, colour or page.BLACK, dash or ())

    def upright(self, x: float, top: float, bottom: float, width: float) -> None:
        """An upright line; one that goes on where another ended becomes part of it."""
        begun, ended = self._uprights.get((x, width), (top, top))
        if abs(ended - top) > 0.01:
            self._stand(x, width, begun, ended)
            begun = top
        self._uprights[x, width] = begun, bottom

    def squares(
        self, x: float, top: float, side: float, runs: Iterable[tuple[int, int, int]]
    ) -> None:
        """Black squares as one shape, in runs: how many to the right and below, how many."""
        self._begin()
        grid = f"{side:.4f} 0 0 {-side:.4f} {x:.3f} {self.height - top:.3f} cm"
        shape = " ".join(f"{right} {down} {count} 1 re" for right, down, count in runs)
        self.canvas.addLiteral(f"{_ink(page.BLACK)} k {grid} {shape} f")
        self._end()

    def finish(self) -> None:
        """Draw what has been put here; the sheet is empty again."""
        for (x, width), (top, bottom) in self._uprights.items():
            self._stand(x, width, top, bottom)
        self._uprights.clear()
        self._begin()
        self._draw_texts()
        self._texts.clear()
        self._end()

    def _stand(self, x: float, width: float, top: float, bottom: float) -> None:
        self._stroke((x, self.height - top), (x, self.height - bottom), width, page.BLACK)

    def _stroke(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        width: float,
        colour: CMYKColor,
        dash: tuple[float, ...] = (),
    ) -> None:
        way = f"{start[0]:.3f} {start[1]:.3f} m {end[0]:.3f} {end[1]:.3f} l S"
        dashes = f"[{' '.join(f'{part:g}' for part in dash)}] 0 d " if dash else ""
        self._begin()
        self.canvas.addLiteral(f"{_ink(colour)} K {width:.3f} w {dashes}{way}")
        self._end()

    def _begin(self) -> None:
        self.canvas.saveState()
        if self.wide:
            self.canvas.transform(0, 1, -1, 0, page.PAPER_WIDTH, 0)

    def _end(self) -> None:
        self.canvas.restoreState()

    def _draw_texts(self) -> None:
        """All lines as one text object; some readers forget the spacing after a string's end,
        so every string gets its place.

        Written as it is drawn: ReportLab's text object keeps track of much that is known here.
        """
        document = self.canvas._doc
        code = ["BT"]
        add = code.append
        face, colour, stretched, spacing = None, None, 1.0, 0.0
        codes = Codes({})
        for wanted_colour, stretch, x, top, line in self._texts:
            if colour != wanted_colour:
                colour = wanted_colour
                add(f"{_ink(colour)} k")
            if stretched != stretch:
                stretched = stretch
                add(f"{100 * stretch:.4f} Tz")
            for piece in line.pieces:
                if face != (piece.face.name, piece.size):
                    face = (piece.face.name, piece.size)
                    font = getFont(piece.face.name)
                    codes = font.codes(document)
                    add(f"{font.getSubsetInternalName(0, document)} {piece.size:g} Tf")
                if spacing != (wanted := round(piece.spacing, 4)):
                    spacing = wanted
                    add(f"{spacing:.4f} Tc")
                y = self.height - top - page.ASCENT * piece.size
                place = f"{x + stretch * piece.x:.3f} {y:.3f}"
                add(f"1 0 0 1 {place} Tm <{piece.text.translate(codes)}> Tj")
        add("ET")
        self.canvas.addLiteral("\n".join(code))


def _ink(colour: CMYKColor) -> str:
    return f"{colour.cyan:g} {colour.magenta:g} {colour.yellow:g} {colour.black:g}"
