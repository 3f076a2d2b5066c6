"""What is said of table files that cannot be read; none of them crashes the reader."""

from __future__ import annotations

import io
import random
import zipfile
from contextlib import suppress

import openpyxl
import pytest
import xlsxwriter

from hotline.errors import Invalid
from hotline.files.import_templates import template
from hotline.registry.line_fields import COLUMNS
from tests.registry.files import HEAD, ROW, book_bytes, csv_bytes, read, refusal, xlsx_bytes
from tests.registry.old_excel import xls_bytes


@pytest.mark.parametrize("data", [b"", b"  \r\n ", "\ufeff".encode()])
def test_an_empty_file(data):
    assert "文件是空的" in refusal(data, "a.csv") or "表头" in refusal(data, "a.csv")


def test_a_header_without_rows():
    assert refusal(csv_bytes(HEAD), "a.csv") == "表头之下没有数据。"
    assert refusal(template(COLUMNS, "线路")) == "表头之下没有数据。"


def test_a_word_document_named_xlsx():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<document/>")
    assert "不是真正的 Excel 文件" in refusal(buffer.getvalue())


@pytest.mark.parametrize("data", [b"hello", b"<html><table>", b"%PDF-1.7"])
def test_other_things_named_xlsx(data):
    assert "不是真正的 Excel 文件" in refusal(data)


@pytest.mark.parametrize("name", ["线路.docx", "线路.pdf", "线路"])
def test_other_kinds_of_file(name):
    assert "只能导入 .xlsx、.xls 或 .csv" in refusal(xlsx_bytes(HEAD, ROW), name)


@pytest.mark.parametrize("cut", [50, 400, -30])
def test_half_a_file(cut):
    assert "文件已损坏" in refusal(xlsx_bytes(HEAD, ROW)[:cut])


def test_a_damaged_part():
    data = bytearray(xlsx_bytes(HEAD, ROW))
    at = data.index(b"xl/worksheets/sheet1.xml") + 40
    data[at : at + 8] = b"\0" * 8
    assert "文件已损坏" in refusal(bytes(data))


def test_a_file_with_a_password():
    shell = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    assert "密码" in refusal(shell + "EncryptedPackage".encode("utf-16-le"))
    assert "不是真正的 Excel 文件" in refusal(shell + "WordDocument".encode("utf-16-le"), "a.xls")


def test_a_sheet_of_50_megabytes():
    row = ",".join(ROW).encode() + b"\n"
    data = ",".join(HEAD).encode() + b"\n" + row * (50_000_000 // len(row))
    assert refusal(data, "a.csv") == "文件超过 20 MB，请拆成几个文件导入。"


def test_a_small_file_that_unpacks_to_very_much():
    buffer = io.BytesIO(xlsx_bytes(HEAD, ROW))
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/big.xml", b" " * 30_000_000)
    assert len(buffer.getvalue()) < 100_000
    assert "过大" in refusal(buffer.getvalue(), max_bytes=1_000_000)


def test_a_part_that_lies_about_its_size():
    buffer = io.BytesIO(xlsx_bytes(HEAD, ROW))
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/big.xml", b" " * 30_000_000)
    data = buffer.getvalue()
    true, false = (30_000_000).to_bytes(4, "little"), (1000).to_bytes(4, "little")
    assert data.count(true) == 2
    assert "文件已损坏" in refusal(data.replace(true, false), max_bytes=1_000_000)


@pytest.mark.parametrize(("cell", "why"), [("A1048576", "超过"), ("XFD90000", "过宽")])
def test_two_cells_a_world_apart(cell, why):
    book = openpyxl.Workbook()
    book.active["A1"], book.active[cell] = "号码", "x"
    buffer = io.BytesIO()
    book.save(buffer)
    assert why in refusal(buffer.getvalue())


def test_too_many_rows():
    rows = [ROW] * 4
    assert len(read(csv_bytes(HEAD, *rows), max_rows=4).rows) == 4
    assert "超过 3 行" in refusal(csv_bytes(HEAD, *rows), "a.csv", max_rows=3)
    assert "超过 3 行" in refusal(xlsx_bytes(HEAD, *rows), max_rows=3)
    assert "超过" in refusal(xlsx_bytes(HEAD, *[ROW] * 50), max_rows=3)


def test_the_wrong_sheet_names_sheets_and_what_is_missing():
    said = refusal(book_bytes({"通讯录": [("姓名", "号码"), ("张", "1")], "说明": [("x",)]}))
    assert "工作表“通讯录”" in said
    assert "缺少：责任单位、层级、行政区划代码" in said
    assert "工作表“说明”" in said
    assert "缺少：号码、责任单位、层级、行政区划代码" in said


def test_a_header_over_two_merged_rows():
    rows = [
        ("号码", "单位信息", None, None),
        (None, "责任单位", "层级", "行政区划代码"),
        ROW,
    ]
    said = refusal(xlsx_bytes(*rows, merge=["A1:A2", "B1:D1"]))
    assert "缺少：号码" in said
    assert "不要合并单元格" in said


def test_two_sheets_that_both_fit():
    said = refusal(book_bytes({"一月": [HEAD, ROW], "二月": [HEAD, ROW]}))
    assert "“一月”、“二月”" in said


def test_the_same_column_twice():
    said = refusal(csv_bytes((*HEAD, "number"), (*ROW, "1")), "a.csv")
    assert "有两列都是“号码”" in said


def test_a_row_longer_than_its_header():
    said = refusal(csv_bytes(HEAD, ROW, (*ROW, "多出")), "a.csv")
    assert said == "第 3 行 这一行的列比表头多；含有逗号的内容请用英文双引号括起来。"


def test_a_quote_that_never_ends():
    data = csv_bytes(HEAD) + '0311-86051234,"长安区水利局,县级,130102\n'.encode()
    assert "双引号" in refusal(data, "a.csv")


def test_broken_bytes_are_named_by_their_line():
    data = csv_bytes(HEAD, ROW, ROW)
    assert "第 3 行有乱码" in refusal(data[:-20] + b"\xff\xfe" + data[-20:], "a.csv")


def test_a_formula_that_was_never_computed():
    said = refusal(xlsx_bytes(HEAD, ("=A1", *ROW[1:])))
    assert said.startswith("第 2 行 [号码] 公式没有算出结果")


def test_a_formula_that_failed():
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEAD)
        sheet.write_row(1, 0, ROW)
        sheet.write_formula(1, 1, "=NA()", None, "#N/A")
    assert refusal(buffer.getvalue()).startswith("第 2 行 [责任单位] 单元格里是错误值")


def test_a_failed_formula_in_a_column_that_is_not_ours_does_not_matter():
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, [*HEAD, "备注"])
        sheet.write_row(1, 0, ROW)
        sheet.write_formula(1, 4, "=NA()", None, "#N/A")
    assert len(read(buffer.getvalue(), "a.xlsx").rows) == 1


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("make", "name"), [(xls_bytes, "a.xls"), (xlsx_bytes, "a.xlsx"), (csv_bytes, "a.csv")]
)
def test_broken_bytes_anywhere_are_read_or_refused_but_never_crash(make, name, seed):
    whole, dice = make(HEAD, *[ROW] * 20), random.Random(seed)
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(dice.choice((1, 3, 20))):
            data[dice.randrange(len(data))] = dice.randrange(256)
        with suppress(Invalid):
            read(bytes(data), name)
