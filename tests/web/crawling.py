"""Everything someone can open: pages by following their links, files with their texts."""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

import pypdfium2
from werkzeug.test import TestResponse

from tests.web.browsing import Browser

_LINK = re.compile(r'\s(?:href|hx-get)="(/[^"#]*)')
_MOST = 1000


@dataclass(frozen=True)
class Opened:
    """What an address gave. `text`: of a page its source, of a file all that can be read in it."""

    address: str
    answer: TestResponse
    text: str

    @property
    def is_page(self) -> bool:
        return self.answer.mimetype == "text/html"


def crawl(browser: Browser, *, papers: bool = True) -> Iterator[Opened]:
    """Every address that can be reached from the first page, each once; filters one at a time.

    `papers` False: without the PDFs, which take their time.
    """
    waiting, known = ["/"], {"/"}
    while waiting:
        address = waiting.pop(0)
        answer = browser.get(address)
        opened = Opened(address, answer, _text(answer))
        answer.close()
        yield opened
        if not opened.is_page:
            continue
        for link in map(html.unescape, _LINK.findall(opened.text)):
            left_out = link.startswith("/static/") or (".pdf" in link and not papers)
            if link not in known and link.count("=") < 2 and not left_out:
                known.add(link)
                waiting.append(link)
        assert len(known) < _MOST, "more pages than this town can have"


def _text(answer: TestResponse) -> str:
    if answer.mimetype == "application/pdf":
        return _words(answer.data)
    if answer.mimetype == "application/zip":
        with zipfile.ZipFile(BytesIO(answer.data)) as papers:
            return "\n".join(name + _words(papers.read(name)) for name in papers.namelist())
    if answer.mimetype.endswith(("spreadsheetml.sheet", "wordprocessingml.document")):
        with zipfile.ZipFile(BytesIO(answer.data)) as book:
            parts = [name for name in book.namelist() if name.endswith((".xml", ".rels"))]
            return "\n".join(book.read(name).decode() for name in parts)
    return answer.text


def _words(paper: bytes) -> str:
    pages = pypdfium2.PdfDocument(paper)
    return "\n".join(page.get_textpage().get_text_range() for page in pages)
