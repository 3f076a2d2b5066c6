"""Whole files: bytes, print files, large annexes, titles in pieces, and where codes lead."""

import re
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from time import perf_counter

import pypdfium2
import pytest
import zxingcpp
from pydantic import TypeAdapter

from reports.document import Document
from reports.official import draw, draw_many
from tests.reports.layout.drawn import pdf_of, reading
from tests.reports.layout.measuring import measure
from tests.reports.layout.papers import PAPERS, lines, plain
from tests.reports.layout.reading import Reading
from tests.reports.layout.text_rules import annexes
from tests.reports.readers import pages_of, text_of


def test_the_same_document_gives_the_same_bytes_after_a_journey_through_json():
    kept = TypeAdapter(Document)
    for name in ("quarter", "rectification", "hostile", "draft"):
        again = kept.validate_json(kept.dump_json(PAPERS[name]))
        assert again == PAPERS[name]
        assert draw(again) == pdf_of(name)


def test_papers_drawn_at_once_do_not_mix():
    names = ["quarter", "rectification", "rare", "record"] * 2
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda name: draw(PAPERS[name]), names))
    assert made == [pdf_of(name) for name in names]


def test_a_print_file_begins_every_paper_on_an_odd_page():
    names = ["one paragraph", "rectification", "one paragraph", "tall annex", "one paragraph"]
    pages = pages_of(draw_many([PAPERS[name] for name in names]))
    counts = [len(pages_of(pdf_of(name))) for name in names]
    assert counts == [1, 2, 1, 5, 1]
    assert len(pages) == 2 + 2 + 2 + 6 + 1
    assert [i for i, words in enumerate(pages, 1) if not words] == [2, 6, 12]
    begins = [i for i, words in enumerate(pages, 1) if "示水监电" in words and "〔" in words]
    assert {1, 3, 5, 7, 13} <= set(begins)


def test_a_blank_page_between_papers_lies_as_they_do():
    letter = replace(PAPERS["one attachment"], copies=(), printed_by="", form="letter")
    assert len(pages_of(draw(letter))) % 2
    pages = measure(draw_many([letter, letter])).pages
    blank = [page for page in pages if not page.chars]
    assert [(page.wide, page.rules) for page in blank] == [(False, ())]


def test_a_print_file_says_how_many_papers_it_holds():
    document = pypdfium2.PdfDocument(draw_many([PAPERS["record"]] * 3))
    assert document.get_metadata_dict()["Title"] == "饮水安全监督电话约谈记录等3件"
    document.close()
    document = pypdfium2.PdfDocument(pdf_of("quarter"))
    assert document.get_metadata_dict()["Title"] == PAPERS["quarter"].title.replace("\n", "")
    document.close()


@pytest.mark.parametrize("name", ["quarter", "rectification", "unsealed"])
def test_a_draft_is_laid_out_like_the_paper_it_becomes_and_says_so(name):
    issued, draft = PAPERS[name], replace(PAPERS[name], date=None)
    said = reading(name).paper.pages, measure(draw(draft)).pages
    (first, *_), (drafted, *_) = said
    assert [line.text for line in drafted.lines].count("草稿") == 1
    alike = [line for line in drafted.lines if line.text != "草稿"]
    assert [(line.text, line.x0, line.top) for line in alike] == [
        (line.text, line.x0, line.top) for line in first.lines
    ]
    assert len(said[0]) == len(said[1])
    assert "草稿" not in text_of(draw(issued))


def test_a_print_file_is_smaller_than_its_papers():
    papers = [replace(PAPERS["rectification"], addressee=f"示范{i}县水利局") for i in range(20)]
    whole = draw_many(papers)
    assert len(whole) < len(draw(papers[0])) * 5
    assert text_of(whole).count("回执") == 20


def test_no_papers_no_file():
    with pytest.raises(ValueError, match="no papers"):
        draw_many(())


def test_an_annex_of_three_thousand_lines_is_quick_and_small():
    document = plain(annexes=(lines(3000),), attachments=("明细表",))
    draw(plain())
    tracemalloc.start()
    pdf = draw(document)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    began = perf_counter()
    draw(document)
    assert perf_counter() - began < 15
    assert peak < 120_000_000
    pages = pages_of(pdf)
    table = [words for words in pages if "0311-" in words and "责任单位" in words]
    assert len(table) > 90
    assert sum(words.count("0311-0000") for words in table) >= 3000
    first, last = 3, len(pages) - 1
    read = Reading(document, measure(pdf, [1, 2, first, first + 1, last]))
    assert list(annexes(read)) == []
    assert "0311-00003000" in pages[last - 1]


def test_every_row_of_a_long_table_is_printed_once_under_its_head():
    paper = measure(pdf_of("annex of many pages"))
    wide = [page for page in paper.pages if page.wide]
    said = "　".join(line.text for page in wide for line in page.lines)
    numbers = re.findall("0311-[0-9]{8}", said)
    assert numbers == [f"0311-{i:08d}" for i in range(1, 121)]
    assert all(any("责任单位" in line.text for line in page.lines) for page in wide)


def test_a_cell_longer_than_a_page_goes_on():
    row = (*lines(1).rows[0][:-1], "长" * 6000)
    document = plain(annexes=(lines(2, rows=(row, *lines(1).rows)),), attachments=("明细表",))
    pdf = draw(document)
    assert text_of(pdf).count("长") == 6000
    for page in measure(pdf).pages:
        assert all(rule.y < page.height - 20 for rule in page.rules)
        ends = {round(rule.x1, 1) for rule in page.uprights}
        assert page.wide is False or ends <= {round(rule.y, 1) for rule in page.rules}


@pytest.mark.parametrize("name", ["quarter", "rectification", "record", "unsealed"])
def test_the_code_opens_its_address(name):
    document = pypdfium2.PdfDocument(pdf_of(name))
    found = [
        code.text
        for page in document
        for code in zxingcpp.read_barcodes(page.render(scale=3).to_pil())
    ]
    document.close()
    assert found == [PAPERS[name].verify_url]
