"""What people write on: the strip that a unit sends back, and the lines a record is signed on."""

from collections.abc import Iterator
from functools import partial

from reports import page
from reports.body_text import Placed, TextStyle, set_text
from reports.fonts import Faces
from reports.sheet import Sheet
from reports.strips import Strip, blank_line, rows

WORD, HEADING = "回执", "回　执"
SIZE, LEADING = 14.0, 26.0
DASH, DASH_WIDTH = (6.0, 4.0), 0.6
ABOVE_CUT, BELOW_CUT = page.gap(), 16.0
BY_HAND = 2  # grid lines from one hand-written line to the next


def receipt(lines: tuple[str, ...], faces: Faces) -> Iterator[Strip]:
    """回执 below a line to cut along; never parted."""
    if not lines:
        return
    if "".join(lines[0].split()) == WORD:
        lines = lines[1:]
    centred = TextStyle(page.SIZE, "centre")
    made = set_text(((HEADING, faces.heiti),), centred, page.WIDTH)
    style = TextStyle(SIZE)
    for line in lines:
        made += set_text(((line, faces.fangsong),), style, page.WIDTH)
    height = ABOVE_CUT + BELOW_CUT + len(made) * LEADING
    yield Strip(height, page.gap(), partial(_draw, lines=made), keep=False)


def _draw(sheet: Sheet, top: float, *, lines: list[Placed]) -> None:
    y = top + ABOVE_CUT
    sheet.rule(page.LEFT, y, page.WIDTH, DASH_WIDTH, dash=DASH)
    y += BELOW_CUT
    for placed in lines:
        sheet.text(page.LEFT + placed.x, y, placed.line)
        y += LEADING


def signers(lines: tuple[str, ...], faces: Faces) -> Iterator[Strip]:
    """Lines with room for hands, together with the end of the text."""
    if not lines:
        return
    yield blank_line(keep=True)
    style = TextStyle(page.SIZE, left=2 * page.pitch(), spacing=page.SPACING)
    for line in lines:
        made = set_text(((line, faces.fangsong),), style, page.WIDTH)
        *others, last = rows(made, page.LEFT, size=page.SIZE, leading=page.LEADING, keep=True)
        yield from others
        yield Strip(last.height, BY_HAND * page.LEADING - page.SIZE, last.draw, keep=True)
