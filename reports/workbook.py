"""Tables as an Excel workbook: numbers are numbers, text is never a formula."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from reports.gate import cell_text
from reports.tables import Cell, Column, Interval, Kind, Table

FORMATS: dict[Kind, str] = {
    "percent": "0.00%",
    "points": '+0.00;"−"0.00;0.00',
    "score": "0.0",
    "seconds": "0.0",
    "count": "0",
    "rank": "0",
}
FORBIDDEN = str.maketrans("[]:*?/\\", "      -")
HEAD_ROW = 2  # the title and its scope stand above


def workbook(
    sheets: Sequence[Table], *, title: str = "", author: str = "", day: str = "2000-01-01"
) -> bytes:
    """One sheet a table; `day` (ISO) dates the file, so the same tables give the same bytes.

    A rate with an interval takes three columns: the rate, its lower and its upper bound.
    """
    out = BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties({"title": title, "author": author, "created": datetime.fromisoformat(day)})
    styles = _Styles(book)
    taken: set[str] = set()
    for table in sheets:
        _fill(book.add_worksheet(_sheet_name(table.label, taken)), table, styles)
    book.close()
    return out.getvalue()


class _Styles:
    """The cell formats of a workbook, made once each."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[Kind, bool], Any] = {}
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.note = book.add_format({"text_wrap": True, "valign": "top", "font_size": 9})
        self.plain = book.add_format({"font_size": 10})
        self.head = book.add_format(
            {
                "bold": True,
                "text_wrap": True,
                "align": "center",
                "valign": "vcenter",
                "border": 1,
                "bg_color": "#EDF2F7",
            }
        )

    def cell(self, kind: Kind, bold: bool) -> Any:
        if (kind, bold) not in self._made:
            wanted = {"border": 1, "bold": bold, "valign": "vcenter", "font_size": 10}
            if kind == "text":
                wanted |= {"text_wrap": True, "align": "left"}
            else:
                wanted |= {"align": "center" if kind == "rank" else "right"}
                wanted["num_format"] = FORMATS[kind]
            self._made[kind, bold] = self._book.add_format(wanted)
        return self._made[kind, bold]


def _fill(sheet: Worksheet, table: Table, styles: _Styles) -> None:
    ranged = [
        any(isinstance(row[i], Interval) for row in table.rows) for i in range(len(table.columns))
    ]
    columns = list(_spread_columns(table.columns, ranged))
    last = len(columns) - 1
    sheet.write_string(0, 0, cell_text(table.title), styles.title)
    sheet.write_string(1, 0, cell_text(table.scope), styles.plain)
    for x, column in enumerate(columns):
        sheet.set_column(x, x, max(6.0, column.width * 1.15))
        sheet.write_string(HEAD_ROW, x, cell_text(column.head), styles.head)
    y = HEAD_ROW + 1
    for row, bold in [
        *((row, False) for row in table.rows),
        *([(table.total, True)] if table.total else []),
    ]:
        for x, (cell, column) in enumerate(zip(_spread(row, ranged), columns, strict=True)):
            _write(sheet, y, x, cell, styles.cell(column.kind, bold))
        y += 1
    sheet.freeze_panes(HEAD_ROW + 1, 2)
    if table.rows:
        sheet.autofilter(HEAD_ROW, 0, HEAD_ROW + len(table.rows), last)
    y += 1
    for line in table.definitions:
        if last:
            sheet.merge_range(y, 0, y, last, "", styles.note)
        sheet.write_string(y, 0, cell_text(line), styles.note)
        width = sum(max(6.0, column.width * 1.15) for column in columns)
        sheet.set_row(y, 13.5 * (1 + int(len(line) * 1.9 // width)))
        y += 1
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0, HEAD_ROW)
    sheet.set_footer("&C— &P —")


def _spread_columns(columns: Sequence[Column], ranged: Sequence[bool]) -> Iterator[Column]:
    for column, wide in zip(columns, ranged, strict=True):
        yield column
        if wide:
            yield Column(f"{column.head}下限(95%)", column.kind, 8)
            yield Column(f"{column.head}上限(95%)", column.kind, 8)


def _spread(row: Sequence[Cell], ranged: Sequence[bool]) -> Iterator[str | float | None]:
    for cell, wide in zip(row, ranged, strict=True):
        if isinstance(cell, Interval):
            yield cell.value
            if wide:
                yield from (cell.low, cell.high)
        else:
            yield cell


def _write(sheet: Worksheet, y: int, x: int, cell: str | float | None, style: Any) -> None:
    if cell is None:
        sheet.write_string(y, x, "—", style)
    elif isinstance(cell, str):
        sheet.write_string(y, x, cell_text(cell), style)
    else:
        sheet.write_number(y, x, cell, style)


def _sheet_name(label: str, taken: set[str]) -> str:
    """Unique, at most 31 characters, without the signs Excel forbids."""
    name = cell_text(label).translate(FORBIDDEN).strip(" '")[:31] or "表"
    n = 2
    while name.lower() in taken:
        name = f"{name[:28]} {n}"
        n += 1
    taken.add(name.lower())
    return name
