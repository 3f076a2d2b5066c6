"""Which measured lines say which part of a document."""

from collections.abc import Iterator, Sequence
from functools import cached_property

from reports import fonts
from reports.document import Document, Grid, Paragraph
from reports.gate import clean
from reports.periods import date_words
from tests.reports.layout.measuring import Char, Line, Page, Paper
from tests.reports.readers import squeeze

LINE, CHARACTER, GAP = 10.446, 5.571, 4.801  # of the text, in millimetres
LEFT, RIGHT, TOP, BOTTOM = 28.0, 184.0, 37.0, 262.0
BLACK, RED = (0.0, 0.0, 0.0, 1.0), (0.0, 0.8, 0.8, 0.0)


def _in_file(name: str) -> str:
    """A face's name as the file has it."""
    return "".join(c for c in name if c.isascii() and (c.isalnum() or c == "-"))


class Reading:
    """A document beside its measured paper."""

    def __init__(self, document: Document, paper: Paper) -> None:
        self.document, self.paper = document, paper
        self._main = [line for page in self.main for line in page.lines]

    @cached_property
    def main(self) -> list[Page]:
        """The pages before the first annex."""
        first = self.annex_starts[0].number if self.annex_starts else 10**6
        return [page for page in self.paper.pages if page.number < first]

    @cached_property
    def annex_starts(self) -> list[Page]:
        labels = {table.label for table in self.document.annexes}
        return [page for page in self.paper.pages if page.lines and page.lines[0].text in labels]

    def set_in(self, role: str, what: Line | Sequence[Char]) -> bool:
        """Is every character in the first face of the role that has it?"""
        chars = what.chars if isinstance(what, Line) else what
        chain = getattr(fonts.load(), role)
        faces = {char.text: chain.face_for(char.text[0]) for char in chars}
        return all(char.font == _in_file(faces[char.text].fontName) for char in chars)

    @cached_property
    def letterhead(self) -> list[Line]:
        return [line for line in self.paper.pages[0].lines if RED in line.colours]

    @cached_property
    def number(self) -> Line:
        return self.find(self.document.number)[0]

    @cached_property
    def title(self) -> list[Line]:
        return self.find(self.document.title)

    @cached_property
    def addressee(self) -> list[Line]:
        """Empty where it stands in 版记."""
        if not self.document.addressee:
            return []
        return self.find(f"{self.document.addressee}：", missing_ok=True)

    @cached_property
    def blocks(self) -> list[tuple[object, list[Line]]]:
        """Each block of the body with its lines, one after the other."""
        found, after = [], self.addressee[-1] if self.addressee else self.title[-1]
        for block in self.document.body:
            if isinstance(block, Grid):
                if block.caption:
                    lines = self.find(block.caption, after=after)
                    found.append((block, lines))
                    after = lines[-1]
                continue
            text = block.lead + block.text if isinstance(block, Paragraph) else block.text
            lines = self.find(text, after=after)
            found.append((block, lines))
            after = lines[-1]
        return found

    @property
    def text_lines(self) -> list[Line]:
        """Addressee and body."""
        return [*self.addressee, *(line for _, lines in self.blocks for line in lines)]

    @cached_property
    def attachments(self) -> list[list[Line]]:
        names, found = self.document.attachments, []
        after = self.blocks[-1][1][-1] if self.blocks else self.title[-1]
        for i, name in enumerate(names, 1):
            number = f"{i}." if len(names) > 1 else ""
            said = f"{'附件：' if i == 1 else ''}{number}{name}"
            found.append(self.find(said, after=after))
            after = found[-1][-1]
        return found

    @cached_property
    def signature(self) -> tuple[list[Line], list[Line]]:
        """Name and date."""
        last = [lines[-1] for lines in self.attachments] or [self.blocks[-1][1][-1]]
        names = self.find(self.document.signature, after=last[-1])
        day = date_words(self.document.date) if self.document.date else "年月日"
        return names, self.find(day, after=names[-1])

    @cached_property
    def colophon(self) -> list[Line]:
        """Lines of size 4 in the type area that begin a character in, on tall pages."""
        begun, found = False, []
        for page in self.paper.pages:
            for line in page.lines:
                if page.wide or abs(line.size - 14) > 0.05 or line.bottom > BOTTOM + 0.5:
                    continue
                begun = (
                    begun
                    or line.text.startswith(("主送：", "抄送："))
                    or (
                        bool(self.document.printed_by)
                        and line.text == squeeze(self.document.printed_by)
                    )
                )
                if begun:
                    found.append(line)
        return found

    def find(self, text: str, *, after: Line | None = None, missing_ok: bool = False) -> list[Line]:
        """The lines that say a text one after the other, tables and notes between them skipped."""
        wanted = squeeze(clean(text))
        start = self._main.index(after) + 1 if after else 0
        for i in range(start, len(self._main)):
            if wanted.startswith(self._main[i].text):
                found = list(self._said(wanted, i))
                if "".join(line.text for line in found) == wanted:
                    return found
        assert missing_ok, f"not on the paper: {wanted[:60]}"
        return []

    def _said(self, wanted: str, start: int) -> Iterator[Line]:
        size = self._main[start].size
        for line in self._main[start:]:
            if not wanted:
                return
            if abs(line.size - size) < 0.05 and wanted.startswith(line.text):
                wanted = wanted[len(line.text) :]
                yield line
