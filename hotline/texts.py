"""Texts that people typed: kept as they are, but for their Unicode form and stray controls."""

import re
import unicodedata

from hotline.errors import T, Text

_CONTROLS = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufdd0-\ufdef\ufffe\uffff]"
)
_LONGEST = 10_000
_BREAKS = re.compile(r"\r\n?|\n|\t")


def clean(raw: str) -> str:
    """The text in NFC, stripped, line ends as \\n. Markup, formulas and rare characters stay."""
    text = re.sub(r"\r\n?", "\n", raw).strip()
    # Longer than any field may be: normalising it would take time by the square of its length.
    return text if len(text) > _LONGEST else unicodedata.normalize("NFC", text).strip()


def mistake(text: str, *, longest: int) -> Text | None:
    """What is wrong with a cleaned text of one line; None if nothing is."""
    if not _has_controls(text) and _BREAKS.search(text):
        return T("不能换行，请写在一行里。")
    return mistake_of_lines(text, longest=longest)


def mistake_of_lines(text: str, *, longest: int) -> Text | None:
    """The same for a text that may have several lines."""
    if _has_controls(text):
        return T("含有看不见的控制字符，请删去后重新输入。")
    if len(text) > longest:
        return T("超过 {n} 个字，请缩短。", n=longest)
    return None


def _has_controls(text: str) -> bool:
    return bool(_CONTROLS.search(text)) or any("\ud800" <= char <= "\udfff" for char in text)
