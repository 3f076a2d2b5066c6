"""The outline of an .xls file, looked up before it is opened: how far its sheets claim to reach.

An .xls is a compound file (Microsoft's MS-CFB) whose stream `Workbook` is a row of records
(MS-XLS). Only what bounds the memory that reading takes is looked at here.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

_ENTRY, _MINI = 128, 64
_NAMES = ("Workbook", "Book")
_LOCK, _DIMENSIONS = 0x002F, 0x0200
_ONE_CELL = {0x0006, 0x0406, 0x00D6, 0x00FD, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E}
_MANY_CELLS = {0x00BD, 0x00BE}


@dataclass(frozen=True)
class Outline:
    """The largest row and column counts among all sheets; `locked`: a password guards it."""

    rows: int
    columns: int
    locked: bool


def outline(data: bytes) -> Outline:
    """Raises ValueError for what is no .xls or is broken."""
    try:
        return _walk(_workbook(data))
    except (struct.error, IndexError) as error:
        raise ValueError("broken compound file") from error


def _walk(records: bytes) -> Outline:
    rows, columns, at = 1, 1, 0
    while at + 4 <= len(records):
        kind, length = struct.unpack_from("<HH", records, at)
        content, at = records[at + 4 : at + 4 + length], at + 4 + length
        if kind == _LOCK:
            return Outline(rows, columns, locked=True)
        if kind in _ONE_CELL or kind in _MANY_CELLS:
            row, column = struct.unpack_from("<HH", content)
            if kind in _MANY_CELLS:
                (column,) = struct.unpack_from("<H", content, len(content) - 2)
        elif kind == _DIMENSIONS:
            form = "<IIHH" if len(content) >= 14 else "<HHHH"
            _, row, _, column = struct.unpack_from(form, content)
            row, column = row - 1, column - 1
        else:
            continue
        rows, columns = max(rows, row + 1), max(columns, column + 1)
    return Outline(rows, columns, locked=False)


def _workbook(data: bytes) -> bytes:
    (shift,) = struct.unpack_from("<H", data, 30)
    if shift not in (9, 12):
        raise ValueError("no compound file")
    size = 1 << shift
    sectors = [data[at : at + size] for at in range(size, len(data), size)]
    folder, _, _, mini_table, _, more, _ = struct.unpack_from("<7I", data, 48)
    places = list(struct.unpack_from("<109I", data, 76))
    while more < len(sectors) and len(places) <= len(sectors) + 109:
        *found, more = _numbers(sectors[more])
        places += found
    table = [number for at in places if at < len(sectors) for number in _numbers(sectors[at])]
    entries = _joined(sectors, table, folder)
    root, book = None, None
    for at in range(0, len(entries) - _ENTRY + 1, _ENTRY):
        (length, kind) = struct.unpack_from("<HB", entries, at + 64)
        name = entries[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
        where = struct.unpack_from("<II", entries, at + 116)
        if kind == 5:
            root = where
        elif kind == 2 and name in _NAMES and book is None:
            book = where
    if root is None or book is None:
        raise ValueError("no workbook inside")
    start, length = book
    if length >= 4096:
        return _joined(sectors, table, start)[:length]
    small = _joined(sectors, table, root[0])
    pieces = [small[at : at + _MINI] for at in range(0, len(small), _MINI)]
    return _joined(pieces, _numbers(_joined(sectors, table, mini_table)), start)[:length]


def _joined(sectors: Sequence[bytes], table: Sequence[int], start: int) -> bytes:
    """A chain of sectors, as the table links them; a chain that turns in a circle is an error."""
    chain: list[bytes] = []
    at = start
    while at < len(sectors):
        if len(chain) > len(sectors):
            raise ValueError("endless chain")
        chain.append(sectors[at])
        at = table[at]
    return b"".join(chain)


def _numbers(sector: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(sector) // 4}I", sector[: len(sector) // 4 * 4])
