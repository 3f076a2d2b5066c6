"""A Table on paper: wide pages, heads repeated, definitions below."""

from reportlab.lib.colors import Color, black
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable, LongTable, Spacer, TableStyle

from reports.gate import clean
from reports.paper_blocks import Paper
from reports.paper_text import Align, TextBlock
from reports.tables import Cell, Column, Table, shown

PAGE_WIDTH = (297 - 18 - 18) * mm
SIZE, LEADING, PADDING = 9.0, 12.0, 3.0
ALIGN: dict[str, tuple[str, Align]] = {"text": ("LEFT", "left"), "rank": ("CENTER", "centre")}
HEAD_GROUND, LINE = Color(0.93, 0.95, 0.97), Color(0.55, 0.6, 0.66)


def draw(paper: Paper, table: Table) -> list[Flowable]:
    """The annex from its label to its definitions."""
    return [
        paper.paragraph(table.label, bold=True, size=16, leading=22),
        paper.paragraph(table.title, bold=True, size=18, leading=28, align="centre"),
        paper.paragraph(table.scope, size=10.5, leading=18, align="centre", after=4),
        grid(paper, table.columns, table.rows, table.total),
        Spacer(1, 6),
        *(paper.small(line) for line in table.definitions),
    ]


def grid(
    paper: Paper,
    columns: tuple[Column, ...],
    rows: tuple[tuple[Cell, ...], ...],
    total: tuple[Cell, ...] | None = None,
    width: float = PAGE_WIDTH,
) -> LongTable:
    """Head, rows and total; the head comes again on every page, a row may run over its end."""
    share = width / sum(column.width for column in columns)
    widths = [column.width * share for column in columns]
    body, bold = paper.faces.body, paper.faces.bold
    head = [
        paper.paragraph(c.head, bold=True, size=SIZE, leading=LEADING, align="centre")
        for c in columns
    ]
    lines = [
        [
            _cell(paper, cell, column, width)
            for cell, column, width in zip(row, columns, widths, strict=True)
        ]
        for row in rows
    ]
    style = [
        ("FONTNAME", (0, 0), (-1, -1), body.name),
        ("FONTSIZE", (0, 0), (-1, -1), SIZE),
        ("LEADING", (0, 0), (-1, -1), LEADING),
        ("VALIGN", (0, 0), (-1, 0), "MIDDLE"),
        ("VALIGN", (0, 1), (-1, -1), "TOP"),
        ("GRID", (0, 0), (-1, -1), 0.4, LINE),
        ("BOX", (0, 0), (-1, -1), 0.9, black),
        ("BACKGROUND", (0, 0), (-1, 0), HEAD_GROUND),
        ("LEFTPADDING", (0, 0), (-1, -1), PADDING),
        ("RIGHTPADDING", (0, 0), (-1, -1), PADDING),
        ("TOPPADDING", (0, 0), (-1, -1), 2.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3.5),
        *(("ALIGN", (i, 1), (i, -1), _align(c)[0]) for i, c in enumerate(columns)),
    ]
    if total is not None:
        lines.append(
            [
                _cell(paper, cell, column, width, bold=True)
                for cell, column, width in zip(total, columns, widths, strict=True)
            ]
        )
        style += [
            ("FONTNAME", (0, -1), (-1, -1), bold.name),
            ("LINEABOVE", (0, -1), (-1, -1), 0.9, black),
        ]
    return LongTable([head, *lines], widths, repeatRows=1, splitInRow=1, style=TableStyle(style))


def _align(column: Column) -> tuple[str, Align]:
    return ALIGN.get(column.kind, ("RIGHT", "right"))


def _cell(
    paper: Paper, cell: Cell, column: Column, width: float, *, bold: bool = False
) -> str | TextBlock:
    """A plain string where one face and one line do (fast), else a paragraph."""
    text = clean(shown(cell, column.kind))
    chain = paper.faces.bold if bold else paper.faces.body
    room = width - 2 * PADDING
    if "\n" not in text and chain.plain(text) and stringWidth(text, chain.name, SIZE) <= room:
        return text
    return paper.paragraph(
        text, bold=bold, size=SIZE, leading=LEADING, align=_align(column)[1], keep=1
    )
