"""Table files: what is read out of good ones, and the empty ones to fill in."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime

import openpyxl
import pytest
import xlsxwriter

from hotline.files.import_templates import template
from hotline.files.spreadsheets import Column
from hotline.registry.line_fields import COLUMNS
from tests.registry.files import HEAD, ROW, VALUES, book_bytes, csv_bytes, read, xlsx_bytes


def altered(data, part, old, new):
    """The same archive with something else in one of its parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(data) as before, zipfile.ZipFile(buffer, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            assert name != part or old in content
            after.writestr(name, content.replace(old, new) if name == part else content)
    return buffer


# ---- what is read


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_text_in_every_encoding_and_division(encoding, mark):
    table = read(csv_bytes(HEAD, ROW, encoding=encoding, mark=mark))
    assert [(row.number, dict(row.values)) for row in table.rows] == [(2, VALUES)]


@pytest.mark.parametrize("name", ["线路.xlsx", "线路.XLSX", "线路.csv"])
def test_excel_is_known_by_its_content(name):
    assert dict(read(xlsx_bytes(HEAD, ROW), name).rows[0].values) == VALUES


def test_english_headers_full_width_headers_stars_and_spaces():
    head = ("ＮＵＭＢＥＲ", " 责任 单位*", "Level", "area_code")
    assert dict(read(csv_bytes(head, ROW)).rows[0].values) == VALUES


def test_a_merged_title_may_stand_above_the_header():
    rows = [("2026年监督电话登记表", None, None, None), (None,) * 4, HEAD, ROW]
    table = read(xlsx_bytes(*rows, merge=["A1:D1"]), "线路.xlsx")
    assert [row.number for row in table.rows] == [4]
    assert dict(table.rows[0].values) == VALUES


def test_the_sheet_with_the_columns_is_found_among_others():
    sheets = {"封面": [("线路登记",)], "说明": [("号码", "必填")], "明细": [HEAD, ROW]}
    assert read(book_bytes(sheets), "线路.xlsx").sheet == "明细"


def test_hidden_sheets_are_left_alone():
    book = openpyxl.Workbook()
    for row in (HEAD, ROW):
        book.active.append(row)
    hidden = book.create_sheet("旧表")
    for row in (HEAD, ROW):
        hidden.append(row)
    hidden.sheet_state = "hidden"
    data = io.BytesIO()
    book.save(data)
    assert read(data.getvalue(), "线路.xlsx").sheet == "Sheet"


def test_unknown_columns_are_ignored_and_listed():
    table = read(csv_bytes((*HEAD, "邮编", ""), (*ROW, "050000", "x")))
    assert table.ignored == ("邮编", "第 6 列（无列名）")
    assert table.present == ("number", "unit", "level", "area_code")
    assert dict(table.rows[0].values) == VALUES


def test_blank_rows_are_skipped_and_rows_keep_their_number():
    table = read(xlsx_bytes(HEAD, ROW, (None,) * 4, ("", " ", None, None), ROW), "a.xlsx")
    assert [row.number for row in table.rows] == [2, 5]


def test_a_cell_with_line_ends_is_one_row():
    table = read(csv_bytes(HEAD, ("1", "甲\n乙", "县级", "130102"), ROW))
    assert [row.number for row in table.rows] == [2, 3]
    assert table.rows[0].values["unit"] == "甲\n乙"


TYPED = [Column("a", "甲", True), Column("b", "乙", True)]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12, "12"),
        (12.0, "12"),
        (15.05, "15.05"),
        (0.1 + 0.2, "0.3"),
        (31186051234, "31186051234"),
        (4008123456.0, "4008123456"),
        (-3, "-3"),
        (1e-7, "1e-07"),
        (datetime(2026, 11, 3, 9, 12), "2026-11-03 09:12:00"),
        (datetime(2026, 11, 3, 9, 12, 29, 999_900), "2026-11-03 09:12:30"),
        (datetime(2026, 11, 3).date(), "2026-11-03"),
        (True, "True"),
    ],
)
def test_numbers_and_dates_as_a_person_would_write_them(value, text):
    rows = [("甲", "乙"), (value, "x")]
    assert read(xlsx_bytes(*rows), "a.xlsx", TYPED).rows[0].values["a"] == text


@pytest.mark.parametrize(
    "text", ["A&B公司<b>", "'=1+1", "😀电话", "喆𠮷", "<script>alert(1)</script>", "“引号”,逗号"]
)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_hostile_and_rare_texts_are_kept_as_typed(text, kind):
    rows = [("甲", "乙"), (text, "x")]
    data = csv_bytes(*rows) if kind == "csv" else xlsx_bytes(*rows)
    assert read(data, f"a.{kind}", TYPED).rows[0].values["a"] == text


def test_text_that_looks_like_a_formula_stays_text():
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["甲", "乙"])
        sheet.write_string(1, 0, "=1+1")
        sheet.write_string(1, 1, "@SUM(A1)")
    values = read(buffer.getvalue(), "a.xlsx", TYPED).rows[0].values
    assert dict(values) == {"a": "=1+1", "b": "@SUM(A1)"}
    assert (
        read(csv_bytes(("甲", "乙"), ("=1+1", "x")), "a.csv", TYPED).rows[0].values["a"] == "=1+1"
    )


def test_a_formula_counts_by_its_saved_value():
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["甲", "乙"])
        sheet.write_formula(1, 0, "=1+1", None, 2)
        sheet.write_formula(1, 1, '=IF(A1="","",A1)', None, "nothing")
    # Excel saves an empty result as a text of no length.
    buffer = altered(buffer, "xl/worksheets/sheet1.xml", b"<v>nothing</v>", b"<v></v>")
    assert dict(read(buffer.getvalue(), "a.xlsx", TYPED).rows[0].values) == {"a": "2", "b": ""}


# ---- the empty file to fill in


def test_a_template_is_read_back_by_its_own_columns():
    book = openpyxl.load_workbook(io.BytesIO(template(COLUMNS, "线路")))
    assert book.sheetnames == ["线路", "说明"]
    sheet = book["线路"]
    assert [cell.value for cell in sheet[1]][:2] == ["号码*", "责任单位*"]
    assert sheet.column_dimensions["A"].number_format == "@" or sheet["A1"].number_format == "@"
    explained = {row[0].value: row[3].value for row in book["说明"].iter_rows(min_row=2)}
    assert set(explained) == {column.zh for column in COLUMNS}
    assert all(explained.values())
    for place, text in enumerate(ROW, 1):
        sheet.cell(2, place, text)
    for place, column in enumerate(COLUMNS, 1):
        if column.zh in HEAD:
            sheet.cell(2, place, ROW[HEAD.index(column.zh)])
    buffer = io.BytesIO()
    book.save(buffer)
    table = read(buffer.getvalue(), "线路.xlsx")
    assert {name: value for name, value in table.rows[0].values.items() if value} == VALUES
