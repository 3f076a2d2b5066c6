"""What stays together where a line of Chinese text is turned over (GB/T 15834 §5.1).

A unit is the shortest piece a line may end after: a hanzi with the marks that belong to it, a
number with its sign, decimals, per cent and measure word, a Latin word, a telephone number.
"""

import re

OPENING = "（“‘《〈【〔「『｛［〖〝￥№([{"
"""Never at a line's end."""
CLOSING = "，。、；：？！”’）》〉】〕」』｝］〗〞…‥—～·．％‰℃°′″★,.;:?!)]}%"
"""Never at a line's start. The star belongs to the number it follows."""
SLASHES = "/／"  # 分隔号: neither first nor last
SPACES = " \u3000\u2002\u2003\u2009"  # hang over a line's end; a no-break space does not
MEASURES = "年月日时分秒条个次号人户项期件份级天周名元米吨"
BLANK_AFTER = "，。、；：）》〉】〕」』”’"  # full-width marks that are drawn in their left half
BLANK_BEFORE = "（《〈【〔「『“‘"  # and in their right half

_o, _c, _s = (re.escape(marks) for marks in (OPENING, CLOSING + SLASHES, SPACES))
# Word characters: all of ASCII but spaces and opening marks, and the letters and signs near it.
_w = r"!-'*-Z\\^-z|}~\]\u00a0-\u00af\u00b1-\u00b6\u00b8-\u052f\u2010-\u2013\u2212０-９Ａ-Ｚａ-ｚ"
_mark = (
    r"(?:[\u0300-\u036f\u20d0-\u20f0\u200d\ufe00-\ufe0f\U0001f3fb-\U0001f3ff"
    r"\U000e0020-\U000e007f]|(?<=\u200d).)"
)
_word = rf"[{_w}]+(?:[(\[{{]+[{_w}]+)*(?<!/)(?:(?<=[0-9０-９])[{MEASURES}])?"
_flag = r"[\U0001f1e6-\U0001f1ff]{2}"
_core = rf"(?:{_word}|{_flag}|.){_mark}*"
_open = rf"(?:[{_o}][{_s}]*)*"
_close = rf"(?:[{_s}]*[{_c}]{_mark}*)"
_number_of_paper = r"〔[0-9]{4}〕[0-9]+号"
_UNIT = re.compile(
    rf"(?:{_number_of_paper}|{_open}{_core})"
    rf"(?:[{SLASHES}]+{_open}{_core}|{_close})*[{_s}]*",
    re.DOTALL,
)
_CHARACTER = re.compile(rf"{_open}(?:{_flag}|.){_mark}*{_close}*[{_s}]*", re.DOTALL)
_SOLID = re.compile(rf"[{_w}]{{2,}}|.{_mark}+|{_flag}", re.DOTALL)
_MARKED = re.compile(f"[{BLANK_AFTER}{BLANK_BEFORE}]")


def unit_ends(text: str) -> list[int]:
    """Where each unit ends, the last one at the end of the text."""
    return [match.end() for match in _UNIT.finditer(text)]


def character_ends(text: str) -> list[int]:
    """The same for a unit that is longer than a line: its characters, marks still kept."""
    return [match.end() for match in _CHARACTER.finditer(text)]


def elastic_gaps(text: str) -> bytearray:
    """1 for each gap after a character that may be widened, 0 inside a word or an emoji."""
    gaps = bytearray(b"\1") * len(text)
    for match in _SOLID.finditer(text):
        start, end = match.span()
        gaps[start : end - 1] = bytes(end - 1 - start)
    return gaps


def blanks(text: str) -> list[tuple[int, bool]]:
    """Marks with half their width blank: (index, True where the blank stands after the mark)."""
    return [(match.start(), match.group() in BLANK_AFTER) for match in _MARKED.finditer(text)]
