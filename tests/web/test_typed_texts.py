"""What people type stays text: in every page, workbook, paper and file name that shows it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from shutil import copyfile

import openpyxl
import pytest
import time_machine

from hotline.models.registry import Line
from hotline.settings import Settings
from tests.factories import make_line
from tests.web import rights_table
from tests.web.browsing import text_of
from tests.web.crawling import Opened, crawl
from tests.web.town import NOW, WORDS, Rehearsal, Town

SPICE = '"><script>alert(1)</script>{{7*7}}'
ESCAPED = "&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}"
_TAG = re.compile(r"<[a-zA-Z][^<>]*>")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@contextmanager
def a_town(template: Path, folder: Path, settings: Settings, spice: str = "") -> Iterator[Town]:
    path = folder / "hotline.db"
    copyfile(template, path)
    database = Rehearsal(f"sqlite:///{path}")
    with time_machine.travel(NOW, tick=False):
        made = Town(database, settings, spice=spice).settle_down().go_out()
        database.lasting = False
        yield made
    database.close()


@pytest.fixture(scope="module")
def spiced(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, settings: Settings
) -> Iterator[Town]:
    """The town with markup in every text that people type."""
    folder = tmp_path_factory.mktemp("spiced")
    with a_town(sqlite_template, folder, settings, SPICE) as made:
        yield made


def check_answer(opened: Opened) -> None:
    """A page that opens, with its headers, and nothing in it that would run."""
    answer = opened.answer
    assert answer.status_code in (200, 302), opened.address
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, opened.address
    if opened.is_page:
        assert SPICE not in opened.text, opened.address
        assert "alert(1)</script>" not in opened.text, opened.address
        assert "49" not in re.findall(r"script&gt;(\d+)", opened.text), opened.address
        for tag in _TAG.findall(opened.text):
            names = re.sub(r'"[^"]*"', "", tag)
            assert not re.search(r"\s(style|on[a-z]+)=", names), f"{opened.address}: {tag}"
        assert not re.search(r'<script(?! src="/static/)|<style|="javascript:', opened.text)


def secrets_of(who: str) -> tuple[str, ...]:
    """The words of the rounds that this person may not know of."""
    may_know = {"PA": ("S.open", "T.open", "P.open"), "SA": ("S.open",), "SC": ("S.open",)}
    hidden = {"S.open", "T.open", "P.open"} - set(may_know.get(who, ()))
    codes = {
        "S.open": "C-130100-2026-11",
        "T.open": "C-130200-2026-11",
        "P.open": "P-130000-2026Q4",
    }
    return tuple(word for name in hidden for word in (WORDS[name], codes[name]))


@pytest.mark.parametrize("who", ["PA", "SA", "SX", "SU"])
def test_all_that_can_be_opened_is_harmless_and_keeps_its_secrets(spiced, who):
    escaped = 0
    rooms = set()
    for opened in crawl(spiced.browser(who), papers=who != "PA"):
        check_answer(opened)
        escaped += ESCAPED in opened.text
        rooms.add(opened.address.split("/")[1].partition("?")[0])
        for word in secrets_of(who):
            assert word not in opened.text, f"{opened.address}: {word}"
    assert rooms >= {"", "lines", "rounds", "checks", "figures", "notices", "journal"}
    assert escaped > 10


def test_refused_forms_show_what_was_typed_as_text(spiced):
    browser = spiced.browser("PA")
    for method, row, _ in rights_table.rows():
        template, _, name = row.partition("+")
        if method != "POST" or template in ("/sign-out", "/language"):
            continue
        sent = rights_table.body(name, spiced.ids)
        typed = {key: SPICE for key in sent if key not in ("file", "check")}
        for address in (spiced.address(template), spiced.address(template) + "?q=" + SPICE):
            answer = browser.send(address, typed)
            assert answer.status_code < 500, row
            assert SPICE not in answer.text, row


def test_filters_and_addresses_show_what_was_typed_as_text(spiced):
    browser = spiced.browser("PA")
    names = "q group level status class page round kind only area state by subject id since role"
    for room in ("/lines", "/rounds", "/notices", "/reviews", "/users", "/journal", "/figures"):
        query = dict.fromkeys(names.split(), SPICE)
        answer = browser.client.get(room, query_string=query)
        assert answer.status_code == 200, room
        assert SPICE not in answer.text
    for address in (f"/rounds/{SPICE}", f"/figures/{SPICE}", f"/{SPICE}", f"/lines/{SPICE}"):
        answer = browser.get(address)
        assert answer.status_code == 404
        assert SPICE not in answer.text


FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", '=HYPERLINK("http://evil.example")')


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_text_becomes_a_formula(sqlite_template, tmp_path, settings, monkeypatch, formula):
    monkeypatch.setattr(Town, "_unit_name", lambda self, area_code: f"{formula}{area_code}")
    monkeypatch.setattr("tests.web.town.make_line", _line_owned_by(formula))
    with a_town(sqlite_template, tmp_path, settings) as town:
        browser = town.browser("PA")
        for address in (
            "/lines/export.xlsx",
            "/problems/export.xlsx",
            "/notices/export.xlsx",
            "/talks/export.xlsx",
            "/figures/P-130000-2026Q3/export.xlsx",
            "/notices/{notice.P.closed.circular}-annexes.xlsx",
        ):
            answer = browser.get(town.address(address))
            book = openpyxl.load_workbook(BytesIO(answer.data))
            cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
            assert {cell.data_type for cell in cells} <= {"s", "n"}, address
            assert not [cell for cell in cells if cell.hyperlink], address
            assert any(formula.strip() in str(cell.value) for cell in cells), address


def _line_owned_by(owner: str) -> Callable[..., Line]:
    return lambda session, **given: make_line(session, **(given | {"owner": owner}))


NAMES = (
    '甲"; filename="evil.exe',
    "甲\r\nSet-Cookie: a=b",
    "𠮷野水利局",
    "../../etc/passwd",
    "a/b\\c",
)
_DISPOSITION = re.compile(
    r"(inline|attachment); filename=\"[\w.-]+\"; filename\*=UTF-8''[\w.%~-]+", re.ASCII
)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_name_cannot_leave_its_header(
    sqlite_template, tmp_path, settings, monkeypatch, name
):
    monkeypatch.setattr(Town, "_unit_name", lambda self, area_code: f"{name}{area_code}")
    with a_town(sqlite_template, tmp_path, settings) as town:
        for query in ("", "?download=1"):
            address = town.address("/notices/{notice.P.closed.s}.pdf")
            answer = town.browser("SU").get(address + query)
            assert answer.data.startswith(b"%PDF")
            said = answer.headers["Content-Disposition"]
            assert _DISPOSITION.fullmatch(said)
            assert not re.search("%2F|%5C|%0|%22", said)
            assert "a=b" not in answer.headers.get("Set-Cookie", "")
        page = town.browser("SU").get(town.address("/lines/{line.s}"))
        assert " ".join(name.split()) in text_of(page)
