"""The page of an official paper: its frame, its styles, its generic blocks, its PDF.

Blocks take plain text, as typed; every piece of it passes the gate here and nowhere else.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

from reportlab.lib.colors import CMYKColor, black
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    HRFlowable,
    KeepTogether,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Spacer,
)

from reports.fonts import Chain, FacePaths, Faces, load
from reports.gate import pieces
from reports.line_breaking import Run
from reports.paper_text import TextBlock, TextStyle, measured
from reports.periods import date_words

RED = CMYKColor(0, 0.8, 0.8, 0)
BODY_SIZE, LEADING = 16.0, 29.6  # size 3 on 22 lines a page
MEASURE, PER_LINE = 156 * mm, 28
# 28 characters of size 3 are wider than the type area: they stand a little closer.
SPACING = (MEASURE - PER_LINE * BODY_SIZE) / (PER_LINE - 1)
BODY = TextStyle(
    BODY_SIZE,
    LEADING,
    align="filled",
    first_indent=2 * (BODY_SIZE + SPACING),
    spacing=SPACING,
)
_drawing = threading.Lock()


@dataclass(frozen=True)
class Imprint:
    """What the file says of itself. `day` (ISO) dates it, so the same facts give the same bytes."""

    title: str
    author: str
    day: str


class Paper:
    """The blocks of a paper in one set of faces; each method gives flowables for `build`."""

    def __init__(self, faces: FacePaths | None = None) -> None:
        self.faces: Faces = load(faces)

    def paragraph(
        self, text: str, *, bold: bool = False, size: float = BODY_SIZE, **style: Any
    ) -> TextBlock:
        """One block of typed text in one face; `style` takes TextStyle's own words."""
        chain = self.faces.bold if bold else self.faces.body
        style.setdefault("leading", size * 1.85)
        return self._block(((text, chain),), TextStyle(size, **style))

    def _block(self, parts: tuple[tuple[str, Chain], ...], style: TextStyle) -> TextBlock:
        typed: list[list[Run]] = [[]]
        for text, chain in parts:
            lines = [
                [Run(piece, measured(name), style.size) for name, piece in line]
                for line in pieces(text, chain)
            ]
            typed[-1] += lines[0]
            typed += lines[1:]
        return TextBlock(typed, style)

    def red_head(self, letterhead: str, number: str) -> list[Flowable]:
        """The red head of a 通报: letterhead, number, red line."""
        return [
            self._letterhead(letterhead, largest=44, after=20),
            self.paragraph(number, align="centre", after=4),
            HRFlowable("100%", 1.4, color=RED, spaceBefore=4, spaceAfter=LEADING),
        ]

    def _letterhead(self, name: str, *, largest: float, after: float) -> TextBlock:
        """The office's name in red, as large as the measure lets it be."""
        size = min(largest, 156 * mm / max(len(name), 1))
        return self.paragraph(
            name,
            bold=True,
            size=size,
            leading=size * 1.3,
            align="centre",
            colour=RED,
            after=after,
        )

    def letter_head(self, letterhead: str, number: str) -> list[Flowable]:
        """The head of a letter: letterhead, red double line, number at the right."""
        return [
            self._letterhead(letterhead, largest=36, after=8),
            HRFlowable("100%", 2.4, color=RED, spaceBefore=4, spaceAfter=1.6),
            HRFlowable("100%", 0.7, color=RED, spaceBefore=0, spaceAfter=8),
            self.paragraph(number, align="right", after=12),
        ]

    def title(self, text: str) -> TextBlock:
        return self.paragraph(text, bold=True, size=22, leading=34, align="centre", after=16)

    def addressee(self, text: str) -> TextBlock:
        return self._block(((f"{text}：", self.faces.body),), replace(BODY, first_indent=0.0))

    def heading(self, text: str) -> list[Flowable]:
        """A heading that never stands alone at the end of a page."""
        # Three lines of text cannot be parted two and two, so they must fit below it.
        return [CondPageBreak(4 * LEADING), self._block(((text, self.faces.bold),), BODY)]

    def body(self, text: str, *, lead: str = "") -> TextBlock:
        """A paragraph indented by two characters; `lead` is its bold beginning."""
        bold, plain = self.faces.bold, self.faces.body
        parts = ((lead, bold), (text, plain)) if lead else ((text, plain),)
        return self._block(parts, BODY)

    def attachments(self, names: tuple[str, ...]) -> list[Flowable]:
        """附件说明: below the text, names without an end mark, turned over under the name."""
        pitch = BODY_SIZE + SPACING
        hang = replace(BODY, left=6.4 * pitch)
        blocks: list[Flowable] = [Spacer(1, LEADING / 2)]
        for i, name in enumerate(names, 1):
            row, out = (f"附件：{i}. {name}", 4.4) if i == 1 else (f"{i}. {name}", 1.4)
            style = replace(hang, first_indent=-out * pitch)
            blocks.append(self._block(((row, self.faces.body),), style))
        return blocks

    def signature(
        self, name: str, day: str | None, after: list[Flowable], then: tuple[Flowable, ...] = ()
    ) -> Flowable:
        """Who signs and when (None: room for a date), with room for the seal.

        Stays on one page with `after`, what stands before it: a signature alone on a page
        could be put under any text. `then` follows it on the same page.
        """
        words = date_words(day) if day else "年　　月　　日"
        return KeepTogether(
            [
                *after,
                Spacer(1, 2 * LEADING),
                self.paragraph(name, leading=LEADING, align="right", right=2 * BODY_SIZE),
                self.paragraph(words, leading=LEADING, align="right", right=4 * BODY_SIZE),
                *then,
            ]
        )

    def small(self, text: str, **style: Any) -> TextBlock:
        """Notes under a table and closing lines."""
        return self.paragraph(text, size=9, leading=13.5, **style)

    def closing(self, copies: tuple[str, ...]) -> tuple[Flowable, ...]:
        """抄送 between two lines; nothing where nobody gets a copy."""
        if not copies:
            return ()
        return (
            Spacer(1, LEADING),
            HRFlowable("100%", 0.35 * mm, color=black, spaceAfter=2),
            self.paragraph(f"抄送：{'，'.join(copies)}。", size=14, leading=22, left=14),
            HRFlowable("100%", 0.35 * mm, color=black, spaceBefore=4),
        )

    def build(
        self, blocks: list[Flowable], imprint: Imprint, *, number_first_page: bool = True
    ) -> bytes:
        """The PDF of the blocks. Wide pages begin after `wide_pages()`."""
        out = BytesIO()
        year, month, day = (int(part) for part in imprint.day.split("-"))

        def dated(*_: int) -> str:
            return f"D:{year:04d}{month:02d}{day:02d}000000+08'00'"

        def canvas(*args: Any, **named: Any) -> Canvas:
            made = Canvas(*args, **named)
            made._doc.info._dateFormatter = dated
            return made

        document = BaseDocTemplate(
            out,
            pagesize=A4,
            title=imprint.title,
            author=imprint.author,
            subject="",
            creator="Hotline",
            invariant=1,
            initialFontName=self.faces.body.name,
            pageTemplates=[
                _page("tall", A4, self.faces.body, number_first_page),
                _page("wide", landscape(A4), self.faces.body, number_first_page),
            ],
        )
        # ReportLab's faces keep a reading position: two papers at once would mix their glyphs.
        with _drawing:
            document.build(blocks, canvasmaker=canvas)
        return out.getvalue()


def wide_pages() -> list[Flowable]:
    """From here on landscape pages."""
    return [NextPageTemplate("wide"), PageBreak()]


def _page(name: str, size: tuple[float, float], chain: Chain, number_first: bool) -> PageTemplate:
    width, height = size
    left, right, top, bottom = (28, 26, 37, 35) if name == "tall" else (18, 18, 20, 20)
    frame = Frame(
        left * mm,
        bottom * mm,
        width - (left + right) * mm,
        height - (top + bottom) * mm,
        leftPadding=0,
        rightPadding=0,
        topPadding=0,
        bottomPadding=0,
    )
    number = _numberer(size, left * mm, right * mm, chain, number_first)
    return PageTemplate(name, [frame], onPage=number, pagesize=size)


def _numberer(
    size: tuple[float, float], left: float, right: float, chain: Chain, number_first: bool
) -> Callable[[Canvas, BaseDocTemplate], None]:
    def draw(canvas: Canvas, document: BaseDocTemplate) -> None:
        page = canvas.getPageNumber()
        if page == 1 and not number_first:
            return
        canvas.setFont(chain.name, 14)
        words, base = f"— {page} —", (26 * mm if size[0] < size[1] else 11 * mm)
        if page % 2:
            canvas.drawRightString(size[0] - right - 14, base, words)
        else:
            canvas.drawString(left + 14, base, words)

    return draw
