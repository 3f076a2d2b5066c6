"""Streams as PDF/A wants them, deflated by a compressor many times as fast as zlib."""

from isal import isal_zlib
from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFDocument, PDFObject, PDFStream, pdfdocEnc


class Stream(PDFStream):
    """Data with a dictionary of its own.

    ReportLab leaves out the line end before `endstream`, which PDF/A-1 demands (6.1.7).
    """

    def __init__(self, data: bytes, deflate: bool = True, **entries: object) -> None:
        if deflate:
            data = isal_zlib.compress(data, 1)
            entries["Filter"] = "/FlateDecode"
        super().__init__(PDFDictionary({**entries, "Length": len(data)}), data)

    def format(self, document: PDFDocument) -> bytes:
        head: bytes = self.dictionary.format(document)
        return b"".join((head, b"\nstream\n", self.content, b"\nendstream\n"))


class Written(PDFObject):
    """An object whose text is known: ReportLab's own dictionaries are slow to put together."""

    __RefOnly__ = 1

    def __init__(self, text: str) -> None:
        self.text = text

    def format(self, document: PDFDocument) -> bytes:
        return bytes(pdfdocEnc(self.text))
