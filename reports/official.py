"""Official papers after GB/T 9704-2012: a Document becomes a PDF/A-1b file.

The text flows as strips below the head of its form; annexes follow on pages of their own, and
the last page of all ends with 版记.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from io import BytesIO

from reportlab.lib.pagesizes import A4, landscape

from reports import annexes, colophon, heads, main_text, page, qr_code
from reports.archive import ArchiveCanvas, Imprint
from reports.body_text import TextStyle, set_text
from reports.document import Document
from reports.fonts import FacePaths, Faces, load
from reports.page_numbers import draw_number
from reports.receipt import receipt, signers
from reports.sheet import Sheet
from reports.signature_block import signature
from reports.strips import Strip, draw_page, paginate

BODY_BELOW = 2  # lines of text that the first page must show below the addressees


def draw(document: Document, faces: FacePaths | None = None) -> bytes:
    """The PDF; the same document and faces always give the same bytes.

    Raises FacesMissing where no usable face is found.
    """
    return draw_many((document,), faces)


def draw_many(documents: Sequence[Document], faces: FacePaths | None = None) -> bytes:
    """One file to print from on both sides: every paper begins on an odd page.

    It carries the first paper's title (and how many there are), author and day. Raises
    ValueError for no papers.
    """
    if not documents:
        raise ValueError("no papers to draw")
    loaded, out, first, count = load(faces), BytesIO(), documents[0], len(documents)
    title = first.title.replace("\n", "") + (f"等{count}件" if count > 1 else "")
    imprint = Imprint(title, first.author, first.day)
    canvas = ArchiveCanvas(out, imprint=imprint, face=loaded.fangsong.name, pagesize=A4)
    pages = 0
    for document in documents:
        if pages % 2:
            _lay(canvas, wide=False)
            canvas.showPage()
            pages += 1
        pages += _Paper(canvas, document, loaded).draw()
    canvas.save()
    return out.getvalue()


def _lay(canvas: ArchiveCanvas, *, wide: bool) -> None:
    """How the canvas's page lies. ReportLab turns the size it is given together with the page."""
    canvas.setPageSize(landscape(A4) if wide else A4)
    canvas.setPageRotation(90 if wide else 0)


class _Paper:
    """One paper on its way onto a canvas."""

    def __init__(self, canvas: ArchiveCanvas, document: Document, faces: Faces) -> None:
        self.canvas, self.document, self.faces = canvas, document, faces
        self.pages = 0

    def draw(self) -> int:
        """Draw all pages; how many they are."""
        document, faces = self.document, self.faces
        sheet = Sheet(self.canvas)
        head = heads.file_form if document.form == "file" else heads.letter_form
        top = head(sheet, document, faces)
        to = main_text.addressee(document, faces)
        below = top + page.LEADING
        room = page.TOP + page.HEIGHT - below - (len(to) + BODY_BELOW) * page.LEADING + page.gap()
        addressed = bool(to) and room < 0
        strips = [] if addressed else main_text.text_rows(to)
        strips += main_text.strips(document, faces)
        strips += self._end()
        closing = colophon.strips(document, faces, addressed=addressed)
        if not document.annexes:
            strips += closing
        self._pages(strips, page.tall(), below, sheet)
        for i, table in enumerate(document.annexes):
            last = i == len(document.annexes) - 1 and not table.wide
            sheet = Sheet(self.canvas, wide=table.wide)
            top = annexes.head(sheet, table, faces)
            made = [*annexes.strips(table, faces, top), *(closing if last else ())]
            self._pages(made, annexes.frame_of(table), top, sheet)
        if closing and document.annexes and document.annexes[-1].wide:
            self._pages(closing, page.tall(), page.TOP, Sheet(self.canvas))
        return self.pages

    def _end(self) -> Iterable[Strip]:
        """From the signature to the strip that is sent back."""
        document, faces = self.document, self.faces
        yield from signers(document.signers, faces)
        if document.signature:
            beside = partial(qr_code.beside, url=document.verify_url, faces=faces)
            yield signature(document, faces, beside)
        elif document.verify_url:
            yield qr_code.alone(document.verify_url, faces)
        if document.note:
            text = document.note.strip("（）() ")
            style = TextStyle(page.SIZE, left=2 * page.pitch(), spacing=page.SPACING)
            lines = set_text(((f"（{text}）", faces.fangsong),), style, page.WIDTH)
            yield from main_text.text_rows(lines, keep=True)
        yield from receipt(document.receipt, faces)

    def _pages(
        self, strips: Sequence[Strip], frame: page.Frame, first_top: float, sheet: Sheet
    ) -> None:
        """The strips on as many pages as they need; the sheet is the first of them."""
        for i, placed in enumerate(paginate(strips, frame, first_top)):
            if i:
                sheet = Sheet(self.canvas, wide=sheet.wide)
            draw_page(sheet, placed)
            self._finish(sheet)

    def _finish(self, sheet: Sheet) -> None:
        sheet.finish()
        self.pages += 1
        if self.pages > 1 or self.document.form == "file":
            number = Sheet(self.canvas)
            draw_number(number, self.pages, self.faces.songti)
            number.finish()
        _lay(self.canvas, wide=sheet.wide)
        self.canvas.showPage()
