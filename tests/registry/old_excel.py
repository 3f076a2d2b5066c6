"""The smallest .xls that Excel 97 would open: BIFF8 records in a compound file.

No library that writes this format is kept up any more, yet offices still send it.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def xls_bytes(
    *rows: Sequence[str | float], title: str = "Sheet1", first: bytes = b"", last: bytes = b""
) -> bytes:
    """One sheet with these rows, texts and numbers.

    `first`, `last`: records before everything else, and after the sheet's cells.
    """
    return _compound(_workbook(rows, title, first, last))


def record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _workbook(
    rows: Sequence[Sequence[str | float]], title: str, first: bytes, last: bytes
) -> bytes:
    def begin(kind: int) -> bytes:
        return record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0, 0, 0, 0))

    end = record(0x000A, b"")
    cells = b""
    for y, row in enumerate(rows):
        for x, value in enumerate(row):
            place = struct.pack("<HHH", y, x, 0)
            if isinstance(value, str):
                text = value.encode("utf-16-le")
                cells += record(0x0204, place + struct.pack("<HB", len(text) // 2, 1) + text)
            else:
                cells += record(0x0203, place + struct.pack("<d", value))
    name = struct.pack("<BB", len(title), 1) + title.encode("utf-16-le")
    start = begin(0x0005) + first
    length = len(start) + 4 + 6 + len(name) + len(end)
    return (
        start
        + record(0x0085, struct.pack("<IBB", length, 0, 0) + name)
        + end
        + begin(0x0010)
        + cells
        + last
        + end
    )


def _compound(stream: bytes) -> bytes:
    """A compound file with one stream, `Workbook`, long enough to stand in whole sectors."""
    stream = stream.ljust(max(4096, -(-len(stream) // _SECTOR) * _SECTOR), b"\0")
    sectors = len(stream) // _SECTOR
    assert sectors + 2 <= _SECTOR // 4, "one table of sectors is enough for a test"
    chain = [_FAT, _END, *range(3, sectors + 2), _END]
    table = struct.pack(f"<{_SECTOR // 4}I", *chain, *[_FREE] * (_SECTOR // 4 - len(chain)))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, _END, 0, _END, 0)
    header += struct.pack("<109I", 0, *[_FREE] * 108)
    folder = _entry("Root Entry", 5, _END, 0, child=1) + _entry("Workbook", 2, 2, len(stream))
    return header + table + folder.ljust(_SECTOR, b"\0") + stream


def _entry(name: str, kind: int, start: int, size: int, child: int = _FREE) -> bytes:
    text = name.encode("utf-16-le")
    return (
        text.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(text) + 2, kind, 1, _FREE, _FREE, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )
