"""The Word file of a paper, opened again as an office would."""

from dataclasses import replace
from io import BytesIO
from zipfile import ZipFile

import docx
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Mm

from reports import word_file
from reports.document import Document, Grid
from reports.gate import clean
from reports.tables import Column, Table
from tests.reports import samples
from tests.reports.test_gate import HOSTILE

PAPERS = samples.sample_documents()


def opened(document: Document):
    return docx.Document(BytesIO(word_file.docx(document)))


def text_of(file) -> str:
    """Everything it says, in its order, cells too."""
    body = file.element.body
    return "".join(
        "\n" if node.tag == qn("w:p") else node.text or ""
        for node in body.iter(qn("w:p"), qn("w:t"))
    )


def around(mm: float):
    return pytest.approx(Mm(mm), abs=Mm(0.1))


@pytest.mark.parametrize("kind", PAPERS)
def test_it_says_what_the_document_says(kind):
    paper = PAPERS[kind]
    said = text_of(opened(paper))
    expected = [paper.letterhead, paper.number, paper.addressee, paper.signature]
    expected += [*paper.title.split("\n"), *paper.receipt, *paper.signers]
    for block in paper.body:
        if isinstance(block, Grid):
            expected += [
                block.caption,
                *(str(c) for row in block.rows for c in row if c and isinstance(c, str)),
            ]
        else:
            expected.append(block.text)
    for annex in paper.annexes:
        expected += [annex.label, annex.title, annex.scope, *annex.definitions]
    for words in expected:
        assert words in said
    assert "2026年11月23日" in said or not paper.signature


@pytest.mark.parametrize("kind", ["circular", "rectification"])
def test_the_page_is_the_standards(kind):
    section = opened(PAPERS[kind]).sections[0]
    assert (section.page_width, section.page_height) == (around(210), around(297))
    assert (section.top_margin, section.left_margin) == (around(37), around(28))
    assert section.page_width - section.left_margin - section.right_margin == around(156)
    assert section.page_height - section.top_margin - section.bottom_margin == around(225)


def test_annexes_lie_on_wide_pages():
    first, annexes = opened(PAPERS["circular"]).sections
    assert first.orientation == WD_ORIENT.PORTRAIT
    assert annexes.orientation == WD_ORIENT.LANDSCAPE
    assert annexes.page_width - annexes.left_margin - annexes.right_margin == around(225)


def test_a_narrow_annex_stands_and_each_lies_as_its_table_does():
    _, annex = opened(PAPERS["talk"]).sections
    assert annex.orientation == WD_ORIENT.PORTRAIT
    assert (annex.page_width, annex.page_height) == (around(210), around(297))
    assert not annex.different_first_page_header_footer
    wide, narrow = PAPERS["circular"].annexes[0], PAPERS["talk"].annexes[0]
    mixed = replace(PAPERS["circular"], annexes=(wide, narrow, narrow, wide))
    ways = [one.orientation for one in opened(mixed).sections]
    assert ways == [
        WD_ORIENT.PORTRAIT,
        WD_ORIENT.LANDSCAPE,
        WD_ORIENT.PORTRAIT,
        WD_ORIENT.LANDSCAPE,
    ]


def test_every_run_names_the_face_of_its_role():
    file = opened(PAPERS["rectification"])
    faces = {}
    for fonts in file.element.body.iter(qn("w:rFonts")):
        run = fonts.getparent().getparent()
        faces["".join(t.text or "" for t in run.iter(qn("w:t")))] = fonts.get(qn("w:eastAsia"))
    assert faces["一、发现的问题"] == "黑体"
    assert faces["（一）0311-00000001："] == "楷体_GB2312"
    assert faces["饮水安全监督电话整改通知书"] == "方正小标宋简体"
    assert faces["举一反三，检查本单位公布的全部监督电话。"] == "仿宋_GB2312"
    with ZipFile(BytesIO(word_file.docx(PAPERS["talk"]))) as parts:
        assert '<w:altName w:val="仿宋"/>' in parts.read("word/fontTable.xml").decode()


def test_the_letterhead_is_red_and_the_text_is_not():
    file = opened(PAPERS["circular"])
    colours = {
        run.text: run.font.color.rgb and str(run.font.color.rgb)
        for one in file.paragraphs
        for run in one.runs
    }
    assert colours["示范省水利厅文件"] == "FF3333"
    assert colours["一、抽查基本情况"] is None


def test_a_letter_has_no_number_on_its_first_page():
    assert opened(PAPERS["talk"]).sections[0].different_first_page_header_footer
    assert not opened(PAPERS["circular"]).sections[0].different_first_page_header_footer
    assert opened(PAPERS["circular"]).settings.odd_and_even_pages_header_footer


def test_a_head_of_a_table_comes_again():
    table = opened(PAPERS["circular"]).tables[-1]
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert [cell.text for cell in table.rows[1].cells][:2] == ["1", "0311-00000001"]


@pytest.mark.parametrize(
    "typed", [*HOSTILE, "甲\n# 乙\x00\x0b丙\ufffe", "\ud800x", "&amp;]]></w:t>"]
)
def test_typed_text_is_only_text(typed):
    table = Table("附件", typed, typed, (Column(typed, "text", 1),), ((typed,),), (typed,))
    paper = replace(
        PAPERS["rectification"],
        title=typed,
        addressee=typed,
        letterhead=typed,
        number=typed,
        signature=typed,
        author=typed,
        receipt=(typed,),
        copies=(typed,),
        annexes=(table,),
        attachments=(typed,),
    )
    said = text_of(opened(paper))
    plain = clean(typed).split("\n")[0]
    assert said.count(plain) >= 10


def test_the_same_document_gives_the_same_bytes_dated_by_the_paper():
    paper = PAPERS["overdue"]
    made = word_file.docx(paper)
    assert made == word_file.docx(paper)
    with ZipFile(BytesIO(made)) as parts:
        assert {item.date_time for item in parts.infolist()} == {(2026, 11, 23, 0, 0, 0)}
    about = opened(paper).core_properties
    assert about.title == "饮水安全监督电话整改督办通知"
    assert about.author == "示范省水利厅"


def test_a_draft_has_room_for_its_date():
    draft = samples.paper_of(samples.notice())
    assert "年　　月　　日" in text_of(opened(draft))
    assert "〔2026〕草稿" in text_of(opened(draft))


def test_three_thousand_lines():
    lines = tuple(samples.line(i) for i in range(1, 3001))
    table = opened(samples.paper_of(samples.circular(lines))).tables[-2]
    assert len(table._tbl.tr_lst) == 3001
