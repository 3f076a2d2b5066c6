"""A template's words as parts of a paper.

The body is paragraphs parted by blank lines; a line turned over inside one leaves no gap. `# `
begins a heading; `## ` a smaller one, or the lead of the paragraph on the next line. Both are
numbered here. `@grid NAME caption` is a table made by the program, `@slot NAME label` a place for
the reviewer's own text, `@receipt` and `@signers` begin lines that are kept as they are.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from reports.document import Block, Grid, Heading, Paragraph
from reports.wording_syntax import (
    BREAK,
    DIVIDER,
    FIELD,
    FIELDS,
    MARKERS,
    VALUE,
    Source,
    WordingError,
    fill,
    title_source,
)

_DIGITS = "〇一二三四五六七八九"
_SLOT = re.compile(r"[ \t]*@slot[ \t]+(\w+)[ \t]*(.*?)[ \t]*")


class Slot(NamedTuple):
    """A place for a reviewer's own text; `label` says where it is."""

    name: str
    label: str


@dataclass
class Wording:
    """A paper's words. `fields`: title (line ends where it may be turned over), addressee, …"""

    fields: dict[str, str] = field(default_factory=lambda: dict.fromkeys(FIELDS, ""))
    body: list[Block] = field(default_factory=list)
    receipt: list[str] = field(default_factory=list)
    signers: list[str] = field(default_factory=list)


def render(
    source: Source,
    values: Mapping[str, object],
    grids: Mapping[str, Grid],
    insertions: Mapping[str, str],
) -> Wording:
    """All words of a paper, with the reviewer's own texts in their slots.

    Raises WordingError for a template that does not fit, and for a text without its slot: what a
    reviewer wrote never vanishes.
    """
    head, _, body = fill(source, values).partition(f"\n{DIVIDER}\n")
    reader = _Reader(source, grids, {k: v for k, v in insertions.items() if v.strip()})
    reader.read_head(head)
    reader.read_body(body)
    if reader.insertions:
        raise WordingError(source.name, 0, "slot", "、".join(reader.insertions))
    return reader.made


def title(source: Source, values: Mapping[str, object]) -> str:
    """The title alone, before anything else of the paper is known."""
    own = title_source(source)
    reader = _Reader(own, {}, {})
    reader.read_head(fill(own, values).partition(f"\n{DIVIDER}\n")[0])
    return reader.made.fields["title"]


def slots(source: Source) -> tuple[Slot, ...]:
    """The places for a reviewer's own text, in their order."""
    found = (_SLOT.fullmatch(line) for line in source.plain)
    return tuple(Slot(slot[1], slot[2] or slot[1]) for slot in found if slot)


def numeral(n: int) -> str:
    """1 → 一, 10 → 十, 21 → 二十一; up to 99."""
    tens, ones = divmod(n, 10)
    ten = f"{_DIGITS[tens] if tens > 1 else ''}十" if tens else ""
    return ten + (_DIGITS[ones] if ones else "")


class _Reader:
    """Reads rendered lines one after the other into parts."""

    def __init__(
        self, source: Source, grids: Mapping[str, Grid], insertions: dict[str, str]
    ) -> None:
        self.source, self.grids, self.insertions = source, grids, insertions
        self.made = Wording()
        self._kept: list[str] | None = None  # lines of a strip, kept as they are
        self._lead, self._text = "", ""
        self._headings = self._leads = 0

    def read_head(self, text: str) -> None:
        name = ""
        for line in text.split("\n"):
            if found := FIELD.match(line):
                name = found[1]
                self.made.fields[name] = _one_line(found[2])
            elif line[:1] in (" ", "\t") and line.strip() and name:
                self.made.fields[name] += f"\n{_one_line(line)}"

    def read_body(self, text: str) -> None:
        for line in text.split("\n"):
            line = line.strip(" \t")
            if line.startswith("@"):
                self._end_paragraph()
                self._mark(*line[1:].partition(" ")[::2])
            elif self._kept is not None:
                self._kept += [_typed(line)] if _typed(line) else []
            elif line.startswith("#"):
                self._end_paragraph()
                self._head(line)
            elif line:
                self._text += line
            else:
                self._end_paragraph()
        self._end_paragraph()

    def _head(self, line: str) -> None:
        text = _one_line(line.lstrip("#"))
        if line.startswith("##"):
            self._leads += 1
            self._lead = f"（{numeral(self._leads)}）{text}"
        else:
            self._headings, self._leads = self._headings + 1, 0
            self.made.body.append(Heading(f"{numeral(self._headings)}、{text}"))

    def _end_paragraph(self) -> None:
        text = _typed(self._text)
        if text.strip():
            self.made.body.append(Paragraph(text, self._lead))
        elif self._lead:
            self.made.body.append(Heading(self._lead, 2))
        self._lead = self._text = ""

    def _mark(self, marker: str, rest: str) -> None:
        name, _, rest = _typed(rest).strip().partition(" ")
        if marker not in MARKERS:
            raise WordingError(self.source.name, self._line("@" + marker), "marker", marker)
        self._kept = {"receipt": self.made.receipt, "signers": self.made.signers}.get(marker)
        if marker == "grid":
            if name not in self.grids:
                raise WordingError(self.source.name, self._line("@grid"), "grid", name)
            table = self.grids[name]
            if table.rows:
                self.made.body.append(Grid(table.columns, table.rows, _one_line(rest)))
        elif marker == "slot":
            own = self.insertions.pop(name, "").split("\n")
            self.made.body += [Paragraph(said.strip()) for said in own if said.strip()]

    def _line(self, start: str) -> int:
        plain = self.source.plain
        return next((i for i, line in enumerate(plain, 1) if line.strip().startswith(start)), 0)


def _typed(text: str) -> str:
    return text.replace(VALUE, "").replace(BREAK, "\n")


def _one_line(text: str) -> str:
    return " ".join(_typed(text).split("\n")).strip(" \t")
