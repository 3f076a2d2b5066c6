"""The number of a page (§7.5): in the same place of the printed paper on every page of it."""

from functools import lru_cache
from struct import unpack_from

from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics

from reports import page
from reports.body_text import TextStyle, set_text
from reports.fonts import Chain
from reports.sheet import Sheet

DASH, BELOW = "—", 7 * mm  # the dash's ink below the type area
INSET = 1  # characters of its own size from the type area's outer edge
RIGHT = 1  # the remainder by two of numbers that stand at the right


def draw_number(sheet: Sheet, number: int, chain: Chain) -> None:
    """Odd numbers at the right, even ones at the left. The sheet is a tall one."""
    size = page.SMALL
    text = f"{DASH} {number} {DASH}"
    line = set_text(((text, chain),), TextStyle(size), page.WIDTH)[0].line
    left = page.LEFT + INSET * size
    right = page.LEFT + page.WIDTH - INSET * size - line.width
    baseline = page.TOP + page.HEIGHT + BELOW + dash_top(chain.name) * size
    sheet.text(right if number % 2 == RIGHT else left, baseline - page.ASCENT * size, line)


@lru_cache(maxsize=16)
def dash_top(name: str) -> float:
    """How high the dash's ink reaches above the baseline, in characters."""
    face = pdfmetrics.getFont(name).face
    glyph = face.charToGlyph.get(ord(DASH))
    start = face.get_table_pos("glyf")[0]
    if glyph is None or face.glyphPos[glyph] == face.glyphPos[glyph + 1]:
        return 0.35
    highest: int = unpack_from(">h", face._ttf_data, start + face.glyphPos[glyph] + 8)[0]
    return highest / float(face.unitsPerEm)
