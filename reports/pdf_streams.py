"""Streams as PDF/A wants them, deflated by a compressor many times as fast as zlib."""

from isal import isal_zlib
from reportlab.pdfbase.pdfdoc import PDFDocument, PDFObject


class Written(PDFObject):
    """An object that is written already: ReportLab's own are slow to put together."""

    __RefOnly__ = 1

    def __init__(self, written: str | bytes) -> None:
        self.written = written if isinstance(written, bytes) else written.encode("ascii")

    def format(self, document: PDFDocument) -> bytes:
        return self.written


class Stream(Written):
    """Data with a dictionary of its own.

    ReportLab leaves out the line end before `endstream`, which PDF/A-1 demands (6.1.7).
    """

    def __init__(self, data: bytes, deflate: bool = True, **entries: object) -> None:
        if deflate:
            data = isal_zlib.compress(data, 1)
            entries["Filter"] = "/FlateDecode"
        words = "".join(f"/{name} {value} " for name, value in entries.items())
        head = f"<< {words}/Length {len(data)} >>\nstream\n".encode("ascii")
        super().__init__(b"".join((head, data, b"\nendstream\n")))
