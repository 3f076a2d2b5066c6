"""The text of a paper between its title and its signature, as strips."""

from collections.abc import Iterator

from reports import page
from reports.body_text import Placed, TextStyle, set_text
from reports.document import Document, Grid, Heading, Paragraph
from reports.fonts import Chain, Faces
from reports.ruled_tables import IN_TEXT, table_strips
from reports.strips import Strip, blank_line, rows

INDENT = 2  # characters
AFTER_NUMBER = 0.2  # of a character, between 1. and the name of an attachment


def style(indent: float) -> TextStyle:
    """Of the text, filled; its first line so many characters in."""
    return TextStyle(page.SIZE, "filled", indent * page.pitch(), spacing=page.SPACING)


def addressee(document: Document, faces: Faces) -> list[Placed]:
    """主送机关: flush left on every line, with its colon."""
    if not document.addressee:
        return []
    text = f"{document.addressee.rstrip('：:')}："
    return set_text(((text, faces.fangsong),), style(0), page.WIDTH)


def text_rows(lines: list[Placed], *, keep: bool = False, snap: bool = False) -> list[Strip]:
    return rows(lines, page.LEFT, size=page.SIZE, leading=page.LEADING, keep=keep, snap=snap)


def strips(document: Document, faces: Faces) -> Iterator[Strip]:
    """The body and the list of attachments."""
    keep = snap = False
    for block in document.body:
        if isinstance(block, Grid):
            yield from _grid(block, faces, keep=keep, snap=snap)
            keep, snap = False, True
            continue
        made = text_rows(_lines(block, faces), keep=keep, snap=snap)
        yield from made
        snap = False
        # A heading stays with the text below it.
        keep = isinstance(block, Heading)
    if document.attachments:
        yield blank_line()
        for i, lines in enumerate(_attachments(document.attachments, faces)):
            yield from text_rows(lines, snap=snap and i == 0)


def _lines(block: Heading | Paragraph, faces: Faces) -> list[Placed]:
    if isinstance(block, Heading):
        chain = faces.heiti if block.level == 1 else faces.kaiti
        return set_text(((block.text, chain),), style(INDENT), page.WIDTH)
    parts = [(block.lead, faces.kaiti)] if block.lead else []
    return set_text((*parts, (block.text, faces.fangsong)), style(INDENT), page.WIDTH)


def _grid(grid: Grid, faces: Faces, *, keep: bool, snap: bool) -> Iterator[Strip]:
    if grid.caption:
        lines = set_text(((grid.caption, faces.fangsong),), style(INDENT), page.WIDTH)
        yield from text_rows(lines, keep=keep, snap=snap)
        keep = True
    frame, chain = page.tall(), faces.fangsong
    yield from table_strips(
        grid.columns, grid.rows, faces, IN_TEXT, frame, body=chain, keep=keep, gap=page.gap()
    )


def _attachments(names: tuple[str, ...], faces: Faces) -> Iterator[list[Placed]]:
    """附件说明: without an end mark, each name turned over under its own beginning."""
    chain = faces.fangsong
    left = INDENT * page.pitch()
    lead = _lead("附件：", chain, left)
    left += lead[0].line.width + page.SPACING
    for i, name in enumerate(names, 1):
        begin = left
        if len(names) > 1:
            lead += _lead(f"{i}.", chain, left)
            begin += lead[-1].line.width + AFTER_NUMBER * page.SIZE
        text = name.rstrip("。；，.;, ")
        own = TextStyle(page.SIZE, "filled", left=begin, spacing=page.SPACING)
        lines = set_text(((text, chain),), own, page.WIDTH)
        yield [_joined([*lead, lines[0]]), *lines[1:]]
        lead = []


def _lead(text: str, chain: Chain, x: float) -> list[Placed]:
    made = set_text(((text, chain),), TextStyle(page.SIZE, spacing=page.SPACING), page.WIDTH)
    return [Placed(x + placed.x, placed.line) for placed in made]


def _joined(parts: list[Placed]) -> Placed:
    """Parts of one line, each set by itself, as one line."""
    first = parts[0]
    pieces = tuple(
        piece._replace(x=piece.x + part.x - first.x) for part in parts for piece in part.line.pieces
    )
    last = parts[-1]
    return Placed(
        first.x, last.line._replace(pieces=pieces, width=last.x + last.line.width - first.x)
    )
