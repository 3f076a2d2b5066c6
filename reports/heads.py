"""What stands at the top of a paper's first page, in both forms, down to its title."""

from functools import lru_cache

from reportlab.lib.units import mm

from reports import page
from reports.body_text import Align, Placed, TextStyle, set_text, width_of
from reports.document import Document
from reports.fonts import Chain, Faces
from reports.sheet import Sheet
from reports.titles import turned

DRAFT = "草稿"
FILE_LETTERHEAD_TOP, LETTER_LETTERHEAD_TOP = 72 * mm, 30 * mm
LETTERHEAD = 52.0  # the largest, in points
NARROWEST, SMALLEST = 0.6, 26.0  # how far a long letterhead is narrowed, then made smaller
RED_LINE = 2.0
RED_LINE_BELOW = 4 * mm  # below the number, and below a letter's letterhead
DOUBLE_WIDTH, DOUBLE_LOW = 170 * mm, 20 * mm
THICK, THIN, BETWEEN = 2.8, 1.0, 1.4
TITLE_SIZES = (page.TITLE, 18.0, page.SIZE, 14.0, 12.0)
LEAST_TEXT = 3  # lines of text that the first page must show below the addressee


def file_form(sheet: Sheet, document: Document, faces: Faces) -> float:
    """Letterhead, number, red line, title; where the line below the title begins."""
    _marks(sheet, document, faces, page.TOP)
    bottom = _letterhead(sheet, document.letterhead, faces, FILE_LETTERHEAD_TOP)
    top = bottom + page.blank_lines(2)
    below = _line(sheet, document.number, faces.fangsong, top, "centre")
    red = below - page.gap() + RED_LINE_BELOW
    sheet.rule(page.LEFT, red, page.WIDTH, RED_LINE, colour=page.RED)
    return _title(sheet, document.title, faces, below + 2 * page.LEADING)


def letter_form(sheet: Sheet, document: Document, faces: Faces) -> float:
    """Letterhead, red double lines above and below, number, title; where the next line begins."""
    bottom = _letterhead(sheet, document.letterhead, faces, LETTER_LETTERHEAD_TOP)
    double = bottom + RED_LINE_BELOW
    _double_line(sheet, double, thick_first=True)
    foot = page.PAPER_HEIGHT - DOUBLE_LOW - THICK - BETWEEN - THIN
    _double_line(sheet, foot, thick_first=False)
    top = double + THICK + BETWEEN + THIN + 7 / 8 * page.SIZE
    below = max(
        _marks(sheet, document, faces, top),
        _line(sheet, document.number, faces.fangsong, top, "right"),
    )
    return _title(sheet, document.title, faces, below + 2 * page.LEADING)


def _marks(sheet: Sheet, document: Document, faces: Faces, top: float) -> float:
    """份号, 密级 and 紧急程度 at the left, line by line; where the next would begin.

    A draft says there that it is one.
    """
    marks = [(document.copy_number, faces.fangsong), (document.secrecy, faces.heiti)]
    marks += [(document.urgency, faces.heiti), (DRAFT * (document.date is None), faces.heiti)]
    for text, chain in marks:
        top = _line(sheet, text, chain, top, "left") if text else top
    return top


def _line(sheet: Sheet, text: str, chain: Chain, top: float, align: Align) -> float:
    """A line of the text's size across the type area; where the next one begins."""
    for placed in set_text(((text, chain),), TextStyle(page.SIZE, align), page.WIDTH):
        sheet.text(page.LEFT + placed.x, top, placed.line)
        top += page.LEADING
    return top


def _letterhead(sheet: Sheet, name: str, faces: Faces, top: float) -> float:
    """The office's name in red, narrowed or made smaller where it is long; its bottom."""
    chain, size = faces.xiaobiaosong, LETTERHEAD
    width = width_of(name, chain, size)
    stretch = min(1.0, max(NARROWEST, page.WIDTH / width)) if width else 1.0
    if width * stretch > page.WIDTH:
        size = max(SMALLEST, size * page.WIDTH / (width * stretch))
    room = page.WIDTH / stretch
    for text in turned(name, lambda part: width_of(part, chain, size), room):
        for placed in set_text(((text, chain),), TextStyle(size), 1e6):
            x = page.LEFT + (page.WIDTH - placed.line.width * stretch) / 2
            sheet.text(x, top, placed.line, colour=page.RED, stretch=stretch)
            top += 1.2 * size
    return top - 0.2 * size


def _double_line(sheet: Sheet, top: float, *, thick_first: bool) -> None:
    x = (page.PAPER_WIDTH - DOUBLE_WIDTH) / 2
    for width in (THICK, THIN) if thick_first else (THIN, THICK):
        sheet.rule(x, top + width / 2, DOUBLE_WIDTH, width, colour=page.RED)
        top += width + BETWEEN


def _title(sheet: Sheet, text: str, faces: Faces, top: float) -> float:
    """The title as large as leaves room for some text; the top of the line below it."""
    return title(sheet, text, faces, top, page.tall(), LEAST_TEXT + 1)


def title(
    sheet: Sheet, text: str, faces: Faces, top: float, frame: page.Frame, lines_below: int
) -> float:
    """A title centred in a frame, so large that some lines fit below it; where these begin."""
    chain = faces.xiaobiaosong
    for size in TITLE_SIZES:
        lines = title_lines(text, chain, size, frame.width)
        bottom = top + len(lines) * (size + page.gap())
        if bottom + lines_below * page.LEADING <= frame.bottom:
            break
    for placed in lines:
        sheet.text(frame.left + placed.x, top, placed.line)
        top += size + page.gap()
    return top


@lru_cache(maxsize=64)
def title_lines(text: str, chain: Chain, size: float, width: float) -> list[Placed]:
    """The lines of a title, each centred. Papers of one kind share their title."""
    style = TextStyle(size, align="centre")
    lines = turned(text, lambda part: width_of(part, chain, size), width)
    return [placed for line in lines for placed in set_text(((line, chain),), style, width)]
