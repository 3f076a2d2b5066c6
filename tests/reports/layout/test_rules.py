"""Every rule of GB/T 9704 on every paper, measured in the finished file."""

import pytest

from reports.gate import clean
from reports.papers import KINDS
from tests.reports.layout.drawn import RULES, pdf_of, reading
from tests.reports.layout.papers import FILES, LETTERS, PAPERS
from tests.reports.readers import fonts_of, squeeze, text_of


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("name", PAPERS)
def test_rule(name, rule):
    assert list(rule(reading(name))) == []


@pytest.mark.parametrize("name", PAPERS)
def test_all_words_extract_and_every_font_is_inside(name):
    document, pdf = PAPERS[name], pdf_of(name)
    said = text_of(pdf)
    for text in (document.title, document.addressee, document.signature, document.note):
        assert squeeze(clean(text)) in said
    for table in document.annexes:
        for text in table.rows[-1]:
            assert not isinstance(text, str) or squeeze(clean(text)) in said
    fonts = fonts_of(pdf)
    assert fonts
    assert all(fonts.values())


def test_there_are_enough_papers_of_both_forms_and_all_kinds():
    assert len(FILES) + len(LETTERS) >= 40
    assert {paper.kind for paper in PAPERS.values()} >= set(KINDS)
    assert min(len(FILES), len(LETTERS)) >= 15


def test_all_of_a_long_text_is_printed_once():
    """Pages end inside paragraphs and tables: nothing is lost or said twice."""
    for name in ("long", "paragraphs of two lines", "many findings"):
        document = PAPERS[name]
        texts = [block.text for block in document.body if hasattr(block, "text")]
        wanted = squeeze(clean("".join(texts)))
        read = "".join(line.text for line in reading(name).text_lines)
        for text in set(texts):
            assert read.count(squeeze(text)) == wanted.count(squeeze(text))
