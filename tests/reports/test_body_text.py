"""The lines of finished papers, measured as a reader sees them."""

from dataclasses import replace
from itertools import pairwise

import pytest

from reports import official
from reports.body_text import TextStyle, set_text, width_of
from reports.document import Document, Heading, Paragraph
from reports.fonts import load
from reports.page import PER_LINE, WIDTH
from tests.reports.layout.drawn import reading
from tests.reports.layout.measuring import Line, measure
from tests.reports.layout.page_rules import hanzi
from tests.reports.layout.papers import PAPERS
from tests.reports.layout.reading import CHARACTER, LEFT, RIGHT, Reading
from tests.reports.readers import squeeze, text_of

BARE = replace(PAPERS["plain"], copies=(), printed_by="", verify_url=None)


def paper(*texts: str, lead: str = "") -> Document:
    return replace(BARE, body=tuple(Paragraph(text, lead=lead) for text in texts))


def lines_of(*texts: str, lead: str = "") -> list[Line]:
    """The lines of the text alone."""
    document = paper(*texts, lead=lead)
    read = Reading(document, measure(official.draw(document)))
    return [line for _, lines in read.blocks for line in lines]


@pytest.mark.parametrize("name", ["quarter", "long", "184 addressees", "rectification", "rare"])
def test_full_lines_end_at_one_edge(name):
    full = [line for _, lines in reading(name).blocks for line in lines[:-1]]
    assert full
    for line in full:
        assert line.x1 == pytest.approx(RIGHT, abs=0.7), line.text
        # A closing mark keeps its blank half inside the measure.
        assert line.x1 < RIGHT + 0.05


def test_gaps_of_a_line_are_even():
    uneven = []
    for _, lines in reading("quarter").blocks:
        for line in lines[:-1]:
            pairs = [(a, b) for a, b in pairwise(line.chars) if hanzi(a.text) and hanzi(b.text)]
            gaps = [b.x0 - a.x1 for a, b in pairs]
            if gaps and max(gaps) - min(gaps) > 0.04:
                uneven.append((line.text, gaps))
    assert uneven == []


def test_a_line_holds_twenty_eight_hanzi():
    lines = lines_of("水" * 300)
    assert [len(line.text) for line in lines[:3]] == [PER_LINE - 2, PER_LINE, PER_LINE]
    pitch = [b.x0 - a.x0 for a, b in pairwise(lines[1].chars)]
    assert pitch == pytest.approx([CHARACTER] * 27, abs=0.01)
    assert lines[0].x0 == pytest.approx(lines[1].chars[2].x0, abs=0.01)


@pytest.mark.parametrize("n", [25, 26, 27, 28, 29])
def test_the_colon_of_an_addressee_is_never_alone(n):
    document = replace(BARE, addressee="局" * n)
    last = Reading(document, measure(official.draw(document))).addressee[-1].text
    assert last.endswith("局：")
    assert len(last) == n + 1 or len(last) > 2


@pytest.mark.parametrize(
    "typed",
    [
        "𠮷田村水利站值班员喆👍已接听电话☎并回复" * 8,
        "".join(chr(0x4E00 + 37 * i % 5000) for i in range(2000)),
    ],
)
def test_rare_and_many_characters_take_their_own_width(typed):
    assert typed in text_of(official.draw(paper(typed)))
    *full, _ = lines_of(typed)
    assert [line.x1 for line in full] == pytest.approx([RIGHT] * len(full), abs=0.05)


def test_a_lead_and_its_text_make_even_lines():
    first = lines_of("共18条，占测试数的14.29%（18/126），包括三类。" * 3, lead="（一）迟。")[0]
    assert len(first.fonts) == 2
    assert first.x1 == pytest.approx(RIGHT, abs=0.05)


def test_a_typed_line_end_is_kept_and_its_line_not_filled():
    lines = lines_of("第一行水利\n第二行水利")
    assert [line.text for line in lines] == ["第一行水利", "第二行水利"]
    assert lines[0].x1 < RIGHT - 70
    assert lines[1].x0 == pytest.approx(LEFT, abs=0.05)


@pytest.mark.parametrize("before", range(2, 10))
def test_no_page_begins_or_ends_with_one_line_of_a_paragraph(before):
    lines = lines_of(*["短。"] * before, f"{'长' * (26 + 28 * 4)}完。")
    pages = [line.page for line in lines if "长" in line.text]
    assert 1 not in {pages.count(page) for page in set(pages)}


@pytest.mark.parametrize("before", range(2, 10))
@pytest.mark.parametrize("lines", [1, 2, 3, 4])
def test_a_heading_is_never_parted_from_its_text(before, lines):
    text = Paragraph("长" * (26 + 28 * (lines - 1)))
    short = [Paragraph("短。")] * before
    document = replace(BARE, body=(*short, Heading("一、标题"), text))
    *_, (_, heading), (_, below) = Reading(document, measure(official.draw(document))).blocks
    assert heading[-1].page == below[0].page


def test_a_block_longer_than_a_page_goes_on():
    lines = lines_of("长" * 3000)
    assert sum(len(line.text) for line in lines) == 3000
    assert [line.page for line in lines].count(3) == 22


def test_letters_in_a_paper_extract_without_gaps():
    words = squeeze("本次抽查（轮次编号P-130000-2026Q4）于2026年10月1日至12月31日进行")
    assert words in text_of(official.draw(PAPERS["plain"]))


def test_alignment_and_hanging():
    chain = load().fangsong
    text = ((("水" * 40), chain),)
    right = set_text(text, TextStyle(16, "right", right=20), WIDTH)
    assert right[-1].x + right[-1].line.width == pytest.approx(WIDTH - 20)
    centred = set_text(text, TextStyle(16, "centre"), WIDTH)
    assert 2 * centred[-1].x + centred[-1].line.width == pytest.approx(WIDTH)
    hung = set_text(text, TextStyle(16, "filled", first_indent=-30, left=50), WIDTH)
    assert [placed.x for placed in hung] == [20, 50]
    assert width_of("水利\n局", chain, 10) == pytest.approx(20)
