"""One Type0 font a face, written fast: what a paper's typefaces cost is decided here.

ReportLab cuts a face into fonts of 256 characters and copies the whole glyf table for each of
them, so half of a Chinese paper's time went there. Here

* a face is one font (Type0, Identity-H), so that a line is one string and nothing is split;
* a character's code is its place in the order of first use: codes are small, four hexadecimal
  digits each, found by str.translate in one go, and are the glyph numbers of the program too;
* a glyph's bytes, metrics and checksum are read once in the life of the process; a program is
  those put together, and its checksums are sums of sums.

It uses what ReportLab asks of a dynamic font (splitString, getSubsetInternalName, addObjects).
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from hashlib import md5
from itertools import accumulate, groupby
from struct import pack, pack_into, unpack_from
from typing import NamedTuple
from weakref import WeakKeyDictionary
from zlib import crc32

from reportlab.pdfbase.pdfdoc import PDFDocument
from reportlab.pdfbase.ttfonts import TTFError, TTFont, TTFontFile

from reports.pdf_streams import Stream, Written

_WHOLE = 0xFFFFFFFF
_COMPOSITE_MORE, _WORDS, _SCALE, _TWO_SCALES, _MATRIX = 0x20, 0x1, 0x8, 0x40, 0x80
_SYMBOLIC, _NONSYMBOLIC = 1 << 2, 1 << 5


class Glyph(NamedTuple):
    """A glyph as it goes into a program: its bytes in fours, their sum, width and bearing."""

    data: bytes
    sum: int
    metrics: bytes
    parts: tuple[tuple[int, int], ...]  # of a composite: where a glyph number stands, and which


class Codes(dict[int, str]):
    """Character → code in hexadecimal, given out at the first use; 0 is what no glyph has."""

    def __init__(self, glyphs: Mapping[int, int]) -> None:
        super().__init__()
        self.glyphs = glyphs
        self.points: list[int] = []

    def __missing__(self, point: int) -> str:
        if point not in self.glyphs:
            return "0000"
        self.points.append(point)
        self[point] = code = _hexadecimal(len(self.points))
        return code


class IdentityFace(TTFont):
    """A TrueType face that is one font in each document; documents may be drawn side by side."""

    def __init__(self, name: str, path: str) -> None:
        super().__init__(name, path, subfontIndex=0, asciiReadable=False, shapable=False)
        # ReportLab takes two faces of one PostScript name for the same face.
        self.face.name = f"{name} as one font".encode()
        plain = "".join(c for c in name if c.isascii() and (c.isalnum() or c == "-"))
        self.label = plain or f"Face{crc32(name.encode()):08x}"
        self._used: WeakKeyDictionary[PDFDocument, Codes] = WeakKeyDictionary()
        self._outlines = Outlines(self.face)

    def codes(self, document: PDFDocument) -> Codes:
        """What `str.translate` makes hexadecimal codes with."""
        try:
            return self._used[document]
        except KeyError:
            return self._used.setdefault(document, Codes(self.face.charToGlyph))

    def splitString(
        self, text: str | bytes, doc: PDFDocument, encoding: str = "utf-8"
    ) -> list[tuple[int, bytes]]:
        typed = text if isinstance(text, str) else text.decode(encoding)
        return [(0, bytes.fromhex(typed.translate(self.codes(doc))))] if typed else []

    def getSubsetInternalName(self, subset: int, doc: PDFDocument) -> str:
        name: str | None = doc.fontMapping.get(self.fontName)
        if name is None:
            name = doc.fontMapping[self.fontName] = f"/F{len(doc.fontMapping) + 1}"
            doc.delayedFonts.append(self)
        return name

    def addObjects(self, doc: PDFDocument) -> None:
        """The font's objects, once all of the document's text is known."""
        points = self._used.pop(doc, Codes({})).points
        doc.updateSignature(repr(points))  # what the codes on the pages mean
        face = self.face
        name = f"{_tag(points)}+{self.label}"
        count, program = self._outlines.program([face.charToGlyph[point] for point in points])
        file = doc.Reference(Stream(program, Length1=len(program)), f"file:{name}")
        present = doc.Reference(Stream(_bits(count)), f"present:{name}")
        box = " ".join(str(round(edge)) for edge in face.bbox)
        descriptor = Written(
            f"<< /Type /FontDescriptor /FontName /{name} /FontBBox [{box}]"
            f" /Flags {face.flags & ~_NONSYMBOLIC | _SYMBOLIC} /ItalicAngle {face.italicAngle:g}"
            f" /Ascent {face.ascent:.0f} /Descent {face.descent:.0f}"
            f" /CapHeight {face.capHeight:.0f} /StemV {face.stemV:.0f}"
            f" /FontFile2 {_at(doc, file)} /CIDSet {_at(doc, present)} >>"
        )
        descendant = Written(
            f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{name} /CIDToGIDMap /Identity"
            " /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>"
            f" /DW 1000 /W [{' '.join(self._widths(points))}]"
            f" /FontDescriptor {_at(doc, doc.Reference(descriptor, f'descriptor:{name}'))} >>"
        )
        meaning = doc.Reference(Stream(_to_unicode(points)), f"unicode:{name}")
        font = Written(
            f"<< /Type /Font /Subtype /Type0 /BaseFont /{name} /Encoding /Identity-H"
            f" /DescendantFonts [{_at(doc, doc.Reference(descendant, f'descendant:{name}'))}]"
            f" /ToUnicode {_at(doc, meaning)} >>"
        )
        key = self.getSubsetInternalName(0, doc)[1:]
        doc.idToObject["BasicFonts"].dict[key] = doc.Reference(font, f"font:{name}")

    def _widths(self, points: list[int]) -> Iterator[str]:
        """Of the codes that are not as wide as a Chinese character: first code, its row."""
        widths = self.face.charWidths
        odd = [(code, widths[p]) for code, p in enumerate(points, 1) if widths[p] != 1000]
        for _, run in groupby(enumerate(odd), key=lambda each: each[1][0] - each[0]):
            row = [each for _, each in run]
            yield f"{row[0][0]} [{' '.join(f'{width:g}' for _, width in row)}]"


class Outlines:
    """The glyphs of a face, each read once, and the programs made of them."""

    def __init__(self, face: TTFontFile) -> None:
        self.file = face
        self.start = face.get_table_pos("glyf")[0]
        if self.start + face.glyphPos[-1] > len(face._ttf_data):
            raise TTFError("the file ends before its outlines do")
        self.glyph = lru_cache(maxsize=None)(self._read)
        optional = ((tag, _table(face, tag)) for tag in ("cvt ", "fpgm", "prep"))
        self.same: dict[str, bytes | bytearray] = {tag: data for tag, data in optional if data}

    def _read(self, number: int) -> Glyph:
        face = self.file
        begin, end = face.glyphPos[number], face.glyphPos[number + 1]
        data = face._ttf_data[self.start + begin : self.start + end]
        parts = tuple(_parts(data)) if data[:1] >= b"\x80" else ()
        data += b"\0" * (-len(data) % 4)
        width, bearing = face.hmetrics[number]
        return Glyph(data, _sum(data), pack(">HH", int(width), int(bearing) & 0xFFFF), parts)

    def program(self, numbers: list[int]) -> tuple[int, bytes]:
        """How many glyphs, and a TrueType program: glyph 0, then these, then their parts."""
        glyphs = [self.glyph(number) for number in (0, *numbers)]
        if any(glyph.parts for glyph in glyphs):
            glyphs = self._with_parts(numbers, glyphs)
        count = len(glyphs)
        offsets = accumulate((len(glyph.data) for glyph in glyphs), initial=0)
        head, hhea, maxp = (bytearray(_table(self.file, t)) for t in ("head", "hhea", "maxp"))
        pack_into(">L", head, 8, 0)
        pack_into(">H", head, 50, 1)  # offsets of four bytes
        pack_into(">H", hhea, 34, count)
        pack_into(">H", maxp, 4, count)
        tables: dict[str, bytes | bytearray] = self.same | {
            "glyf": b"".join(glyph.data for glyph in glyphs),
            "head": head,
            "hhea": hhea,
            "hmtx": b"".join(glyph.metrics for glyph in glyphs),
            "loca": pack(f">{count + 1}L", *offsets),
            "maxp": maxp,
        }
        return count, _bound(tables, sum(glyph.sum for glyph in glyphs))

    def _with_parts(self, numbers: list[int], glyphs: list[Glyph]) -> list[Glyph]:
        """Composites that name their parts as they are numbered here, and those parts."""
        order = [0, *numbers]
        new = {number: i for i, number in reversed(list(enumerate(order)))}
        made: list[Glyph] = []
        for i, number in enumerate(order):  # grows as parts are found
            glyph = glyphs[i] if i < len(glyphs) else self.glyph(number)
            data = bytearray(glyph.data)
            for place, part in glyph.parts:
                if part not in new:
                    new[part] = len(order)
                    order.append(part)
                pack_into(">H", data, place, new[part])
            made.append(glyph._replace(data=bytes(data), sum=_sum(data)) if glyph.parts else glyph)
        return made


def _parts(data: bytes) -> Iterator[tuple[int, int]]:
    """Where a composite names a glyph, and which."""
    place, flags = 10, _COMPOSITE_MORE
    while flags & _COMPOSITE_MORE:
        flags, number = unpack_from(">HH", data, place)
        yield place + 2, number
        place += 8 if flags & _WORDS else 6
        place += 2 if flags & _SCALE else 4 if flags & _TWO_SCALES else 8 if flags & _MATRIX else 0


def _bound(tables: Mapping[str, bytes | bytearray], glyf_sum: int) -> bytes:
    """The tables as one file, with the checksums that readers may look at."""
    count = len(tables)
    power = 1 << (count.bit_length() - 1)
    directory = pack(
        ">LHHHH", 0x10000, count, power * 16, power.bit_length() - 1, (count - power) * 16
    )
    place, total, head_at = 12 + 16 * count, 0, 0
    parts: list[bytes | bytearray] = []
    for tag, data in sorted(tables.items()):
        checksum = (glyf_sum if tag == "glyf" else _sum(data)) & _WHOLE
        directory += tag.encode() + pack(">LLL", checksum, place, len(data))
        if tag == "head":
            head_at = place
        total += checksum
        parts += [data, b"\0" * (-len(data) % 4)]
        place += len(data) + (-len(data) % 4)
    file = bytearray(b"".join((directory, *parts)))
    pack_into(">L", file, head_at + 8, (0xB1B0AFBA - total - _sum(directory)) & _WHOLE)
    return bytes(file)


def _sum(data: bytes | bytearray) -> int:
    padded = bytes(data) + b"\0" * (-len(data) % 4)
    return sum(unpack_from(f">{len(padded) // 4}L", padded))


def _table(face: TTFontFile, tag: str) -> bytes:
    """A table's bytes; empty where the face has none."""
    try:
        place, size = face.get_table_pos(tag)
    except KeyError:
        return b""
    return bytes(face._ttf_data[place : place + size])


def _at(doc: PDFDocument, reference: object) -> str:
    return str(reference.format(doc).decode())  # type: ignore[attr-defined]


def _tag(points: list[int]) -> str:
    """Six letters that name the subset, the same for the same characters."""
    digest = md5(repr(points).encode(), usedforsecurity=False).digest()
    return "".join(chr(65 + byte % 26) for byte in digest[:6])


def _bits(count: int) -> bytes:
    """A bit for each of the first `count` codes."""
    return b"\xff" * (count // 8) + bytes([(0xFF00 >> count % 8) & 0xFF] if count % 8 else [])


@lru_cache(maxsize=65536)
def _hexadecimal(point: int) -> str:
    """A character in UTF-16."""
    return f"{point:04X}" if point < 0x10000 else chr(point).encode("utf-16-be").hex().upper()


def _to_unicode(points: list[int]) -> bytes:
    """The codes' meaning in UTF-16, a row for each first byte of a code."""
    rows: list[str] = []
    for start in range(0, len(points) + 1, 256):
        first, last = max(start, 1), min(start + 255, len(points))
        if first <= last:
            meant = "> <".join(map(_hexadecimal, points[first - 1 : last]))
            rows.append(f"<{first:04X}> <{last:04X}> [<{meant}>]")
    ranges = "".join(
        f"{len(block)} beginbfrange\n" + "\n".join(block) + "\nendbfrange\n"
        for block in (rows[i : i + 100] for i in range(0, len(rows), 100))
    )
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        f"{ranges}endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode()
