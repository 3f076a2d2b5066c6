"""What makes ReportLab's canvas write PDF/A-1b: papers must open alike in fifty years.

Its own documents lack the metadata, the output intent and a line end that the standard asks
for, and name Helvetica without embedding it.
"""

from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any

from reportlab.pdfbase.pdfdoc import (
    PDFCatalog,
    PDFDictionary,
    PDFDocument,
    PDFInfo,
    PDFPage,
    PDFString,
)
from reportlab.pdfgen.canvas import Canvas

from reports.gate import clean
from reports.inks import as_ink, profile
from reports.pdf_streams import Stream, Written

_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<pdfaid:part>1</pdfaid:part>
<pdfaid:conformance>B</pdfaid:conformance>
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<xmp:CreateDate>{moment}</xmp:CreateDate>
<xmp:ModifyDate>{moment}</xmp:ModifyDate>
<xmp:CreatorTool>{creator}</xmp:CreatorTool>
<pdf:Producer>{producer}</pdf:Producer>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>
"""


@dataclass(frozen=True)
class Imprint:
    """What the file says of itself. `day` (ISO) dates it, so the same facts give the same bytes."""

    title: str
    author: str
    day: str


class ArchiveCanvas(Canvas):
    """A canvas whose file is PDF/A-1b, as long as only registered faces and plain inks are used.

    `face` is any of the paper's faces: without one ReportLab falls back on Helvetica.
    """

    def __init__(self, out: object, *, imprint: Imprint, face: str, **named: Any) -> None:
        named |= {"initialFontName": face, "enforceColorSpace": as_ink, "pageCompression": 1}
        super().__init__(out, **named)
        self._doc = ArchiveDocument(imprint)


class ArchiveDocument(PDFDocument):
    """ReportLab's document with the parts that PDF/A-1b adds; its bytes follow from its content."""

    def __init__(self, imprint: Imprint) -> None:
        super().__init__(compression=1, invariant=1, pdfVersion=(1, 4))
        self.info = _Info(imprint)
        catalog = _Catalog()
        catalog.Pages, catalog.Lang = self.Pages, PDFString("zh-CN")
        catalog.Outlines = self.Outlines
        self.Catalog = self._catalog = catalog
        described = self.info.described().encode()
        catalog.Metadata = Stream(described, deflate=False, Type="/Metadata", Subtype="/XML")
        look = self.Reference(Written(_look()), "profile").format(self).decode()
        catalog.OutputIntents = Written(
            "[<< /Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (Custom)"
            f" /Info (Offset, solid overprints) /DestOutputProfile {look} >>]"
        )

    def addPage(self, page: PDFPage) -> None:
        """Its drawing is kept deflated at once: a long print file need not lie about in full."""
        drawn = page.stream.encode("ascii")
        self.updateSignature(drawn)
        page.Contents, page.stream = Stream(drawn), None
        super().addPage(page)

    def ID(self) -> bytes:
        digest = self.signature.hexdigest()
        return f"[<{digest}> <{digest}>]".encode()


@lru_cache(maxsize=1)
def _look() -> bytes:
    """The profile's stream, the same in every file."""
    return Stream(profile(), N=4).written


class _Catalog(PDFCatalog):
    __NoDefault__ = (*PDFCatalog.__NoDefault__, "OutputIntents")
    __Refs__ = __NoDefault__


def _words(text: str) -> str:
    """On one line, and without what XML cannot hold."""
    return " ".join(clean(text).split())


class _Info(PDFInfo):
    """The same words here as in the metadata, which PDF/A compares."""

    creator = "Hotline"
    producer = "ReportLab"

    def __init__(self, imprint: Imprint) -> None:
        super().__init__()
        self.title, self.author = _words(imprint.title), _words(imprint.author)
        self.year, self.month, self.day = (int(part) for part in imprint.day.split("-"))

    def described(self) -> str:
        return _XMP.format(
            title=escape(self.title),
            author=escape(self.author),
            moment=f"{self.year:04d}-{self.month:02d}-{self.day:02d}T00:00:00+08:00",
            creator=self.creator,
            producer=self.producer,
        )

    def format(self, document: PDFDocument) -> bytes:
        moment = f"(D:{self.year:04d}{self.month:02d}{self.day:02d}000000+08'00')"
        entries = {
            "Title": PDFString(self.title),
            "Author": PDFString(self.author),
            "Creator": PDFString(self.creator),
            "Producer": PDFString(self.producer),
            "CreationDate": moment,
            "ModDate": moment,
        }
        made: bytes = PDFDictionary(entries).format(document)
        return made
