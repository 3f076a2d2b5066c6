"""Empty files to fill in: one sheet with the columns of an import, one that explains them."""

import io
from collections.abc import Sequence

import xlsxwriter

from hotline.files.spreadsheets import Column


def template(columns: Sequence[Column], title: str) -> bytes:
    """An .xlsx named inside after `title`. Every column is text, so that Excel alters no number.

    Required columns carry a star, which reading ignores.
    """
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        head = book.add_format(
            {"bold": True, "bg_color": "#E8EEF4", "bottom": 1, "num_format": "@"}
        )
        text = book.add_format({"num_format": "@"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet(title[:31])
        for place, column in enumerate(columns):
            sheet.set_column(place, place, max(12, 2.4 * len(column.zh) + 2), text)
            sheet.write_string(0, place, _starred(column), head)
        sheet.freeze_panes(1, 0)
        notes = book.add_worksheet("说明")
        notes.set_column(0, 1, 18)
        notes.set_column(2, 2, 8)
        notes.set_column(3, 3, 70, wrapped)
        rows = [("列名", "英文列名", "必填", "填写说明")]
        rows += [(c.zh, c.name, "是" if c.required else "", c.note) for c in columns]
        for at, row in enumerate(rows):
            for place, cell in enumerate(row):
                notes.write_string(at, place, cell, wrapped if at else head)
    return buffer.getvalue()


def _starred(column: Column) -> str:
    return f"{column.zh}*" if column.required else column.zh
