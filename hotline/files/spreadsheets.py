"""Table files that people send, Excel or CSV, read into rows of text with their row numbers.

What a file's columns mean is not known here; imports say which columns they want and judge the
values. A formula counts by the value that Excel last saved for it.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from itertools import islice
from pathlib import PurePath

from hotline.clock import ZONE
from hotline.errors import FieldError, Invalid, T, Text
from hotline.files.csv_files import decode, rows_of
from hotline.files.excel_files import Gaps, is_excel, sheets_of

HEADER_WITHIN = 10
_SUFFIXES = {".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls"}
_EXCEL = {".xlsx", ".xlsm", ".xls"}


@dataclass(frozen=True)
class Column:
    """A column an import knows, by its English name or its Chinese one; `note` explains it."""

    name: str
    zh: str
    required: bool = False
    note: str = ""


@dataclass(frozen=True)
class Row:
    """A row that is not blank. `values`: column name → stripped text, "" for a blank cell."""

    number: int
    values: Mapping[str, str]


@dataclass(frozen=True)
class TableFile:
    """A file's rows. `present`: known columns it has; `ignored`: headers of those not known."""

    filename: str
    sheet: str | None
    present: tuple[str, ...]
    ignored: tuple[str, ...]
    rows: tuple[Row, ...]
    headers: Mapping[str, str] = field(default_factory=dict)

    def mistake(self, row: Row, column: str, text: Text) -> FieldError:
        """An error at a cell, with the column's name as the file has it."""
        value = row.values.get(column, "")
        shown = value if len(value) <= 60 else value[:60] + "…"
        return FieldError(self.headers.get(column, column), text, row=row.number, value=shown)


@dataclass(frozen=True)
class _Grid:
    """A sheet, or a whole CSV file, as text; row 1 comes first. `gaps`: cells without a value."""

    name: str | None
    rows: list[list[str]]
    gaps: Gaps = field(default_factory=dict)


def read_table(
    data: bytes, filename: str, columns: Sequence[Column], *, max_bytes: int, max_rows: int
) -> TableFile:
    """Read .csv (UTF-8, UTF-16 or GB18030), .xlsx or .xls.

    The header is looked for in the first ten rows of every sheet. Raises Invalid if the file
    cannot be read, has no such header, no rows or too many of them, or is ambiguous.
    """
    if not data.strip():
        raise Invalid.one("", T("文件是空的，请选择有内容的表格。"))
    if len(data) > max_bytes:
        limit = max_bytes // 1_000_000
        raise Invalid.one("", T("文件超过 {limit} MB，请拆成几个文件导入。", limit=limit))
    suffix = PurePath(filename).suffix.lower()
    if suffix not in _SUFFIXES:
        raise Invalid.one("", T("只能导入 .xlsx、.xls 或 .csv 文件。"))
    if is_excel(data):
        grids = [
            _Grid(sheet.name, sheet.rows, sheet.gaps)
            for sheet in sheets_of(data, max_bytes=max_bytes, max_rows=max_rows + HEADER_WITHIN)
        ]
    elif suffix in _EXCEL:
        raise Invalid.one("", T("不是真正的 Excel 文件，请用 Excel 打开后另存为 .xlsx 再导入。"))
    else:
        grids = _text_grids(data, columns, max_rows)
    return _table(grids, filename, columns, max_rows)


def _table(
    grids: Sequence[_Grid], filename: str, columns: Sequence[Column], max_rows: int
) -> TableFile:
    found = [(grid, *_header(grid, columns)) for grid in grids]
    complete = [each for each in found if not _missing(each[2], columns)]
    if not complete:
        raise _no_header(found, columns)
    filled = [each for each in complete if any(map(any, each[0].rows[each[1] + 1 :]))]
    if not filled:
        raise Invalid.one("", T("表头之下没有数据。"))
    if len(filled) > 1:
        names = "、".join(f"“{grid.name}”" for grid, _, _ in filled)
        raise Invalid.one(
            "", T("工作表{names}都有这些列，一次只能导入一个，请各自另存后导入。", names=names)
        )
    grid, at, places = filled[0]
    return _read(grid, at, places, filename, columns, max_rows)


def _read(
    grid: _Grid,
    at: int,
    places: Mapping[int, str],
    filename: str,
    columns: Sequence[Column],
    max_rows: int,
) -> TableFile:
    titles = [cell.strip() for cell in grid.rows[at]]
    headers = {name: titles[place] for place, name in places.items()}
    errors = [
        FieldError(name, T("有两列都是“{name}”，请只留一列。", name=column.zh), row=at + 1)
        for column in columns
        for name in [column.name]
        if list(places.values()).count(name) > 1
    ]
    rows: list[Row] = []
    nameless: set[int] = set()
    for number, cells in enumerate(grid.rows[at + 1 :], at + 2):
        if not any(cells):
            continue
        if len(rows) == max_rows:
            raise Invalid.one("", T("超过 {n} 行，请拆成几个文件导入。", n=max_rows))
        values = {name: cells[i] if i < len(cells) else "" for i, name in places.items()}
        for place, name in places.items():
            if why := grid.gaps.get((number, place)):
                errors.append(FieldError(headers[name], why, row=number))
        beyond = {i for i, cell in enumerate(cells) if cell and not _title(titles, i)}
        if grid.name is None and any(i >= len(titles) for i in beyond):
            text = T("这一行的列比表头多；含有逗号的内容请用英文双引号括起来。")
            errors.append(FieldError("", text, row=number))
        nameless |= beyond
        rows.append(Row(number, values))
    if errors:
        raise Invalid(errors)
    ignored = [title for i, title in enumerate(titles) if title and i not in places]
    ignored += [str(T("第 {n} 列（无列名）", n=i + 1)) for i in sorted(nameless)]
    present = tuple(column.name for column in columns if column.name in headers)
    return TableFile(filename, grid.name, present, tuple(ignored), tuple(rows), headers)


def _title(titles: Sequence[str], place: int) -> str:
    return titles[place] if place < len(titles) else ""


def _header(grid: _Grid, columns: Sequence[Column]) -> tuple[int, dict[int, str]]:
    """The row that knows most columns, of those complete the first; and place → column name."""
    names = {_plain(word): column.name for column in columns for word in (column.name, column.zh)}
    best: tuple[int, dict[int, str]] = (0, {})
    for at, cells in enumerate(grid.rows[:HEADER_WITHIN]):
        places = {i: names[word] for i, cell in enumerate(cells) if (word := _plain(cell)) in names}
        if places and not _missing(places, columns):
            return at, places
        if len(places) > len(best[1]):
            best = at, places
    return best


def _missing(places: Mapping[int, str], columns: Sequence[Column]) -> list[Column]:
    if not places:
        return list(columns)
    return [each for each in columns if each.required and each.name not in places.values()]


def _no_header(
    found: Iterable[tuple[_Grid, int, Mapping[int, str]]], columns: Sequence[Column]
) -> Invalid:
    errors = []
    for grid, _, places in found:
        required = [column for column in columns if column.required]
        absent = _missing(places, columns)
        lost = "、".join(each.zh for each in absent if each in required)
        lost = lost or "/".join(each.zh for each in absent)
        where = T("工作表“{name}”", name=grid.name) if grid.name else T("文件")
        errors.append(
            FieldError(
                "",
                T(
                    "{where}前 {n} 行里找不到完整的表头，缺少：{columns}。"
                    "请把列名放在同一行，表头不要合并单元格。",
                    where=where,
                    n=HEADER_WITHIN,
                    columns=lost,
                ),
            )
        )
    return Invalid(errors or [FieldError("", T("文件里没有工作表。"))])


def _plain(text: str) -> str:
    return re.sub(r"[\s*]", "", unicodedata.normalize("NFKC", text)).lower()


def _text_grids(data: bytes, columns: Sequence[Column], max_rows: int) -> list[_Grid]:
    """The file as one grid, split at the mark that shows most known columns in the header."""
    text = decode(data)
    best, most = ",", -1
    for mark in ",\t;":
        known = len(_header(_Grid(None, _head(text, mark)), columns)[1])
        if known > most:
            best, most = mark, known
    most_rows = 2 * max_rows + HEADER_WITHIN
    rows = list(islice(rows_of(text, best), most_rows + 1))
    if len(rows) > most_rows:
        raise Invalid.one("", T("超过 {n} 行，请拆成几个文件导入。", n=max_rows))
    return [_Grid(None, rows)]


def _head(text: str, mark: str) -> list[list[str]]:
    """The first rows, as far as they can be read: at the wrong mark quotes may not match."""
    rows: list[list[str]] = []
    with suppress(Invalid):
        rows.extend(islice(rows_of(text, mark), HEADER_WITHIN))
    return rows


_SERIAL = re.compile(r"\d{5}\.\d+")
_DATE = r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
_TIME = r"(\d{1,2})\s*[:时点]\s*(\d{1,2})\s*(?:分|[:分]\s*(\d{1,2})(?:\.\d+)?\s*秒?)?"
_OFFSET = r"(Z|[+-]\d{2}:?\d{2})?"
_MOMENT = re.compile(rf"{_DATE}(?:\s*T\s*|\s+|(?<=日)){_TIME}\s*{_OFFSET}", re.IGNORECASE)
_SERIAL_START = datetime(1899, 12, 30)


def moment(text: str) -> datetime:
    """A date with a time of day, as people and Excel write it, in UTC; to the whole second.

    Naive times are Shanghai's. Raises ValueError, for a date without a time too,
    and for years outside 2000 to 2099.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if _SERIAL.fullmatch(plain):
        naive, offset = _SERIAL_START + timedelta(seconds=round(Decimal(plain) * 86400)), ""
    elif match := _MOMENT.fullmatch(plain):
        *parts, offset = match.groups()
        naive = datetime(*(int(part or 0) for part in parts))  # type: ignore[arg-type]
    else:
        raise ValueError(text)
    if not 2000 <= naive.year < 2100:
        raise ValueError(text)
    return naive.replace(tzinfo=_zone(offset) if offset else ZONE).astimezone(UTC)


def _zone(offset: str) -> timezone:
    if offset in "Zz":
        return UTC
    sign = -1 if offset[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:])))
