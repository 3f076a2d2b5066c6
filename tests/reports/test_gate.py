"""The gate: what is typed is printed, and is never markup or a formula."""

import pytest

from reports.document import Document, Grid, Heading, Paragraph
from reports.fonts import load
from reports.gate import CELL_LIMIT, CUT_MARK, cell_text, clean, missing, missing_in, pieces
from reports.official import draw
from reports.tables import Column
from tests.reports.readers import fonts_of, squeeze, text_of

HOSTILE = [
    "A&B公司<b>",
    "<img src='/etc/passwd'/>",
    "A & B <C",
    "&lt;已转义&gt;&amp;",
    "接通率<80%",
    "喆堃玥祎旸镕",
    "𠮷田村水利站",
    "电话☎已接👍",
    "<font name='x'>",
    "]]><!-- -->",
    "{}%s%%\\n",
]


def paper(*body, **parts) -> Document:
    empty = {"letterhead": "", "number": "", "title": "", "addressee": "", "signature": ""}
    same = {"kind": "k", "form": "file", "date": None, "day": "2026-11-23", "author": "a"}
    return Document(**(same | empty | parts), body=body)


def print_one(text: str) -> bytes:
    return draw(paper(Paragraph(text)))


@pytest.mark.parametrize("typed", HOSTILE)
def test_printed_as_typed(typed):
    pdf = print_one(typed)
    assert squeeze(typed) in text_of(pdf)
    assert all(fonts_of(pdf).values())


def test_every_character_of_one_file_extracts():
    pdf = print_one("".join(HOSTILE))
    assert squeeze("".join(HOSTILE)) in text_of(pdf)


def test_no_helvetica_even_on_a_page_without_text():
    assert not any("Helvetica" in name for name in fonts_of(draw(paper())))


def test_missing_characters_are_named_and_marked():
    assert missing("水\ue000利\ue000\U0002ffff") == ("\ue000", "\U0002ffff")
    assert "〔U+E000〕" in text_of(print_one("水\ue000利"))
    assert missing("喆𠮷👍\n水 利") == ()


def test_a_document_is_searched_in_every_part_of_it():
    bad = [chr(0xE000 + i) for i in range(7)]
    grid = Grid((Column(bad[2], "text", 1.0),), ((1, bad[3]), (None, 2.5)), caption="好")
    body = (Heading(bad[0]), Paragraph("好", lead=bad[1]), grid)
    found = missing_in(paper(*body, title=f"水\n{bad[4]}", copies=(bad[5], bad[6], bad[0])))
    assert sorted(found) == bad
    assert missing_in(paper(Paragraph("喆𠮷👍\n"), addressee="各市")) == ()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\x00b\x07c\x1b", "abc"),
        ("e\u0301", "\u00e9"),
        ("一\r\n二\r三\u2028四", "一\n二\n三\n四"),
        ("左\u202e右\ufeff\u200b", "左右"),
        ("半\ud83d角", "半角"),
        ("a\tb", "a b"),
        ("已\U0001f468\u200d\U0001f469接", "已\U0001f468\u200d\U0001f469接"),
    ],
)
def test_clean(typed, kept):
    assert clean(typed) == kept


def test_newlines_break_lines_and_nothing_is_a_tag():
    chain = load().songti
    assert pieces("a<br/>\nb&amp;", chain) == [[(chain.name, "a<br/>")], [(chain.name, "b&amp;")]]


def test_each_piece_names_a_face_that_has_it():
    chain = load().songti
    assert pieces("村\n\n𠮷田👍", chain) == [
        [(chain.name, "村")],
        [(chain.name, "")],
        [("ShipporiAntique-Regular", "𠮷"), (chain.name, "田"), ("NotoEmoji-Regular", "👍")],
    ]


def test_long_note_prints_whole():
    note = "".join(chr(0x4E00 + i) for i in range(5000))
    assert note in text_of(print_one(note))


def test_cell_text_is_cut_visibly_and_only_when_too_long():
    assert cell_text("水" * CELL_LIMIT) == "水" * CELL_LIMIT
    cut = cell_text("𠮷" * CELL_LIMIT)
    assert cut.endswith(CUT_MARK)
    assert len(cut.encode("utf-16-le")) // 2 <= CELL_LIMIT
    assert cell_text("a\x00\x0b=1") == "a\n=1"
