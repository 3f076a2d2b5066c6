"""Faces that the free set does not show: composites, names without a Latin letter, other grids."""

import shutil
from io import BytesIO

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from reportlab.pdfbase import pdfmetrics

from reports import fonts
from reports.archive import ArchiveCanvas, Imprint
from reports.identity_face import IdentityFace
from tests.reports.readers import fonts_of, text_of
from tests.reports.test_archive import File, fonts_in, stream_of


def box(width: int, height: int):
    pen = TTGlyphPen(None)
    for i, point in enumerate([(0, 0), (0, height), (width, height), (width, 0)]):
        (pen.lineTo if i else pen.moveTo)(point)
    pen.closePath()
    return pen.glyph()


@pytest.fixture
def composite(tmp_path):
    """乙 is drawn of a bar and of 丁, which is a composite itself, on a grid of 2048."""
    parts = {".notdef": box(500, 500), "bar": box(300, 100), "stem": box(100, 900)}
    pen = TTGlyphPen(parts)
    pen.addComponent("stem", (1, 0, 0, 1, 50, 0))
    parts["ding"] = pen.glyph()
    pen = TTGlyphPen(parts)
    pen.addComponent("bar", (0.5, 0, 0, 0.5, 400, 10))
    pen.addComponent("ding", (1, 0, 0, 1, 600, 0))
    parts["yi"] = pen.glyph()
    builder = FontBuilder(2048, isTTF=True)
    builder.setupGlyphOrder(list(parts))
    builder.setupCharacterMap({ord("丁"): "ding", ord("乙"): "yi"})
    builder.setupGlyf(parts)
    builder.setupHorizontalMetrics({name: (2048 if name == "ding" else 1500, 0) for name in parts})
    builder.setupHorizontalHeader(ascent=1800, descent=-248)
    builder.setupNameTable({"familyName": "Parts", "styleName": "Regular", "psName": "Parts"})
    builder.setupOS2(sTypoAscender=1800, usWinAscent=1800, usWinDescent=248)
    builder.setupPost()
    path = tmp_path / "Parts.ttf"
    builder.save(path)
    return path


@pytest.fixture
def registered():
    """Registers faces for a test and takes them back."""
    faces = []

    def register(name, path):
        faces.append(IdentityFace(name, str(path)))
        pdfmetrics.registerFont(faces[-1])
        return faces[-1]

    yield register
    for face in faces:
        face.unregister()


def print_in(*lines: tuple[IdentityFace, str]) -> bytes:
    out = BytesIO()
    first = lines[0][0].fontName
    canvas = ArchiveCanvas(out, imprint=Imprint("t", "a", "2026-11-23"), face=first)
    for i, (face, text) in enumerate(lines):
        canvas.setFont(face.fontName, 16)
        canvas.drawString(50, 700 - 30 * i, text)
    canvas.save()
    return out.getvalue()


def program_of(pdf: bytes) -> TTFont:
    file = File(pdf)
    [(_, descendant)] = fonts_in(file)
    descriptor = file.behind(descendant, "FontDescriptor")
    return TTFont(BytesIO(stream_of(file.behind(descriptor, "FontFile2"))), checkChecksums=2)


def test_a_composite_brings_its_parts(composite, registered):
    pdf = print_in((registered("parts", composite), "乙"))
    program, source = program_of(pdf), TTFont(composite)
    order = program.getGlyphOrder()
    assert len(order) == 5  # .notdef, 乙, bar, 丁, stem
    drawn = program["glyf"][order[1]].getCoordinates(program["glyf"])[0]
    assert list(drawn) == list(source["glyf"]["yi"].getCoordinates(source["glyf"])[0])
    assert text_of(pdf) == "乙"
    source.close()


def test_parts_that_are_characters_of_the_text_come_once(composite, registered):
    program = program_of(print_in((registered("parts", composite), "丁乙丁")))
    assert program["maxp"].numGlyphs == 5
    assert program["hmtx"][program.getGlyphOrder()[1]][0] == 2048


def test_widths_are_in_thousandths_whatever_the_grid(composite, registered):
    face = registered("parts", composite)
    assert face.stringWidth("丁", 10) == pytest.approx(10, abs=0.01)
    file = File(print_in((face, "丁乙")))
    [(_, descendant)] = fonts_in(file)
    assert b"/W [2 [732" in descendant


def test_a_character_without_a_glyph_is_glyph_0(composite, registered):
    face = registered("parts", composite)
    assert face.splitString("丁丙乙", object_with_weak_reference()) == [
        (0, b"\x00\x01\x00\x00\x00\x02")
    ]


class Holder:
    """Stands for a document."""


def object_with_weak_reference():
    return Holder()


def test_two_files_with_chinese_names_are_two_fonts(tmp_path):
    """ReportLab takes faces of one name for one face."""
    one, other = tmp_path / "仿宋.ttf", tmp_path / "楷体.ttf"
    shutil.copy(fonts.FOLDER / fonts.FREE["fangsong"], one)
    shutil.copy(fonts.FOLDER / fonts.FREE["kaiti"], other)
    faces = fonts.load({"fangsong": [str(one)], "kaiti": [str(other)]})
    pdf = print_in((faces.fangsong.faces[0], "水利"), (faces.kaiti.faces[0], "水利"))
    assert len(fonts_of(pdf)) == 2
    assert pdf.count(b"/Subtype /Type0") == 2
