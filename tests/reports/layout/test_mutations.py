"""A layout with one thing wrong does not pass: each rule fails where it should."""

from dataclasses import replace

import pytest
from reportlab.lib.units import mm

from reports import (
    annexes,
    body_text,
    colophon,
    fonts,
    heads,
    inks,
    line_breaking,
    main_text,
    official,
    page,
    page_numbers,
    qr_code,
    receipt,
    ruled_tables,
    signature_block,
    strips,
    titles,
)
from reports.sheet import Sheet
from tests.reports.layout import head_rules, page_rules, text_rules
from tests.reports.layout.measuring import measure
from tests.reports.layout.papers import PAPERS
from tests.reports.layout.reading import Reading

GREY = inks.CMYKColor(0, 0, 0, 0.6)
NOTHING = strips.Strip(0, 0, strips.nothing)
SCARLET = inks.CMYKColor(0, 1, 1, 0)
CONSTANTS = [
    (page_rules.size_of_paper, "quarter", official, "A4", (612.0, 792.0)),
    (page_rules.type_area, "plain", page, "LEFT", 26 * mm),
    (page_rules.type_area, "long", page, "HEIGHT", 240 * mm),
    (page_rules.type_area, "plain", page, "WIDTH", 160 * mm),
    (page_rules.text_begins_the_area, "long", page, "TOP", 35 * mm),
    (page_rules.text_face, "plain", page, "SIZE", 15.0),
    (page_rules.grid_of_lines, "long", page, "LEADING", 28.0),
    (page_rules.grid_of_characters, "hanzi", page, "SPACING", 0.4),
    (page_rules.colours, "plain", page, "BLACK", GREY),
    (page_rules.colours, "plain", page, "RED", SCARLET),
    (page_rules.page_numbers, "long", page_numbers, "BELOW", 9 * mm),
    (page_rules.page_numbers, "long", page_numbers, "INSET", 0),
    (page_rules.page_numbers, "long", page_numbers, "RIGHT", 0),
    (page_rules.page_numbers, "long", page_numbers, "DASH", "-"),
    (page_rules.page_numbers, "long", page, "SMALL", 12.0),
    (
        page_rules.forbidden_marks,
        "plain",
        line_breaking,
        "unit_ends",
        lambda t: range(1, len(t) + 1),
    ),
    (head_rules.marks, "marks", page, "TOP", 40 * mm),
    (head_rules.letterhead, "plain", heads, "FILE_LETTERHEAD_TOP", 70 * mm),
    (head_rules.letterhead, "rectification", heads, "LETTER_LETTERHEAD_TOP", 31 * mm),
    (head_rules.letterhead, "plain", page, "RED", SCARLET),
    (head_rules.number, "plain", page, "LEADING", 28.0),
    (head_rules.red_line, "plain", heads, "RED_LINE_BELOW", 5 * mm),
    (head_rules.red_line, "plain", page, "WIDTH", 150 * mm),
    (head_rules.title, "plain", heads, "TITLE_SIZES", (20.0,)),
    (head_rules.title, "rectification", page, "LEADING", 27.0),
    (head_rules.addressee, "plain", page, "LEADING", 28.0),
    (head_rules.first_page_has_text, "184 addressees", official, "BODY_BELOW", -99),
    (head_rules.letter_lines, "rectification", heads, "DOUBLE_WIDTH", 156 * mm),
    (head_rules.letter_lines, "rectification", heads, "DOUBLE_LOW", 25 * mm),
    (head_rules.letter_lines, "rectification", heads, "THICK", 0.5),
    (head_rules.letter_lines, "rectification", heads, "RED_LINE_BELOW", 6 * mm),
    (text_rules.indents, "plain", main_text, "INDENT", 3),
    (text_rules.attachments, "quarter", main_text, "INDENT", 0),
    (text_rules.attachments, "twelve attachments", main_text, "blank_line", lambda: NOTHING),
    (text_rules.signature, "plain", signature_block, "SEALED_RIGHT", 2),
    (text_rules.signature, "plain", signature_block, "SEALED_ABOVE", 1),
    (text_rules.signature, "unsealed", signature_block, "UNSEALED_RIGHT", 4),
    (text_rules.signature, "unsealed long name", signature_block, "STEP", 0),
    (text_rules.room_for_the_seal, "plain", signature_block, "SEALED_ABOVE", 0),
    (text_rules.annexes, "quarter", page, "LEADING", 28.0),
    (text_rules.annexes, "quarter", page, "TOP", 40 * mm),
    (text_rules.colophon, "plain", colophon, "THICK", 0.5 * mm),
    (text_rules.colophon, "plain", colophon, "THIN", 0.35 * mm),
    (text_rules.colophon, "plain", colophon, "INSET", 0),
    (text_rules.colophon, "plain", page, "SMALL", 12.0),
    (text_rules.code_beside, "plain", qr_code, "SIDE", 30 * mm),
    (text_rules.code_beside, "plain", qr_code, "SIDE", 9 * mm),
]
ROLES = [
    (page_rules.text_face, "plain", "fangsong", "songti"),
    (page_rules.page_numbers, "plain", "songti", "heiti"),
    (head_rules.marks, "marks", "heiti", "kaiti"),
    (head_rules.letterhead, "plain", "xiaobiaosong", "heiti"),
    (head_rules.number, "plain", "fangsong", "heiti"),
    (head_rules.title, "rectification", "xiaobiaosong", "heiti"),
    (text_rules.headings, "plain", "heiti", "fangsong"),
    (text_rules.headings, "plain", "kaiti", "fangsong"),
    (text_rules.attachments, "quarter", "fangsong", "kaiti"),
    (text_rules.annexes, "quarter", "heiti", "kaiti"),
    (text_rules.annexes, "quarter", "xiaobiaosong", "heiti"),
    (text_rules.colophon, "plain", "fangsong", "kaiti"),
]


def broken(rule, name: str) -> list[str]:
    """What a rule finds on a paper drawn now; one that cannot be read any more is broken too."""
    document = PAPERS[name]
    _forget()
    try:
        return list(rule(Reading(document, measure(official.draw(document)))))
    except (AssertionError, ValueError, LookupError) as problem:
        return [repr(problem)]
    finally:
        _forget()


def _forget() -> None:
    """Empty what the process keeps from one paper to the next."""
    for module in (body_text, heads, page_numbers, qr_code, ruled_tables, titles):
        for kept in vars(module).values():
            if hasattr(kept, "cache_clear"):
                kept.cache_clear()


@pytest.mark.parametrize(
    ("rule", "name", "module", "constant", "value"),
    CONSTANTS,
    ids=[
        f"{rule.__name__}-{constant}-{i}" for i, (rule, _, _, constant, _) in enumerate(CONSTANTS)
    ],
)
def test_a_wrong_measure_is_found(monkeypatch, rule, name, module, constant, value):
    monkeypatch.setattr(module, constant, value)
    assert broken(rule, name) != []


@pytest.mark.parametrize(("rule", "name", "role", "other"), ROLES)
def test_a_wrong_face_is_found(monkeypatch, rule, name, role, other):
    right = fonts.load()
    wrong = replace(right, **{role: getattr(right, other)})
    if getattr(right, role).faces[0] is getattr(right, other).faces[0]:
        wrong = replace(right, **{role: _another(right, role)})
    monkeypatch.setattr(official, "load", lambda faces: wrong)
    assert broken(rule, name) != []


def _another(faces: fonts.Faces, role: str) -> fonts.Chain:
    """A chain whose first face is not among the role's own."""
    own = set(getattr(faces, role).faces)
    chains = (faces.songti, faces.heiti, faces.xiaobiaosong, faces.kaiti)
    return next(chain for chain in chains if chain.faces[0] not in own)


def test_a_number_on_the_side_of_a_wide_page_is_found(monkeypatch):
    def finish(self, sheet: Sheet) -> None:
        page_numbers.draw_number(sheet, self.pages + 1, self.faces.songti)
        sheet.finish()
        self.pages += 1
        self.canvas.setPageSize((page.PAPER_HEIGHT, page.PAPER_WIDTH))
        self.canvas.setPageRotation(90 if sheet.wide else 0)
        self.canvas.showPage()

    monkeypatch.setattr(official._Paper, "_finish", finish)
    assert broken(page_rules.wide_pages, "quarter") != []


def test_a_table_that_hangs_from_the_open_edge_is_found(monkeypatch):
    frame = page.wide()
    monkeypatch.setattr(annexes, "frame_of", lambda table: frame._replace(top=40 * mm))
    assert broken(text_rules.annexes, "quarter") != []


def test_an_addressee_without_its_colon_is_found(monkeypatch):
    right = main_text.addressee

    def without(document, faces):
        made = right(document, faces)
        line = made[-1].line
        pieces = (*line.pieces[:-1], line.pieces[-1]._replace(text=line.pieces[-1].text[:-1]))
        return [*made[:-1], made[-1]._replace(line=line._replace(pieces=pieces))]

    monkeypatch.setattr(main_text, "addressee", without)
    assert broken(head_rules.addressee, "plain") != []


@pytest.mark.parametrize(
    ("rule", "name"),
    [
        (text_rules.no_line_alone, "paragraphs of two lines"),
        (text_rules.signature, "lines"),
        (text_rules.headings, "heading after"),
    ],
)
def test_text_that_is_parted_anywhere_is_found(monkeypatch, rule, name):
    right = strips._one_page

    def parted(all_strips, *args):
        return right([replace(strip, keep=False) for strip in all_strips], *args)

    monkeypatch.setattr(strips, "_one_page", parted)
    assert any(broken(rule, each) for each in PAPERS if name in each)


def test_a_torn_strip_is_found(monkeypatch):
    right = receipt.receipt

    def torn(lines, faces):
        for i in range(len(lines)):
            yield from right(lines[i : i + 1], faces)

    monkeypatch.setattr(official, "receipt", torn)
    assert broken(text_rules.strip_to_send_back, "rectification") != []
