"""A finished paper as measured facts: its characters, lines and rules, in millimetres.

Down from the page's top and rightwards from its left edge, as a reader sees the page. A
character's top is 0.88 of its size above its baseline, which is where Chinese faces end.
"""

from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from itertools import groupby, pairwise

import pdfplumber

MM = 72 / 25.4
ASCENT = 0.88
APART = 8.0


@dataclass(frozen=True)
class Char:
    text: str
    font: str
    size: float  # points
    x0: float
    x1: float
    top: float
    colour: tuple
    upright: bool

    @property
    def bottom(self) -> float:
        return self.top + self.size / MM


@dataclass(frozen=True)
class Line:
    """Characters of one size on one baseline without a wide gap, spaces left out."""

    chars: tuple[Char, ...]
    page: int

    @property
    def text(self) -> str:
        return "".join(char.text for char in self.chars)

    @property
    def size(self) -> float:
        return self.chars[0].size

    @property
    def x0(self) -> float:
        return self.chars[0].x0

    @property
    def x1(self) -> float:
        return max(char.x1 for char in self.chars)

    @property
    def middle(self) -> float:
        return (self.x0 + self.x1) / 2

    @property
    def top(self) -> float:
        return self.chars[0].top

    @property
    def bottom(self) -> float:
        return self.chars[0].bottom

    @property
    def fonts(self) -> set[str]:
        return {char.font for char in self.chars}

    @property
    def colours(self) -> set[tuple]:
        return {char.colour for char in self.chars}


@dataclass(frozen=True)
class Rule:
    x0: float
    x1: float
    y: float  # its middle
    width: float
    colour: tuple
    page: int

    @property
    def length(self) -> float:
        return self.x1 - self.x0


@dataclass(frozen=True)
class Page:
    number: int
    width: float
    height: float
    chars: tuple[Char, ...]
    rules: tuple[Rule, ...]
    uprights: tuple[Rule, ...]  # x0 and x1 are their top and bottom, y their place
    boxes: tuple[tuple[float, float, float, float], ...]  # x0, top, x1, bottom of filled shapes

    @property
    def wide(self) -> bool:
        return self.width > self.height

    @cached_property
    def lines(self) -> list[Line]:
        """From the top, those beside each other from the left; a wide gap parts a line."""
        upright = [char for char in self.chars if char.upright and char.text.strip()]
        upright.sort(key=lambda char: (*_row(char), char.x0))
        found = []
        for _, group in groupby(upright, key=_row):
            row = list(group)
            cuts = [i for i in range(1, len(row)) if row[i].x0 - row[i - 1].x1 > APART]
            for start, end in pairwise([0, *cuts, len(row)]):
                found.append(Line(tuple(row[start:end]), self.number))
        return found

    @cached_property
    def footer(self) -> list[Char]:
        """The page number as it lies in the printed page, from its left."""
        lying = [char for char in self.chars if not char.upright and char.text.strip()]
        if self.wide:
            return sorted(lying, key=lambda char: char.x0)
        return [c for c in self.chars if c.top > 262.5 and c.size < 15 and c.text.strip()]


@dataclass(frozen=True)
class Paper:
    pages: tuple[Page, ...]

    def lines(self, *, size: float | None = None, wide: bool | None = None) -> list[Line]:
        return [
            line
            for page in self.pages
            if wide is None or page.wide == wide
            for line in page.lines
            if size is None or abs(line.size - size) < 0.05
        ]

    @property
    def rules(self) -> list[Rule]:
        return [rule for page in self.pages for rule in page.rules]


def _row(char: Char) -> tuple[float, float]:
    return round(char.top + ASCENT * char.size / MM, 1), round(char.size, 1)


def measure(pdf: bytes, pages: list[int] | None = None) -> Paper:
    """All pages, or some by number."""
    with pdfplumber.open(BytesIO(pdf), pages=pages) as document:
        return Paper(tuple(_page(page) for page in document.pages))


def _page(page) -> Page:
    width, height = float(page.width) / MM, float(page.height) / MM
    rules, uprights = [], []
    for line in page.lines:
        level = abs(line["top"] - line["bottom"]) < 0.1
        begin, end = (line["x0"], line["x1"]) if level else (line["top"], line["bottom"])
        at = line["top"] if level else line["x0"]
        rule = Rule(
            begin / MM,
            end / MM,
            at / MM,
            line["linewidth"] / MM,
            tuple(line["stroking_color"]),
            page.page_number,
        )
        (rules if level else uprights).append(rule)
    boxes = tuple(
        (box["x0"] / MM, box["top"] / MM, box["x1"] / MM, box["bottom"] / MM)
        for box in [*page.rects, *page.curves]
    )
    chars = tuple(_char(char, width, height) for char in page.chars)
    rules.sort(key=lambda rule: rule.y)
    return Page(page.page_number, width, height, chars, tuple(rules), tuple(uprights), boxes)


def _char(char: dict, width: float, height: float) -> Char:
    """The number of a wide page lies on its side: it is measured as the printed page has it."""
    a, b, _, _, x, y = char["matrix"]
    size = char["size"]
    x0, x1 = char["x0"] / MM, char["x1"] / MM
    if char["upright"]:
        top = height - y / MM - ASCENT * size / MM
    else:  # the printed page's left is the top of the page as it is read
        x0, x1 = char["top"] / MM, char["bottom"] / MM
        size = char["width"] if abs(b) > abs(a) else size
        top = 297 - x / MM - ASCENT * size / MM
    return Char(
        char["text"],
        char["fontname"].split("+")[-1],
        size,
        x0,
        x1,
        top,
        tuple(char["non_stroking_color"]),
        char["upright"],
    )
