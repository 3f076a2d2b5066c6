"""Text tables as bytes: which encoding, and which cells.

Office programs here save UTF-8 with or without its mark, UTF-16 or GB18030, and never say which.
"""

import csv
import io
from collections.abc import Iterator

from hotline.errors import Invalid, T

_LONGEST_CELL = 1_000_000


def decode(data: bytes) -> str:
    """The text. Raises Invalid, naming the line, for bytes that no such encoding has."""
    text = _text(data)
    if "\0" in text:
        raise Invalid.one("", T("不是文本表格，请另存为 .xlsx 或 CSV 再导入。"))
    return text


def rows_of(text: str, mark: str) -> Iterator[list[str]]:
    """The rows as stripped cells, divided by `mark`; a blank line is an empty row.

    Raises Invalid where double quotes do not match.
    """
    csv.field_size_limit(_LONGEST_CELL)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    try:
        for row in rows:
            yield [cell.strip() for cell in row]
    except csv.Error as error:
        why = T("第 {n} 行读不出，请检查双引号是否成对。", n=rows.line_num)
        raise Invalid.one("", why) from error


def _text(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decoded(data, "utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # GB18030 reads nearly any bytes: UTF-8 with a broken byte or two must not pass for it.
        loosely = data.decode("utf-8", errors="replace")
        good = sum(char > "\x7f" and char != "\ufffd" for char in loosely)
        if good > loosely.count("\ufffd"):
            raise _broken(data, error.start) from error
    return _decoded(data, "gb18030")


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _broken(data, error.start) from error


def _broken(data: bytes, at: int) -> Invalid:
    line = data.count(b"\n", 0, at) + 1
    return Invalid.one("", T("第 {n} 行有乱码，请把文件另存为 UTF-8 编码的 CSV 或 .xlsx。", n=line))
