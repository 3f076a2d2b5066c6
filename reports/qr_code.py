"""The QR code that leads to the page where a paper can be checked."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby

import segno
from reportlab.lib.units import mm

from reports import page
from reports.body_text import Placed, TextStyle, set_text
from reports.fonts import Faces
from reports.sheet import Sheet
from reports.strips import Strip

SIDE = 18 * mm  # with its quiet zone
QUIET = 4  # modules
CAPTION, CAPTION_SIZE = "扫码核验", 9.0
HEIGHT = SIDE + CAPTION_SIZE


def beside(sheet: Sheet, bottom: float, *, url: str | None, faces: Faces) -> None:
    """The code with its caption at the left, ending at `bottom`; None: nothing."""
    if url is None:
        return
    top, left = bottom - HEIGHT, page.LEFT
    sheet.boxes((left + x, top + y, w, h) for x, y, w, h in code(url))
    for placed in _caption(faces):
        sheet.text(left + placed.x, bottom - CAPTION_SIZE, placed.line)


def alone(url: str, faces: Faces) -> Strip:
    """The code where nobody signs."""

    def draw(sheet: Sheet, top: float) -> None:
        beside(sheet, top + HEIGHT, url=url, faces=faces)

    return Strip(HEIGHT, page.gap(), draw, keep=True)


@lru_cache(maxsize=512)
def code(url: str) -> tuple[tuple[float, float, float, float], ...]:
    """Black boxes from the code's top left corner: x, y, width, height."""
    return tuple(_boxes(url))


def _boxes(url: str) -> Iterator[tuple[float, float, float, float]]:
    rows = [bytes(row) for row in segno.make_qr(url, error="m").matrix]
    module = SIDE / (len(rows) + 2 * QUIET)
    for y, row in enumerate(rows):
        x = 0
        for dark, run in groupby(row):
            length = len(list(run))
            if dark:
                yield ((x + QUIET) * module, (y + QUIET) * module, length * module, module)
            x += length


def _caption(faces: Faces) -> list[Placed]:
    style = TextStyle(CAPTION_SIZE, "centre")
    return set_text(((CAPTION, faces.songti),), style, SIDE)
