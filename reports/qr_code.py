"""The QR code that leads to the page where a paper can be checked."""

from collections.abc import Iterable, Iterator
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
    sheet.squares(left, top, *code(url))
    for placed in _caption(faces):
        sheet.text(left + placed.x, bottom - CAPTION_SIZE, placed.line)


def alone(url: str, faces: Faces) -> Strip:
    """The code where nobody signs."""

    def draw(sheet: Sheet, top: float) -> None:
        beside(sheet, top + HEIGHT, url=url, faces=faces)

    return Strip(HEIGHT, page.gap(), draw, keep=True)


@lru_cache(maxsize=512)
def code(url: str) -> tuple[float, tuple[tuple[int, int, int], ...]]:
    """A module's side, and the runs of black ones: right, down, how many."""
    rows = segno.make_qr(url, error="m").matrix
    return SIDE / (len(rows) + 2 * QUIET), tuple(_runs(rows))


def _runs(rows: Iterable[bytearray]) -> Iterator[tuple[int, int, int]]:
    for down, row in enumerate(rows, QUIET):
        right = QUIET
        for dark, run in groupby(row):
            count = len(list(run))
            if dark:
                yield right, down, count
            right += count


def _caption(faces: Faces) -> list[Placed]:
    style = TextStyle(CAPTION_SIZE, "centre")
    return set_text(((CAPTION, faces.songti),), style, SIDE)
