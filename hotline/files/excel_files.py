"""Excel files opened with care: what they claim to be, what they unpack to, what they lack.

calamine lays a sheet out as a full rectangle and shows a failed formula as a blank cell; so the
extent of each sheet and its cells without a value are looked up in the file first.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from posixpath import join, normpath
from xml.etree import ElementTree

from hotline.errors import Invalid, T, Text
from hotline.files.old_excel_files import outline

Gaps = Mapping[tuple[int, int], Text]
"""(row counted from 1, column counted from 0) → why the cell has no value."""

NO_GAPS: Gaps = {}
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UNPACKED_TIMES = 10
_MOST_CELLS = 3_000_000
_NOT_EXCEL = T("不是真正的 Excel 文件，请用 Excel 打开后另存为 .xlsx 再导入。")
_DAMAGED = T("文件已损坏，请重新保存后再导入。")
_FORMULA = T("公式没有算出结果。请在 Excel 中打开并保存，或把公式粘贴为数值。")
_FAILED = T("单元格里是错误值（如 #N/A），请改正。")
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]{0,200}?)(?:/>|>(.{0,40000}?)</(?:\w+:)?c>)", re.DOTALL)
_AT = re.compile(rb"<(?:\w+:)?(?:c|row)\b[^>]{0,200}?\sr=[\"']([A-Z]{0,3})(\d{1,7})[\"']")
_PLACE = re.compile(rb"\sr=[\"']([A-Z]{1,3})(\d{1,7})[\"']")
_TYPE = re.compile(rb"\st=[\"'](\w+)[\"']")
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>/]*>[^<]")
_HAS_FORMULA = re.compile(rb"<(?:\w+:)?f\b")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True)
class Sheet:
    """A visible worksheet as stripped text; the first row is row 1 of the file."""

    name: str
    rows: list[list[str]]
    gaps: Gaps


def is_excel(data: bytes) -> bool:
    """True for the two containers that Excel files come in; what is inside is not judged."""
    return data.startswith((_ZIP, _OLE))


def sheets_of(data: bytes, *, max_bytes: int, max_rows: int) -> list[Sheet]:
    """Every visible worksheet.

    Raises Invalid for what is no Excel file, is locked, unpacks to more than ten times
    `max_bytes`, or has a sheet that reaches below `max_rows`.
    """
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError
    from python_calamine import SheetTypeEnum as Kind
    from python_calamine import SheetVisibleEnum as Visible

    if data.startswith(_OLE):
        _look_into_ole(data)
        gaps: dict[str, Gaps] = {}
    else:
        gaps = _look_into_zip(data, max_bytes * _UNPACKED_TIMES, max_rows)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return [
            Sheet(each.name, _rows(book, each.name, max_rows), gaps.get(each.name, NO_GAPS))
            for each in book.sheets_metadata
            if each.typ == Kind.WorkSheet and each.visible == Visible.Visible
        ]
    except PasswordError as error:
        raise _locked() from error
    except CalamineError as error:
        raise Invalid.one("", _NOT_EXCEL) from error
    except BaseException as error:
        # Over some broken files calamine panics, and that is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise Invalid.one("", _DAMAGED) from error


def _rows(book: object, name: str, max_rows: int) -> list[list[str]]:
    sheet = book.get_sheet_by_name(name)  # type: ignore[attr-defined]
    rows = sheet.to_python(skip_empty_area=False, nrows=max_rows + 1)
    if len(rows) > max_rows:
        raise _too_long(name, max_rows)
    return [[_text(cell) for cell in row] for row in rows]


def _text(value: object) -> str:
    """A cell as a person would have typed it: whole numbers bare, moments in ISO form."""
    if isinstance(value, float):
        plain = f"{value:.15g}"
        return f"{int(value)}" if value.is_integer() and abs(value) < 1e15 else plain
    if isinstance(value, datetime):
        rounded = value + timedelta(microseconds=500_000)
        return rounded.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, str):
        return _whole(_ESCAPE.sub(lambda match: chr(int(match[1], 16)), value)).strip()
    return str(value)


def _whole(text: str) -> str:
    """Halves of a character joined, those without the other half replaced."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _look_into_ole(data: bytes) -> None:
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise _locked()
    try:
        found = outline(data)
    except ValueError as error:
        raise Invalid.one("", _NOT_EXCEL) from error
    if found.locked:
        raise _locked()
    if found.rows * found.columns > _MOST_CELLS:
        raise Invalid.one("", T("工作表过大，请删去下方多余的行和右侧多余的列。"))


def _look_into_zip(data: bytes, most: int, max_rows: int) -> dict[str, Gaps]:
    """Refuse what is no workbook or too much of one; else each sheet's cells without a value."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            if "xl/workbook.xml" not in names:
                raise Invalid.one("", _NOT_EXCEL)
            if sum(info.file_size for info in archive.infolist()) > most:
                raise Invalid.one("", T("文件解开后过大，请拆成几个文件导入。"))
            # A part that is longer than it says fails its checksum here.
            if archive.testzip() is not None:
                raise Invalid.one("", _DAMAGED)
            return {
                name: _look_into_sheet(name, archive.read(part), max_rows)
                for name, part in _parts(archive)
                if part in names
            }
    except (
        zipfile.BadZipFile,
        ElementTree.ParseError,
        EOFError,
        ValueError,
        zlib.error,
        NotImplementedError,
    ) as error:
        raise Invalid.one("", _DAMAGED) from error
    except RuntimeError as error:
        raise _locked() from error


def _parts(archive: zipfile.ZipFile) -> Iterable[tuple[str, str]]:
    """Each sheet's name and the file inside the archive that holds it."""
    targets = {}
    if "xl/_rels/workbook.xml.rels" in archive.namelist():
        for link in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels")):
            targets[link.get("Id")] = link.get("Target", "")
    for element in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter():
        if not element.tag.endswith("}sheet"):
            continue
        link_id = next((v for k, v in element.attrib.items() if k.endswith("}id")), None)
        if target := targets.get(link_id):
            yield element.get("name", ""), normpath(join("/xl", target)).lstrip("/")


def _look_into_sheet(name: str, xml: bytes, max_rows: int) -> Gaps:
    rows, letters = 1, {b"A"}
    for column, row in _AT.findall(xml):
        rows = max(rows, int(row))
        letters.add(column)
    if rows > max_rows:
        raise _too_long(name, max_rows)
    if rows * (1 + max(map(_column, letters))) > _MOST_CELLS:
        raise Invalid.one("", T("工作表“{name}”过宽，请删去右侧多余的列。", name=name))
    if not _HAS_FORMULA.search(xml) and b't="e"' not in xml:
        return NO_GAPS
    gaps = {}
    for attributes, content in _CELL.findall(xml):
        place, kind = _PLACE.search(attributes), _TYPE.search(attributes)
        if not place:
            continue
        at = int(place[2]), _column(place[1])
        if kind and kind[1] == b"e":
            gaps[at] = _FAILED
        # A formula whose result is an empty text says so by its type.
        elif (
            _HAS_FORMULA.search(content)
            and not _VALUE.search(content)
            and not (kind and kind[1] == b"str")
        ):
            gaps[at] = _FORMULA
    return gaps


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _too_long(name: str, max_rows: int) -> Invalid:
    return Invalid.one(
        "", T("工作表“{name}”超过 {n} 行，请删去下方的空行或拆成几个文件。", name=name, n=max_rows)
    )


def _locked() -> Invalid:
    return Invalid.one("", T("文件设有密码，请取消密码后再导入。"))
