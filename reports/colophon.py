"""版记 (§7.4): who gets copies, who printed the paper and when, at the bottom of its last page."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

from reportlab.lib.units import mm

from reports import page
from reports.body_text import Placed, TextStyle, set_text
from reports.document import Document
from reports.fonts import Faces
from reports.periods import date_words
from reports.sheet import Sheet
from reports.strips import Strip

THICK, THIN = 0.35 * mm, 0.25 * mm
LEADING = 24.0
INSET = 1  # characters of its own size, at both sides


@dataclass(frozen=True)
class _Part:
    """What stands between two rules: lines, each with its right-hand end or none."""

    lines: tuple[tuple[Placed, ...], ...]


def strips(document: Document, faces: Faces, *, addressed: bool) -> list[Strip]:
    """One strip that sinks to a page's bottom; more only where one page cannot hold it.

    `addressed`: the addressees did not fit above the text and are named here (§7.3.2). A letter
    has neither rules nor printer (§10.1).
    """
    parts = list(_parts(document, faces, addressed=addressed))
    if not parts:
        return []
    ruled = document.form == "file"
    rows = [(line, i) for i, part in enumerate(parts) for line in part.lines]
    most = int(page.HEIGHT // LEADING)
    first = len(rows) % most or most
    cuts = [0, *range(first, len(rows) + 1, most)]
    made = []
    for start, end in pairwise(cuts):
        height = (end - start) * LEADING if ruled else (end - start) * LEADING - _air() * 2
        draw = partial(
            _draw,
            rows=rows[start:end],
            ruled=ruled,
            opens=start == 0,
            closes=end == len(rows),
        )
        # It takes the signature with it to a new page, but not where it fills most of that.
        keep = len(rows) <= most // 2
        made.append(Strip(height, 0.0, draw, keep=keep, sink=True))
    return made


def _air() -> float:
    """Between a line's characters and the rule above or below it."""
    return (LEADING - page.SMALL) / 2


def _parts(document: Document, faces: Faces, *, addressed: bool) -> Iterator[_Part]:
    copied = []
    if addressed:
        copied += _named("主送：", document.addressee.rstrip("：:"), faces)
    if document.copies:
        copied += _named("抄送：", "，".join(document.copies), faces)
    if copied:
        yield _Part(tuple(copied))
    if document.form == "file" and document.printed_by:
        yield _Part(tuple(_printed(document, faces)))


def _named(word: str, names: str, faces: Faces) -> list[tuple[Placed, ...]]:
    """One in from both sides, turned over under the first name, with a full stop."""
    inset, chain = INSET * page.SMALL, faces.fangsong
    lead = set_text(((word, chain),), TextStyle(page.SMALL, left=inset), page.WIDTH)[0]
    style = TextStyle(page.SMALL, "filled", left=inset + lead.line.width, right=inset)
    lines = set_text(((f"{names.rstrip('。')}。", chain),), style, page.WIDTH)
    return [(lead, lines[0]), *((line,) for line in lines[1:])]


def _printed(document: Document, faces: Faces) -> list[tuple[Placed, ...]]:
    """The printer at the left, the day at the right; a long name has lines of its own."""
    inset, chain = INSET * page.SMALL, faces.fangsong
    day = f"{date_words(document.printed_on)}印发" if document.printed_on else "　　年　月　日印发"
    right = set_text(((day, chain),), TextStyle(page.SMALL, "right", right=inset), page.WIDTH)[0]
    room = page.WIDTH - right.line.width - 2 * inset
    style = TextStyle(page.SMALL, left=inset, right=page.WIDTH - room)
    lines = set_text(((document.printed_by, chain),), style, page.WIDTH)
    return [*((line,) for line in lines[:-1]), (lines[-1], right)]


def _draw(
    sheet: Sheet,
    top: float,
    *,
    rows: list[tuple[tuple[Placed, ...], int]],
    ruled: bool,
    opens: bool,
    closes: bool,
) -> None:
    y = top if ruled else top - _air()
    before = rows[0][1]
    if ruled and opens:
        _rule(sheet, y, THICK)
    for row, part in rows:
        if ruled and part != before:
            _rule(sheet, y, THIN)
        before = part
        for placed in row:
            sheet.text(page.LEFT + placed.x, y + _air(), placed.line)
        y += LEADING
    if ruled and closes:
        _rule(sheet, y, THICK)


def _rule(sheet: Sheet, y: float, width: float) -> None:
    sheet.rule(page.LEFT, y, page.WIDTH, width)
