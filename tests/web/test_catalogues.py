"""Every text a user may meet is Chinese in the source and has its English in the catalogue."""

from __future__ import annotations

import re
import string
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import extract, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from hotline import words
from hotline.inspection import check_lists
from hotline.ledgers import ledger_notices, ledger_problems
from hotline.web.language import LANGUAGES

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "hotline" / "web" / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "hotline" / "web" / "static").glob("*.js"))
KEYWORDS = {"_": None, "T": None, "say": None, "T_in": ((1, "c"), 2)}
CHINESE = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef\U00020000-\U0003ffff]")


Key = tuple[str | None, str]  # the context, None for most, and the Chinese


@pytest.fixture(scope="module")
def used() -> set[Key]:
    """What the source says now."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(ROOT, methods, options, keywords=KEYWORDS)
    return {(context, message) for _, _, message, _, context in found}


@pytest.fixture(scope="module")
def english() -> dict[Key, str]:
    path = ROOT / "hotline" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        catalogue = read_po(file, abort_invalid=True)
    assert not [message.id for message in catalogue if message.id and message.fuzzy]
    return {(message.context, message.id): message.string for message in catalogue if message.id}


def places(text: str) -> set[str]:
    """The {names} in a text."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def left_in_chinese(translated: str) -> bool:
    """Chinese in an English text, but for a form that must be typed in Chinese."""
    quoted = re.sub(r"工作日 [\d:,\s-]+|0311-86051234转801|转801|工作日:|转:", "", translated)
    return bool(CHINESE.search(quoted))


def test_every_text_has_its_english(used, english):
    assert [key for key in used if not english.get(key)] == []


def test_the_catalogue_holds_nothing_that_is_no_longer_said(used, english):
    assert set(english) - used == set()


def test_both_languages_have_the_same_places(english):
    different = {text for (_, text), said in english.items() if places(text) != places(said)}
    assert different == set()


def test_the_english_is_english(english):
    assert {key: said for key, said in english.items() if left_in_chinese(said)} == {}


STATES = (
    words.REVIEW,
    words.NOTICE_STATE,
    words.RECTIFICATION_STATE,
    words.RECTIFICATION_STEP,
    words.DELIVERY_STATE,
    words.LINK_STATE,
    words.APPEAL_STATE,
    words.TALK_STATE,
    words.OPENING_WAY,
    words.LINE_STATUS,
    words.COVERAGE,
    check_lists.STATES,
    check_lists.TURNS,
    ledger_problems.STATES,
    ledger_notices.DELIVERY,
)


def test_states_begin_with_a_capital_and_none_is_an_order(english):
    said = [english[text.context, text.msgid] for states in STATES for text in states.values()]
    assert [one for one in said if not one[0].isupper()] == []
    orders = (
        "Return",
        "Report",
        "Call",
        "Open",
        "Strike",
        "Submit",
        "Withdraw",
        "Issue",
        "Receipt",
    )
    assert [one for one in said if one.split()[0] in orders] == []


def test_a_word_of_two_meanings_has_an_english_for_each(english):
    meant = {context: said for (context, text), said in english.items() if text == "退回"}
    assert meant == {None: "Return", "state": "Returned", "step": "Returned"}


def outside_of_catalogues(source: str) -> list[str]:
    """Chinese in a template that no catalogue can reach."""
    rest = re.sub(r"\{#.*?#\}", "", source, flags=re.DOTALL)
    said = {text for _, text, *_ in extract("jinja2", BytesIO(source.encode()), KEYWORDS)}
    for text in said:
        # As it stands in the source: between quotes.
        rest = rest.replace(f"'{text}'", "''").replace(f'"{text}"', '""')
    return [line.strip() for line in rest.splitlines() if CHINESE.search(line)]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_a_template_says_nothing_past_the_catalogues(path):
    assert outside_of_catalogues(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_says_nothing_by_itself(path):
    assert not CHINESE.search(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_a_template_has_no_code_or_style_of_its_own(path):
    source = path.read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle=[\"']|\son\w+=|hx-on|javascript:", source)
    assert not re.search(r"<script(?![^>]*\ssrc=)", source)


def test_the_checks_themselves_see_mistakes():
    assert places("{a} 与 {b}") == {"a", "b"}
    assert outside_of_catalogues("<p>{{ _('好') }} 坏</p>") == ["<p>{{ _('') }} 坏</p>"]
    assert outside_of_catalogues("{# 说明 #}<p>{{ _('好') }}</p>") == []
    assert outside_of_catalogues("<p>{{ name }}（{{ code }}）</p>")
    assert left_in_chinese("Name 名")
    assert not left_in_chinese("write 0311-86051234转801")


def test_there_is_a_catalogue_for_each_language_but_the_first():
    folder = ROOT / "hotline" / "translations"
    assert {path.name for path in folder.iterdir() if path.is_dir()} == set(LANGUAGES[1:])
