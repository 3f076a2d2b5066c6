"""What people write on: the strip that a unit sends back, and the lines a record is signed on."""

import re
from collections.abc import Iterator
from functools import partial

from reports import page
from reports.body_text import Placed, TextStyle, set_text
from reports.fonts import Faces
from reports.sheet import Sheet
from reports.strips import Strip, blank_line

WORD, HEADING = "回执", "回　执"
SIZE, LEADING = 14.0, 26.0
DASH, DASH_WIDTH = (6.0, 4.0), 0.6
ABOVE_CUT, BELOW_CUT = page.gap(), 16.0
INDENT = 2  # characters, of lines to be signed
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
    if top > page.TOP + 1:  # at a page's top there is nothing to cut it from
        sheet.rule(page.LEFT, y, page.WIDTH, DASH_WIDTH, dash=DASH)
    y += BELOW_CUT
    for placed in lines:
        sheet.text(page.LEFT + placed.x, y, placed.line)
        y += LEADING


def signers(lines: tuple[str, ...], faces: Faces) -> Iterator[Strip]:
    """Lines with room for hands, together with the end of the text.

    What stands right of a line's widest blank ends at the right edge.
    """
    if not lines:
        return
    yield blank_line(keep=True)
    below = BY_HAND * page.LEADING - page.SIZE
    for line in lines:
        blank = max(re.findall(r"[\u3000 ]{3,}", line.strip()), key=len, default="\0")
        left, _, right = line.strip().partition(blank)
        style = TextStyle(page.SIZE, left=INDENT * page.pitch(), spacing=page.SPACING)
        made = set_text(((left, faces.fangsong),), style, page.WIDTH)
        style = TextStyle(page.SIZE, "right", spacing=page.SPACING)
        made += set_text(((right, faces.fangsong),), style, page.WIDTH) if right else []
        yield Strip(page.SIZE, below, partial(_draw_beside, lines=made), keep=True)


def _draw_beside(sheet: Sheet, top: float, *, lines: list[Placed]) -> None:
    for placed in lines:
        sheet.text(page.LEFT + placed.x, top, placed.line)
