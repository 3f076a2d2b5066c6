"""Finished files, read object by object: PDF/A-1b as far as it can be seen without a validator."""

import hashlib
import os
import re
import subprocess
import sys
import threading
import xml.etree.ElementTree as ET
import zlib
from dataclasses import replace
from io import BytesIO
from struct import unpack_from

import pytest
from fontTools.ttLib import TTFont
from PIL import Image, ImageCms
from pypdfium2 import PdfDocument
from reportlab.lib.colors import Color, black

from reports import fonts, inks
from reports.archive import ArchiveCanvas, Imprint
from reports.document import Heading, Paragraph
from reports.gate import clean
from reports.official import draw, draw_many
from tests.reports.layout.papers import PAPERS
from tests.reports.readers import squeeze, text_of

RARE = "喆堃玥祎旸镕𠮷👍☎"
NAMESPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "pdf": "http://ns.adobe.com/pdf/1.3/",
    "id": "http://www.aiim.org/pdfa/ns/id/",
}


class File:
    """The objects of a file with a plain cross-reference table."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        found = re.finditer(rb"^(\d+) 0 obj\n(.*?)\nendobj\n", data, re.DOTALL | re.MULTILINE)
        self.objects = {int(match[1]): (match.start(), match[2]) for match in found}

    def __getitem__(self, number: int) -> bytes:
        return self.objects[number][1]

    def holding(self, words: bytes) -> list[bytes]:
        return [body for _, body in self.objects.values() if words in body.split(b"stream")[0]]

    def behind(self, body: bytes, key: str) -> bytes:
        """The object that a dictionary's entry refers to."""
        return self[int(re.search(rf"/{key} \[?(\d+) 0 R".encode(), body)[1])]


def stream_of(body: bytes) -> bytes:
    head, _, rest = body.partition(b"\nstream\n")
    content = rest[: int(re.search(rb"/Length (\d+)", head)[1])]
    assert rest[len(content) :] == b"\nendstream"
    return zlib.decompress(content) if b"/FlateDecode" in head else content


def titled(title: str, *body):
    return replace(PAPERS["rectification"], title=title, body=body)


@pytest.fixture(scope="module")
def paper():
    """A letter with every face, more than 256 characters, rare ones and signs."""
    many = "".join(chr(0x4E00 + 7 * i) for i in range(700))
    text = (Heading("一、基本情况"), Paragraph(f"{many}{RARE}", lead="（一）号码。"))
    return titled("关于<A&B>\n“问题”整改的通知", *text)


@pytest.fixture(scope="module")
def file(paper):
    return File(draw(paper))


def test_the_file_is_framed_as_the_standard_wants(file):
    first, second = file.data.split(b"\n")[:2]
    assert first == b"%PDF-1.4"
    assert second.startswith(b"%")
    assert min(second[1:5]) > 127
    assert file.data.endswith(b"%%EOF\n")
    start = int(re.search(rb"startxref\n(\d+)\n%%EOF", file.data)[1])
    table = file.data[start:].split(b"trailer")[0].split(b"\n")[3:-1]
    places = [int(row[:10]) for row in table]
    assert places == [file.objects[number][0] for number in sorted(file.objects)]
    assert re.search(rb"/ID \[<([0-9a-f]{32})> <\1>\]", file.data)


def test_every_stream_is_as_long_as_it_says_and_ends_on_a_line(file):
    streams = [body for _, body in file.objects.values() if b"\nstream\n" in body]
    assert len(streams) > 20
    for body in streams:
        stream_of(body)


@pytest.mark.parametrize(
    "word",
    ["Helvetica", "SMask", "/ca ", "/CA ", "/Group", "ObjStm", "JavaScript", "LZW", "Encrypt"],
)
def test_nothing_that_the_standard_forbids(file, word):
    heads = [body.split(b"\nstream\n")[0] for _, body in file.objects.values()]
    assert not [head for head in heads if word.encode() in head]
    assert word.encode() not in file.data[file.data.rindex(b"trailer") :]


def test_the_metadata_says_what_the_info_says(file, paper):
    [body] = file.holding(b"/Type /Metadata")
    assert b"Filter" not in body.split(b"stream")[0]
    root = ET.fromstring(stream_of(body).decode())

    def said(path):
        return root.find(f".//{path}", NAMESPACES).text

    title = paper.title.replace("\n", "")
    assert (said("id:part"), said("id:conformance")) == ("1", "B")
    assert said("dc:title//rdf:li") == title
    assert said("dc:creator//rdf:li") == paper.author
    assert said("xmp:CreateDate") == said("xmp:ModifyDate") == f"{paper.day}T00:00:00+08:00"
    [info] = file.holding(b"/CreationDate")
    moment = f"(D:{paper.day.replace('-', '')}000000+08'00')".encode()
    assert info.count(moment) == 2
    assert said("xmp:CreatorTool") == "Hotline"
    assert set(re.findall(rb"/(\w+) \(", info)) >= {b"Title", b"Author", b"Producer"}
    words = PdfDocument(file.data).get_metadata_dict()
    assert (words["Title"], words["Author"]) == (title, paper.author)
    assert words["Producer"] == said("pdf:Producer")


@pytest.mark.parametrize("title", ["", "a\x00<b>&'\"\u202e\n]]>𠮷\ud83d", "(\\) %s {} ~"])
def test_any_title_can_be_told(paper, title):
    file = File(draw(replace(paper, title=title, author=title)))
    [body] = file.holding(b"/Type /Metadata")
    root = ET.fromstring(stream_of(body).decode())
    told = [each.text or "" for each in root.iterfind(".//rdf:li", NAMESPACES)]
    words = PdfDocument(file.data).get_metadata_dict()
    assert told == [words["Title"], words["Author"]]
    assert squeeze(told[0]) == squeeze(clean(title))


def test_the_output_intent_is_a_press(file):
    [catalog] = file.holding(b"/Type /Catalog")
    intent = file.behind(catalog, "OutputIntents")
    assert b"/S /GTS_PDFA1" in intent
    profile = stream_of(file.behind(intent, "DestOutputProfile"))
    assert profile == inks.profile()
    assert (profile[12:16], profile[16:20], profile[36:40]) == (b"prtr", b"CMYK", b"acsp")
    assert unpack_from(">L", profile)[0] == len(profile)
    assert profile[8] == 2


def test_the_profile_is_read_by_a_colour_engine():
    """Red is red on a screen, black is dark, no ink is white; and red comes back as red ink."""
    press = ImageCms.ImageCmsProfile(BytesIO(inks.profile()))
    screen = ImageCms.createProfile("sRGB")
    shown = ImageCms.buildTransform(press, screen, "CMYK", "RGB", renderingIntent=1)
    dots = Image.new("CMYK", (3, 1))
    for i, dot in enumerate([(0, 204, 204, 0), (0, 0, 0, 255), (0, 0, 0, 0)]):
        dots.putpixel((i, 0), dot)
    red, black, white = (ImageCms.applyTransform(dots, shown).getpixel((i, 0)) for i in range(3))
    assert red[0] > 200
    assert max(red[1:]) < 110
    assert max(black) < 70
    assert min(white) > 245
    back = ImageCms.buildTransform(screen, press, "RGB", "CMYK", renderingIntent=1)
    cyan, magenta, yellow, _ = ImageCms.applyTransform(
        Image.new("RGB", (1, 1), red), back
    ).getpixel((0, 0))
    assert cyan < 60
    assert min(magenta, yellow) > 140


@pytest.mark.parametrize("name", ["quarter", "talk", "hostile", "annex of many pages"])
def test_pages_are_drawn_in_plain_inks(name):
    file = File(draw(PAPERS[name]))
    pages = [stream_of(file.behind(body, "Contents")) for body in file.holding(b"/Type /Page\n")]
    assert pages
    for drawn in pages:
        code = re.sub(rb"<[0-9A-F]*>", b"", drawn)
        assert not re.search(rb"(?<=[\d. ])(rg|RG|g|G|cs|CS|scn|SCN|sh|gs)\s", code)
        used = set(re.findall(rb"([\d.]+ [\d.]+ [\d.]+ [\d.]+) [kK]\s", code))
        assert used <= {b"0 0 0 1", b"0 0.8 0.8 0", b"0 .8 .8 0"}


def test_other_colours_become_inks_on_the_canvas():
    out, face = BytesIO(), fonts.load().songti
    canvas = ArchiveCanvas(out, imprint=Imprint("t", "a", "2026-11-23"), face=face.name)
    for colour in (black, Color(0.5, 0.5, 0.5), Color(1, 0, 0), inks.RED):
        canvas.setFillColor(colour)
        canvas.rect(10, 10, 50, 50, stroke=0, fill=1)
    canvas.save()
    file = File(out.getvalue())
    [page] = file.holding(b"/Type /Page\n")
    drawn = stream_of(file.behind(page, "Contents"))
    assert re.findall(rb"[\d. ]+ (?:k|rg|g)\s", drawn) == [
        b"0 0 0 1 k\n",
        b"0 0 0 .5 k\n",
        b"0 1 1 0 k\n",
        b"0 .8 .8 0 k\n",
    ]


def fonts_in(file):
    return [
        (font, file.behind(font, "DescendantFonts")) for font in file.holding(b"/Subtype /Type0")
    ]


def test_each_face_is_one_font_with_its_program(file):
    found = fonts_in(file)
    names = [re.search(rb"/BaseFont /[A-Z]{6}\+([\w-]+)", font)[1].decode() for font, _ in found]
    wanted = {name.removesuffix(".ttf") for name in (*fonts.FREE.values(), *fonts.RARE)}
    assert sorted(names) == sorted(wanted)
    for font, descendant in found:
        assert b"/Encoding /Identity-H" in font
        assert b"/CIDToGIDMap /Identity" in descendant
        descriptor = file.behind(descendant, "FontDescriptor")
        program = stream_of(file.behind(descriptor, "FontFile2"))
        glyphs = TTFont(BytesIO(program))["maxp"].numGlyphs
        present = stream_of(file.behind(descriptor, "CIDSet"))
        bits = "".join(f"{byte:08b}" for byte in present)
        assert bits == "1" * glyphs + "0" * (-glyphs % 8)


def test_programs_hold_the_faces_own_outlines_widths_and_checksums(file):
    for font, descendant in fonts_in(file):
        descriptor = file.behind(descendant, "FontDescriptor")
        data = stream_of(file.behind(descriptor, "FontFile2"))
        padded = data + b"\0" * (-len(data) % 4)
        assert sum(unpack_from(f">{len(padded) // 4}L", padded)) & 0xFFFFFFFF == 0xB1B0AFBA
        program = TTFont(BytesIO(data), checkChecksums=2)
        name = re.search(rb"\+([\w-]+)", font)[1].decode()
        source = TTFont(fonts.FOLDER / f"{name}.ttf")
        best, order = source.getBestCmap(), program.getGlyphOrder()
        meant = meaning(stream_of(file.behind(font, "ToUnicode")))
        widths = widths_of(descendant)
        scale = 1000 / source["head"].unitsPerEm
        assert len(meant) == len(order) - 1
        for code, character in meant.items():
            ours, theirs = program["glyf"][order[code]], source["glyf"][best[ord(character)]]
            assert ours.compile(program["glyf"]) == theirs.compile(source["glyf"]), character
            advance = source["hmtx"][best[ord(character)]][0]
            assert program["hmtx"][order[code]][0] == advance
            assert widths.get(code, 1000) == pytest.approx(advance * scale, abs=0.51)
        source.close()


def meaning(cmap: bytes) -> dict[int, str]:
    made = {}
    for first, row in re.findall(rb"<(\w+)> <\w+> \[(.*?)\]", cmap):
        for i, character in enumerate(re.findall(rb"<(\w+)>", row)):
            made[int(first, 16) + i] = bytes.fromhex(character.decode()).decode("utf-16-be")
    return made


def widths_of(descendant: bytes) -> dict[int, float]:
    rows = re.search(rb"/W \[(.*?)\] /FontDescriptor", descendant)[1]
    made = {}
    for first, row in re.findall(rb"(\d+) \[([\d. ]+)\]", rows):
        made |= {int(first) + i: float(width) for i, width in enumerate(row.split())}
    return made


def test_every_character_comes_out_as_unicode(file, paper):
    assert squeeze(paper.body[1].text) in text_of(file.data)


def test_the_same_paper_has_the_same_bytes_in_another_process():
    script = (
        "import hashlib; from reports.official import draw;"
        "from tests.reports.layout.papers import PAPERS as p;"
        "[draw(p[n]) for n in ('talk', 'rare')];"  # what was drawn before does not count
        "print(hashlib.sha256(draw(p['quarter'])).hexdigest())"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Shanghai"))
    }
    assert said == {hashlib.sha256(draw(PAPERS["quarter"])).hexdigest() + "\n"}


def test_papers_drawn_side_by_side_do_not_mix():
    names = ["quarter", "talk", "rare", "hostile"]
    alone = {name: draw(PAPERS[name]) for name in names}
    wrong: list[str] = []

    def work(name):
        for _ in range(3):
            if draw(PAPERS[name]) != alone[name]:
                wrong.append(name)

    threads = [threading.Thread(target=work, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_the_identifier_follows_the_content():
    one, other = titled("同", Paragraph("一")), titled("同", Paragraph("二"))
    found = {re.search(rb"/ID \[<(\w+)>", draw(paper))[1] for paper in (one, other, one)}
    assert len(found) == 2


def test_a_print_file_holds_each_face_once():
    file = File(draw_many([PAPERS["quarter"], PAPERS["talk"], PAPERS["record"]]))
    names = [re.search(rb"/BaseFont /(\S+)", font)[1] for font, _ in fonts_in(file)]
    assert len(names) == len(set(names)) <= len(fonts.FREE) + len(fonts.RARE)
