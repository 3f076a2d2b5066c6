"""The lines of finished papers, measured as a reader sees them."""

from io import BytesIO
from itertools import groupby, pairwise

import pdfplumber
import pytest
from reportlab.lib.units import mm

from reports import official
from reports.line_units import CLOSING, OPENING
from reports.paper_blocks import BODY, LEADING, MEASURE, PER_LINE, Imprint, Paper
from tests.reports import samples
from tests.reports.readers import pages_of, squeeze, text_of

LEFT, RIGHT = 28 * mm, 28 * mm + MEASURE
STOPS = tuple("。：；！？")


def printed(*texts: str, lead: str = "") -> bytes:
    paper = Paper()
    return paper.build([paper.body(t, lead=lead) for t in texts], Imprint("t", "a", "2026-11-23"))


def lines_of(pdf: bytes, size: float = 16) -> list[list[dict]]:
    """The characters of each line of one size on tall pages, left to right, spaces left out."""
    found = []
    with pdfplumber.open(BytesIO(pdf)) as document:
        for page in document.pages:
            if page.width > page.height:
                continue
            chars = [c for c in page.chars if abs(c["size"] - size) < 0.01 and c["text"].strip()]
            chars.sort(key=lambda c: (-round(c["matrix"][5], 1), c["x0"]))
            lines = groupby(chars, key=lambda c: round(c["matrix"][5], 1))
            found += [list(line) for _, line in lines]
    return found


def words_of(line: list[dict]) -> str:
    return "".join(c["text"] for c in line)


def full_lines(pdf: bytes) -> list[list[dict]]:
    """Every line of body text that the next one goes on from."""
    lines = lines_of(pdf)
    body = [i for i, line in enumerate(lines) if abs(line[0]["x0"] - LEFT) < 0.5 and i]
    return [lines[i - 1] for i in body if not words_of(lines[i - 1]).endswith(("局：", "草稿"))]


@pytest.fixture(scope="module")
def papers() -> dict[str, bytes]:
    facts = {
        "circular": samples.circular(),
        "notice": samples.notice(*[samples.finding(i) for i in range(1, 7)]),
    }
    return {name: official.draw(samples.paper_of(one)) for name, one in facts.items()}


@pytest.mark.parametrize("name", ["circular", "notice"])
def test_full_lines_end_at_one_edge(papers, name):
    full = full_lines(papers[name])
    assert len(full) > 10
    assert {words_of(line): line[-1]["x1"] for line in full} == {
        words_of(line): pytest.approx(RIGHT, abs=0.05) for line in full
    }


@pytest.mark.parametrize("name", ["circular", "notice"])
def test_nothing_reaches_over_the_edges(papers, name):
    for line in lines_of(papers[name]):
        assert line[0]["x0"] > LEFT - 0.05
        assert line[-1]["x1"] < RIGHT + 0.05


@pytest.mark.parametrize("name", ["circular", "notice"])
@pytest.mark.parametrize("size", [9, 12, 16])
def test_no_line_starts_or_ends_with_a_forbidden_mark(papers, name, size):
    for line in map(words_of, lines_of(papers[name], size)):
        assert line[0] not in CLOSING or line[0] == "★"  # a note in a cell of its own
        assert line[-1] not in OPENING


def test_numbers_are_whole_in_the_finished_paper(papers):
    lines = list(map(words_of, lines_of(papers["circular"])))
    for before, after in pairwise(lines):
        assert not (before[-1] in "0123456789.-/" and after[0] in "0123456789.-/%")
    assert sum(line.count("0311-") for line in lines) > 20


def test_gaps_of_a_line_are_even(papers):
    uneven = []
    for line in full_lines(papers["circular"]):
        hanzi = [
            round(b["x0"] - a["x1"], 1)
            for a, b in pairwise(line)
            if all("\u4e00" <= c["text"] <= "\u9fff" for c in (a, b)) and b["x0"] - a["x1"] < 10
        ]
        if hanzi and max(hanzi) - min(hanzi) > 0.11:
            uneven.append((words_of(line), hanzi))
    assert uneven == []


def test_a_line_holds_twenty_eight_hanzi():
    lines = lines_of(printed("水" * 300))
    assert [len(line) for line in lines[:3]] == [PER_LINE - 2, PER_LINE, PER_LINE]
    pitch = [b["x0"] - a["x0"] for a, b in pairwise(lines[1])]
    assert pitch == pytest.approx([MEASURE / PER_LINE] * 27, abs=0.02)
    assert lines[0][0]["x0"] == pytest.approx(lines[1][2]["x0"], abs=0.02)


def test_the_colon_of_an_addressee_is_never_alone():
    paper = Paper()
    for n in (25, 26, 27, 28, 29):
        pdf = paper.build([paper.addressee("局" * n)], Imprint("t", "a", "2026-11-23"))
        last = words_of(lines_of(pdf)[-1])
        assert last.endswith("局：")
        assert len(last) == n + 1 or len(last) > 2


def test_rare_characters_and_emoji_take_their_own_width():
    typed = "𠮷田村水利站值班员喆👍已接听电话☎并回复" * 8
    pdf = printed(typed)
    assert typed in text_of(pdf)
    *full, _ = lines_of(pdf)
    assert [line[-1]["x1"] for line in full] == pytest.approx([RIGHT] * len(full), abs=0.05)


def test_many_different_hanzi_do_not_shift_a_line():
    typed = "".join(chr(0x4E00 + 37 * i % 5000) for i in range(2000))
    pdf = printed(typed)
    assert typed in text_of(pdf)
    *full, _ = lines_of(pdf)
    assert [line[-1]["x1"] for line in full] == pytest.approx([RIGHT] * len(full), abs=0.05)


def test_a_bold_lead_and_its_text_make_even_lines():
    lines = lines_of(
        printed("共18条，占测试数的14.29%（18/126），包括三类。" * 3, lead="（一）迟。")
    )
    assert {c["fontname"].split("+")[-1] for c in lines[0]} == {
        "NotoSerifSC-Bold",
        "NotoSerifSC-Regular",
    }
    assert lines[0][-1]["x1"] == pytest.approx(RIGHT, abs=0.05)


def test_a_typed_line_end_is_kept_and_its_line_not_filled():
    lines = lines_of(printed("第一行水利\n第二行水利"))
    assert [words_of(line) for line in lines] == ["第一行水利", "第二行水利"]
    assert lines[0][-1]["x1"] < RIGHT - 200


@pytest.mark.parametrize("before", range(15, 23))
def test_no_page_begins_or_ends_with_one_line_of_a_paragraph(before):
    paper = Paper()
    blocks = [paper.body("短。")] * before + [paper.body(f"{'长' * (26 + 28 * 4)}完。")]
    first, *more = pages_of(paper.build(blocks, Imprint("t", "a", "2026-11-23")))
    there = sum(page.count("长") for page in more)
    on_first = first.count("长")
    assert on_first == 0 or on_first > 50
    assert there == 0 or there > 25


@pytest.mark.parametrize("before", range(15, 23))
@pytest.mark.parametrize("lines", [1, 2, 3, 4])
def test_a_heading_is_never_parted_from_its_text(before, lines):
    paper = Paper()
    blocks = [paper.body("短。")] * before
    blocks += [*paper.heading("一、标题"), paper.body("长" * (26 + 28 * (lines - 1)))]
    pages = pages_of(paper.build(blocks, Imprint("t", "a", "2026-11-23")))
    assert all("长" in page for page in pages if "标题" in page)


def test_a_block_longer_than_a_page_goes_on():
    pdf = printed("长" * 3000)
    assert sum(page.count("长") for page in pages_of(pdf)) == 3000
    assert len(pages_of(pdf)) == 6


def test_a_split_block_keeps_its_lines_and_gives_up_its_inner_space():
    paper = Paper()
    block = paper.paragraph("水" * 100, leading=LEADING, before=7, after=9)
    _, height = block.wrap(MEASURE, 1000)
    top, bottom = block.split(MEASURE, 2.5 * LEADING)
    assert top.wrap(MEASURE, 1000)[1] == 2 * LEADING
    assert top.wrap(MEASURE, 1000)[1] + bottom.wrap(MEASURE, 1000)[1] == pytest.approx(height)
    assert (top.spaceBefore, top.spaceAfter) == (7, 0)
    assert (bottom.spaceBefore, bottom.spaceAfter) == (0, 9)
    assert block.split(MEASURE, 1.9 * LEADING) == []


def test_letters_in_a_paper_extract_without_gaps(papers):
    words = squeeze("本次抽查（轮次编号P-130000-2026Q4）列入监督电话126条")
    assert words in text_of(papers["circular"])
    assert BODY.align == "filled"
