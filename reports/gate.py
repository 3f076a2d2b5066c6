"""The one gate for text on its way into a paper or a workbook: nothing typed acts as markup."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from reports.fonts import JOINERS, Chain, FacePaths, load

CELL_LIMIT = 32_767  # Excel's, counted in UTF-16 units
CUT_MARK = "……〔超长，已截断〕"
_BREAKS = dict.fromkeys(map(ord, "\v\f\x1c\x1d\x1e\x85\u2028\u2029"), "\n")
# Marks that reorder or hide what stands around them: a paper must read as it was typed.
_HIDDEN = dict.fromkeys(
    [
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
        0x200B,
        0x200C,
        0x200E,
        0x200F,
        0x2060,
        0x00AD,
        0x061C,
        0xFEFF,
    ]
)
# What `clean` may have to change, but for the normal form: most texts have none of it.
_TO_CLEAN = re.compile(
    "[\0-\t\v-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufffe\uffff]"
)


def clean(text: str) -> str:
    """The text as it may be printed: NFC, line ends as \\n, a tab as a space, no control marks."""
    if not _TO_CLEAN.search(text) and unicodedata.is_normalized("NFC", text):
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_BREAKS)
    text = unicodedata.normalize("NFC", text.replace("\t", " ").translate(_HIDDEN))
    return "".join(
        c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs")
    ).translate({0xFFFE: None, 0xFFFF: None})


def pieces(text: str, chain: Chain) -> list[list[tuple[str, str]]]:
    """Each typed line as (face name, piece) to be drawn as it is: nothing is read as markup."""
    return [_pieces(line, chain) for line in clean(text).split("\n")]


def _pieces(line: str, chain: Chain) -> list[tuple[str, str]]:
    return [(chain.name, line)] if chain.plain(line) else chain.runs(line)


def cell_text(text: str) -> str:
    """The text of a worksheet cell: never longer than Excel takes, a cut is visible."""
    text = clean(text)
    if len(text.encode("utf-16-le")) // 2 <= CELL_LIMIT:
        return text
    room = CELL_LIMIT - len(CUT_MARK)
    return text.encode("utf-16-le")[: room * 2].decode("utf-16-le", "ignore") + CUT_MARK


def missing_in(document: Any, faces: FacePaths | None = None) -> tuple[str, ...]:
    """The characters that no face can draw, of any text that a document holds."""
    return missing("\n".join(_texts(document)), faces)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif is_dataclass(value):
        for each in fields(value):
            yield from _texts(getattr(value, each.name))
    elif isinstance(value, Mapping):
        for key, held in value.items():
            yield from _texts(key)
            yield from _texts(held)
    elif isinstance(value, Iterable):
        for held in value:
            yield from _texts(held)


def missing(text: str, faces: FacePaths | None = None) -> tuple[str, ...]:
    """The characters of a text that no face can draw, each once, in order of appearance."""
    chain = load(faces).songti
    each = dict.fromkeys(clean(text))
    return tuple(c for c in each if c not in JOINERS and c != "\n" and not chain.face_for(c))
