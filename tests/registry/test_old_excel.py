"""Files of Excel 97 to 2003: read, refused, and never a danger."""

from __future__ import annotations

import struct

import pytest

from tests.registry.files import HEAD, ROW, VALUES, read, refusal
from tests.registry.old_excel import record, xls_bytes


def test_old_excel():
    table = read(xls_bytes(HEAD, (31186051234.0, "喆𠮷", "县级", 130102.0), title="名录"), "a.xls")
    assert table.sheet == "名录"
    assert dict(table.rows[0].values) == {**VALUES, "number": "31186051234", "unit": "喆𠮷"}
    assert dict(read(xls_bytes(HEAD, ROW), "a.xls").rows[0].values) == VALUES


@pytest.mark.parametrize(
    "record_of",
    [
        record(0x0203, struct.pack("<HHHd", 65535, 255, 0, 1)),
        record(0x00BE, struct.pack("<HHHHH", 40000, 1, 0, 0, 255)),
        record(0x0200, struct.pack("<IIHHH", 0, 1 << 31, 0, 60000, 0)),
    ],
    ids=["cell", "many cells", "dimensions"],
)
def test_an_old_file_that_would_fill_the_memory(record_of):
    assert "工作表过大" in refusal(xls_bytes(HEAD, ROW, last=record_of), "a.xls")


def test_an_old_file_with_a_password():
    locked = xls_bytes(HEAD, ROW, first=record(0x002F, bytes(6)))
    assert "密码" in refusal(locked, "a.xls")


@pytest.mark.parametrize("cut", range(100, 4600, 300))
def test_half_an_old_file(cut):
    data = xls_bytes(HEAD, *[ROW] * 60)
    assert len(data) > 4600
    said = refusal(data[:cut], "a.xls")
    assert "不是真正的 Excel 文件" in said or "已损坏" in said
