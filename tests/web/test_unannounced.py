"""An open round does not shine through: every page stays the same for those who may not know."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile

import pytest
import time_machine

from hotline.settings import Settings
from tests.web import rights_table
from tests.web.browsing import Browser
from tests.web.town import NOW, Rehearsal, Town

# What differs from one answer to the next by itself.
_FLEETING = re.compile(
    r'(name="csrf_token" value="|name="idempotency_key" value="|编号 )[\w.-]+', re.ASCII
)
FUTURE = {
    "S.open": "C-130100-2026-11",
    "T.open": "C-130200-2026-11",
    "P.open": "P-130000-2026Q4",
}
LISTS = (
    "/lines?class=WRONG_NUMBER",
    "/lines?class=IRREGULAR",
    "/lines?class=untested",
    "/lines?q=LINE",
    "/lines/export.xlsx?class=WRONG_NUMBER",
    "/rounds?state=open",
    "/rounds?state=closed&level=province",
    "/users?q=S",
    "/journal?subject=round",
    "/journal?subject=call",
    *(f"/{room}?round={code}" for room in ("notices", "reviews") for code in FUTURE.values()),
    *(f"/journal?id={code}" for code in FUTURE.values()),
)
DIAL = {"outcome": "21", "attempt": "1", "started_at": "2026-11-10 09:00", "reason": "x"}


@pytest.fixture
def town(sqlite_template: Path, tmp_path: Path, settings: Settings) -> Iterator[Town]:
    """Only the rounds that are over."""
    path = tmp_path / "hotline.db"
    copyfile(sqlite_template, path)
    database = Rehearsal(f"sqlite:///{path}")
    with time_machine.travel(NOW, tick=False):
        yield Town(database, settings).settle_down()
    database.close()


@pytest.mark.parametrize(
    ("opened", "blind"),
    [
        (("S.open", "T.open"), ("PI", "SX", "SU")),
        (("P.open",), ("PX", "SA", "SU")),
    ],
)
def test_nothing_changes_for_those_who_may_not_know(town, opened, blind):
    hidden = list(_hidden(town))
    before = {who: _all_answers(town, who, hidden) for who in blind}
    town.database.lasting = True
    town.go_out(*opened)
    for who in blind:
        after = _all_answers(town, who, hidden)
        assert [each for each in after if after[each] != before[who][each]] == [], who
    # And there was something to hide: those who may see it do.
    for name in opened:
        seen = town.browser(f"{name[0]}A").get(f"/rounds/{FUTURE[name]}")
        assert seen.status_code == 200
    assert any(("GET", f"/checks/{n}") in hidden for n in _ids(town, opened, "check"))
    assert any(("GET", f"/calls/{n}/correct") in hidden for n in _ids(town, opened, "call"))


def _ids(town: Town, opened: tuple[str, ...], kind: str) -> list[object]:
    return [
        value
        for name, value in town.ids.items()
        if name.startswith(tuple(f"{kind}.{each}." for each in opened))
    ]


def _hidden(town: Town) -> Iterator[tuple[str, str]]:
    """Where the rounds to come will stand, with their checks and calls."""
    for code in FUTURE.values():
        for rest in ("", "/inspectors", "/close", "/calls/import", "/calls/import/template.xlsx"):
            yield "GET", f"/rounds/{code}{rest}"
        yield "POST", f"/rounds/{code}/close"
        yield "POST", f"/rounds/{code}/calls/import"
        yield "GET", f"/figures/{code}"
        yield "GET", f"/figures/{code}/export.xlsx"
    for kind, rest in (("check", ""), ("check", "/next"), ("call", "/correct")):
        last = max(n for name, n in town.ids.items() if name.startswith(f"{kind}."))
        for number in range(last + 1, last + 4):
            yield "GET", f"/{kind}s/{number}{rest}"
            if number > last + 1:
                continue
            if kind == "check" and not rest:
                yield "POST", f"/checks/{number}/calls"
                yield "POST", f"/reviews/{number}/accept"
            if kind == "call":
                yield "POST", f"/calls/{number}/correct"
                yield "POST", f"/calls/{number}/void"


def _all_answers(
    town: Town, who: str, hidden: list[tuple[str, str]]
) -> dict[tuple[str, str], object]:
    templates = (row for method, row, _ in rights_table.rows() if method == "GET")
    # The metrics count these very requests.
    passed_over = re.compile(r"open|static|metrics|\.pdf$")
    pages = dict.fromkeys(t for t in templates if not passed_over.search(t))
    wanted = [("GET", town.address(page)) for page in pages]
    wanted += [("GET", page) for page in LISTS] + hidden
    town.database.lasting = False
    browser = town.browser(who)
    return {each: _answer(browser, *each) for each in wanted}


def _answer(browser: Browser, method: str, address: str) -> object:
    answer = browser.get(address) if method == "GET" else browser.send(address, dict(DIAL))
    said = answer.data if answer.mimetype != "text/html" else _FLEETING.sub(r"\1", answer.text)
    answer.close()
    return answer.status_code, said
