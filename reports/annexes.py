"""Annexes (§7.3.7, §8): each on a page of its own, wide tables lying in the page."""

from collections.abc import Iterator

from reports import page
from reports.body_text import TextStyle, set_text
from reports.fonts import Faces
from reports.heads import title
from reports.ruled_tables import Look, table_strips
from reports.sheet import Sheet
from reports.strips import Strip, paginate, rows
from reports.tables import Table

SCOPE_SIZE, SCOPE_LEADING = 10.5, 18.0
COMFORTABLE = Look(9.0, 11.5, down=2.5)
CLOSER = (Look(9.0, 11.5, down=1.0), Look(8.5, 10.5, across=2.0, down=1.0))
NOTES = {COMFORTABLE: (9.0, 13.0), CLOSER[0]: (8.0, 10.5), CLOSER[1]: (7.5, 10.0)}
"""Size and leading of what stands below a table."""
ONE_PAGE = 40  # rows that may fit one page when they are set closer
LINES_BELOW = 6  # that a title must leave


def frame_of(table: Table) -> page.Frame:
    return page.wide() if table.wide else page.tall()


def head(sheet: Sheet, table: Table, faces: Faces) -> float:
    """Label on the first line, title on the third; where the table may begin."""
    frame = frame_of(table)
    style = TextStyle(page.SIZE)
    for placed in set_text(((table.label, faces.heiti),), style, frame.width)[:1]:
        sheet.text(frame.left + placed.x, frame.top, placed.line)
    return title(sheet, table.title, faces, frame.top + 2 * page.LEADING, frame, LINES_BELOW)


def strips(table: Table, faces: Faces, top: float) -> list[Strip]:
    """What the table is about, the table, and its definitions; from `top` on its first page.

    Set closer where that keeps them on one page.
    """
    made = list(_strips(table, faces, COMFORTABLE))
    if len(table.rows) <= ONE_PAGE and not _fits(made, table, top):
        for look in CLOSER:
            closer = list(_strips(table, faces, look))
            if _fits(closer, table, top):
                return closer
    return made


def _fits(strips: list[Strip], table: Table, top: float) -> bool:
    return len(paginate(strips, frame_of(table), top)) == 1


def _strips(table: Table, faces: Faces, look: Look) -> Iterator[Strip]:
    frame, chain = frame_of(table), faces.songti
    if table.scope:
        style = TextStyle(SCOPE_SIZE, "centre")
        lines = set_text(((table.scope, chain),), style, frame.width)
        yield from rows(lines, frame.left, size=SCOPE_SIZE, leading=SCOPE_LEADING)
    yield from table_strips(
        table.columns,
        table.rows,
        faces,
        look,
        frame,
        body=chain,
        total=table.total,
        keep=bool(table.scope),
        gap=6.0,
    )
    size, leading = NOTES[look]
    style = TextStyle(size, "filled")
    for i, note in enumerate(table.definitions):
        lines = set_text(((note, chain),), style, frame.width)
        yield from rows(lines, frame.left, size=size, leading=leading, keep=i == 0)
