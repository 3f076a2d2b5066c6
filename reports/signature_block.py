"""Who signs and when (§7.3.5), with room for the seal; one strip, so that it is never parted."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from reports import page
from reports.body_text import Placed, TextStyle, set_text, width_of
from reports.document import Document
from reports.fonts import Chain, Faces
from reports.heads import title_lines
from reports.periods import date_words
from reports.sheet import Sheet
from reports.strips import Strip

NO_DATE = "年　　月　　日"
SEALED_ABOVE, UNSEALED_ABOVE = (
    2,
    1,
)  # blank lines; a seal's top lies less than a line below the text
SEALED_RIGHT, UNSEALED_RIGHT, STEP = 4, 2, 2  # characters
LONGEST = 20  # characters of a name on one line


class _Placing(NamedTuple):
    """Left edges of name and date, from the type area's left, and their widths."""

    name: float
    date: float


def signature(document: Document, faces: Faces, beside: Callable[[Sheet, float], None]) -> Strip:
    """Name and date below the text; `beside` is drawn from the bottom of the date upwards."""
    chain = faces.fangsong
    day = date_words(document.date) if document.date else NO_DATE
    names = _name_lines(document.signature, chain)
    widest = max(placed.line.width for placed in names)
    dated = width_of(day, chain, page.SIZE, page.SPACING)
    place = _sealed(widest, dated) if document.sealed else _unsealed(widest, dated)
    blank = SEALED_ABOVE if document.sealed else UNSEALED_ABOVE
    rows = blank + len(names) + 1
    return Strip(
        rows * page.LEADING - page.gap(),
        page.gap(),
        partial(
            _draw,
            names=[Placed(place.name + (widest - n.line.width) / 2, n.line) for n in names],
            day=Placed(place.date, _one_line(day, chain)[0].line),
            blank=blank,
            beside=beside,
        ),
        keep=True,
    )


def _draw(
    sheet: Sheet,
    top: float,
    *,
    names: list[Placed],
    day: Placed,
    blank: int,
    beside: Callable[[Sheet, float], None],
) -> None:
    y = top + blank * page.LEADING
    for placed in (*names, day):
        sheet.text(page.LEFT + placed.x, y, placed.line)
        y += page.LEADING
    beside(sheet, y - page.gap())


def _name_lines(name: str, chain: Chain) -> list[Placed]:
    lines = _one_line(name, chain)
    if len(lines) == 1 and lines[0].line.width <= LONGEST * page.pitch():
        return lines
    return title_lines(name, chain, page.SIZE, LONGEST * page.pitch())


def _one_line(text: str, chain: Chain) -> list[Placed]:
    style = TextStyle(page.SIZE, spacing=page.SPACING)
    return set_text(((text, chain),), style, page.WIDTH)


def _sealed(name: float, date: float) -> _Placing:
    """The date four characters from the right, the name centred on it; a long name moves both."""
    middle = page.WIDTH - SEALED_RIGHT * page.pitch() - date / 2
    middle = min(middle, page.WIDTH - name / 2)
    return _Placing(middle - name / 2, middle - date / 2)


def _unsealed(name: float, date: float) -> _Placing:
    """The name two characters from the right, the date begins two right of it.

    Of a date longer than the name, it is the date that ends there.
    """
    right = page.WIDTH - UNSEALED_RIGHT * page.pitch()
    step = STEP * page.pitch()
    if date > name:
        return _Placing(right - date - step, right - date)
    return _Placing(right - name, right - name + step)
