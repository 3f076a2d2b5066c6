"""Real table files, made on the spot."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import openpyxl
import pytest

from hotline.errors import Invalid
from hotline.files.spreadsheets import Column, TableFile, read_table
from hotline.registry.area_imports import COLUMNS as AREA_COLUMNS
from hotline.registry.line_fields import COLUMNS as LINE_COLUMNS

HEAD = ("号码", "责任单位", "层级", "行政区划代码")
ROW = ("0311-86051234", "长安区水利局", "县级", "130102")
VALUES = {
    "number": "0311-86051234",
    "unit": "长安区水利局",
    "level": "县级",
    "area_code": "130102",
}
MAX_BYTES, MAX_ROWS = 20_000_000, 100_000


def csv_bytes(*rows: Sequence[str], encoding: str = "utf-8", mark: str = ",") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=mark).writerows(rows)
    return text.getvalue().encode(encoding)


def xlsx_bytes(*rows: Sequence[object], title: str = "Sheet", merge: Sequence[str] = ()) -> bytes:
    return book_bytes({title: rows}, merge=merge)


def book_bytes(sheets: dict[str, Sequence[Sequence[object]]], merge: Sequence[str] = ()) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
        for cells in merge:
            sheet.merge_cells(cells)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def read(
    data: bytes,
    filename: str = "线路.csv",
    columns: Sequence[Column] = LINE_COLUMNS,
    *,
    max_bytes: int = MAX_BYTES,
    max_rows: int = MAX_ROWS,
) -> TableFile:
    return read_table(data, filename, columns, max_bytes=max_bytes, max_rows=max_rows)


def lines_file(header: str, *rows: str) -> TableFile:
    """A CSV of lines, cells divided by commas."""
    return read(csv_bytes(header.split(","), *(row.split(",") for row in rows)))


def areas_file(header: str, *rows: str) -> TableFile:
    data = csv_bytes(header.split(","), *(row.split(",") for row in rows))
    return read(data, "行政区.csv", AREA_COLUMNS)


def refusal(data: bytes, filename: str = "线路.xlsx", **limits: int) -> str:
    """What is said of a file of lines that cannot be read, a mistake a line."""
    with pytest.raises(Invalid) as refused:
        read(data, filename, **limits)
    return "\n".join(map(str, refused.value.errors))
