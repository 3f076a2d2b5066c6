"""The pieces of a Word file as WordprocessingML: runs, paragraphs, tables.

Text is cleaned and escaped here and nowhere else. Lengths in points unless said.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from xml.sax.saxutils import escape, quoteattr

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from reports.gate import clean
from reports.tables import Cell, Column, shown

SIZE, SMALL, TITLE, NOTE = 16.0, 14.0, 22.0, 9.0
LEADING = 29.61  # 22 lines fill the type area
PADDING = 3.0  # in a cell, left and right of its text
RED = "FF3333"  # Y80 M80
FONTS = {
    "fangsong": "仿宋_GB2312",
    "kaiti": "楷体_GB2312",
    "heiti": "黑体",
    "songti": "宋体",
    "xiaobiaosong": "方正小标宋简体",
}
TAB = "<w:r><w:tab/></w:r>"
# Where an office lacks the first name, Word takes the face of the second.
FALLBACKS = {
    "仿宋_GB2312": "仿宋",
    "楷体_GB2312": "楷体",
    "方正小标宋简体": "宋体",
    "黑体": "SimHei",
    "宋体": "SimSun",
}
_ALIGN = {"text": "left", "rank": "center"}


def run(text: str, role: str = "fangsong", *, size: float = SIZE, colour: str = "") -> str:
    """Text in one face; a line end in it stays one."""
    lines = (f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in clean(text).split("\n"))
    return f"<w:r>{_look(role, size, colour)}{'<w:br/>'.join(lines)}</w:r>"


@lru_cache(maxsize=64)
def _look(role: str, size: float, colour: str) -> str:
    font = quoteattr(FONTS[role])
    return (
        f"<w:rPr><w:rFonts w:ascii={font} w:hAnsi={font} w:eastAsia={font} w:cs={font}/>"
        + (f'<w:color w:val="{colour}"/>' if colour else "")
        + f'<w:sz w:val="{round(size * 2)}"/><w:szCs w:val="{round(size * 2)}"/></w:rPr>'
    )


def paragraph(
    *runs: str,
    align: str = "left",
    leading: float = LEADING,
    first: float = 0.0,
    left: float = 0.0,
    right: float = 0.0,
    hanging: float = 0.0,
    before: float = 0.0,
    together: bool = False,
    border: str = "",
    tab: float = 0.0,
) -> str:
    """Runs on lines of a fixed height. `first`: the first line's indent in characters.

    `together`: on one page with what follows. `border`: the inside of w:pBdr. `tab`: where what
    stands behind a tab ends.
    """
    indent = f' w:left="{_twips(left)}" w:right="{_twips(right)}"'
    if first:
        indent += f' w:firstLineChars="{round(first * 100)}" w:firstLine="{_twips(first * SIZE)}"'
    if hanging:
        indent += f' w:hanging="{_twips(hanging)}"'
    return (
        "<w:p><w:pPr>"
        + ("<w:keepNext/><w:keepLines/>" if together else "")
        + (f"<w:pBdr>{border}</w:pBdr>" if border else "")
        + (f'<w:tabs><w:tab w:val="right" w:pos="{_twips(tab)}"/></w:tabs>' if tab else "")
        + f'<w:spacing w:before="{_twips(before)}" w:after="0" w:line="{_twips(leading)}"'
        + f' w:lineRule="exact"/><w:ind{indent}/><w:jc w:val="{align}"/></w:pPr>'
        + "".join(runs)
        + "</w:p>"
    )


def blank(leading: float = LEADING) -> str:
    return paragraph(leading=leading)


def edge(side: str, style: str, eighths: int, colour: str, space: int = 1) -> str:
    """One border of a paragraph; its width in eighths of a point."""
    return f'<w:{side} w:val="{style}" w:sz="{eighths}" w:space="{space}" w:color="{colour}"/>'


def table(
    columns: Sequence[Column],
    rows: Iterable[Sequence[Cell]],
    width: float,
    *,
    size: float = NOTE,
    total: Sequence[Cell] | None = None,
) -> str:
    """A grid whose head comes again on every page; no row is torn unless it must be."""
    share = width / sum(column.width for column in columns)
    widths = [_twips(column.width * share) for column in columns]
    head = _row([column.head for column in columns], columns, widths, size, "heiti", head=True)
    body = [_row(row, columns, widths, size, "fangsong") for row in rows]
    if total is not None:
        body.append(_row(total, columns, widths, size, "heiti"))
    edges = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    grid = "".join(f'<w:gridCol w:w="{one}"/>' for one in widths)
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f'<w:tblInd w:w="{_twips(PADDING)}" w:type="dxa"/><w:tblBorders>{edges}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="{_twips(PADDING)}"'
        f' w:type="dxa"/><w:right w:w="{_twips(PADDING)}" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{head}{''.join(body)}</w:tbl>"
    )


def element(xml: str):  # type: ignore[no-untyped-def]
    """The piece as python-docx takes it; one element without its namespaces."""
    name = xml[1 : min(i for i in (xml.find(" "), xml.find(">")) if i > 0)]
    return parse_xml(xml.replace(f"<{name}", f"<{name} {nsdecls('w')}", 1))


def _row(
    cells: Sequence[Cell],
    columns: Sequence[Column],
    widths: Sequence[int],
    size: float,
    role: str,
    *,
    head: bool = False,
) -> str:
    made = []
    for cell, column, width in zip(cells, columns, widths, strict=True):
        align = "center" if head else _ALIGN.get(column.kind, "right")
        text = str(cell) if head else shown(cell, column.kind)
        words = paragraph(run(text, role, size=size), align=align, leading=size * 1.4)
        made.append(f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{words}</w:tc>')
    again = "<w:tblHeader/>" if head else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{again}</w:trPr>{''.join(made)}</w:tr>"


def _twips(points: float) -> int:
    return round(points * 20)
