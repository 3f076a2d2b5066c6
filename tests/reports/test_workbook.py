"""The workbook: the numbers of the paper, as numbers."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

from reports.circular_annexes import annexes
from reports.tables import Column, Table
from reports.workbook import workbook
from tests.reports import samples


def read(data: bytes) -> dict[str, list[list]]:
    book = CalamineWorkbook.from_filelike(BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def one(*cells: str, label: str = "表") -> Table:
    columns = tuple(Column(f"列{i}", "text", 10) for i in range(len(cells)))
    return Table(label, "题", "范围", columns, (cells,), ("说明",))


def test_annexes_as_sheets_with_totals_and_definitions():
    facts = samples.circular()
    sheets = read(workbook(annexes(facts)))
    assert list(sheets) == ["附件1", "附件2", "附件3"]
    rows = sheets["附件1"]
    total = next(row for row in rows if row[1] == "合计")
    assert total[3] == facts.total.tested
    assert total[13] == pytest.approx(facts.total.pass_rate)
    assert total[14:16] == pytest.approx([facts.total.pass_rate_low, facts.total.pass_rate_high])
    assert any("各行与合计均平衡" in str(cell) for row in rows for cell in row)
    assert len(sheets["附件2"]) > len(facts.lines)


def test_paper_and_workbook_show_the_same_lines():
    table = annexes(samples.circular())[1]
    rows = read(workbook([table]))["附件2"][3 : 3 + len(table.rows)]
    assert [row[1] for row in rows] == [row[1] for row in table.rows]


@pytest.mark.parametrize("typed", ["=1+1", "+8613", "-1", "@SUM(A1)", "http://a.b", "00123"])
def test_text_stays_text(typed):
    data = workbook([one(typed, typed)])
    assert read(data)["表"][3][0] == typed
    assert b"<f>" not in ZipFile(BytesIO(data)).read("xl/worksheets/sheet1.xml")


def test_control_characters_and_overlong_text_still_open():
    data = workbook([one("a\x00b\x0c<&>", "长" * 40_000)])
    first, second = read(data)["表"][3]
    assert first == "ab\n<&>"
    assert len(second) == 32_767
    assert second.endswith("已截断〕")


def test_sheet_names_are_legal_and_unique():
    tables = [one("a", label="a/b[c]:*?" + "长" * 40), one("a", label="a/b[c]:*?" + "长" * 40)]
    names = list(read(workbook(tables)))
    assert len(set(names)) == 2
    assert all(len(name) <= 31 for name in names)


def test_head_frozen_and_printed_on_every_landscape_sheet():
    files = ZipFile(BytesIO(workbook(annexes(samples.circular()))))
    sheet = files.read("xl/worksheets/sheet1.xml").decode()
    assert 'state="frozen"' in sheet
    assert 'orientation="landscape"' in sheet
    assert 'paperSize="9"' in sheet
    assert "Print_Titles" in files.read("xl/workbook.xml").decode()
    assert "0.00%" in files.read("xl/styles.xml").decode()


def test_same_tables_same_bytes():
    tables = annexes(samples.circular())
    assert workbook(tables, day="2026-11-23") == workbook(tables, day="2026-11-23")
