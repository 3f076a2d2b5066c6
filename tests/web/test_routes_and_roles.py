"""Every route × every role × inside and outside the scope, in one table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile

import pytest
import time_machine
from flask import Flask

from hotline.db import Database
from hotline.settings import Settings
from hotline.web.guard import TABLE, may
from tests.web.hebei import NOW, PEOPLE, Hebei, build

# A column a person: ok = the page, or an answer of the form (200, 302, 303, 400, 409);
# 403 = not a deed for this role; 404 = outside the scope, as if there were no such thing.
COLUMNS = ("pa", "ca", "ca2", "pi", "pi2", "ci", "ci2", "ur", "au")
ROWS = """
GET  /                                    ok  ok  ok  ok  ok  ok  ok  ok  ok
GET  /keys                                ok  ok  ok  ok  ok  ok  ok  ok  ok
GET  /health                              ok  ok  ok  ok  ok  ok  ok  ok  ok
GET  /static/hotline.css                  ok  ok  ok  ok  ok  ok  ok  ok  ok
GET  /sign-in                             ok  ok  ok  ok  ok  ok  ok  ok  ok
POST /sign-in                             ok  ok  ok  ok  ok  ok  ok  ok  ok
GET  /password                            ok  ok  ok  ok  ok  ok  ok  ok  ok
POST /password                            ok  ok  ok  ok  ok  ok  ok  ok  ok
POST /language                            ok  ok  ok  ok  ok  ok  ok  ok  ok
POST /sign-out                            ok  ok  ok  ok  ok  ok  ok  ok  ok
GET  /journal                             ok  ok  ok  ok  ok  ok  ok  ok  ok

GET  /lines                               ok  ok  ok  ok  ok  ok  ok  ok  403
GET  /lines/export.xlsx                   ok  ok  ok  ok  ok  ok  ok  ok  403
GET  /lines/{line.s}                      ok  ok  404 ok  ok  ok  ok  ok  403
GET  /lines/{line.s2}                     ok  ok  404 ok  ok  ok  ok  404 403
GET  /lines/{line.t}                      ok  404 ok  ok  ok  404 404 404 403
GET  /lines/9999                          404 404 404 404 404 404 404 404 403
GET  /lines/new                           ok  ok  ok  403 403 403 403 403 403
POST /lines/new                           ok  ok  ok  403 403 403 403 403 403
GET  /lines/{line.s}/edit                 ok  ok  404 403 403 403 403 403 403
POST /lines/{line.s}/edit                 ok  ok  404 403 403 403 403 403 403
POST /lines/{line.t}/edit                 ok  404 ok  403 403 403 403 403 403
GET  /lines/import                        ok  ok  ok  403 403 403 403 403 403
POST /lines/import                        ok  ok  ok  403 403 403 403 403 403
GET  /lines/import/template.xlsx          ok  ok  ok  403 403 403 403 403 403

GET  /rounds                              ok  ok  ok  ok  ok  ok  ok  ok  403
GET  /rounds/{round.p.closed}             ok  ok  ok  ok  ok  ok  ok  ok  403
GET  /rounds/{round.p.open}               ok  404 404 ok  404 404 404 404 403
GET  /rounds/{round.s.closed}             ok  ok  404 ok  ok  ok  ok  ok  403
GET  /rounds/{round.s.open}               ok  ok  404 404 404 ok  404 404 403
GET  /rounds/{round.t.closed}             ok  404 ok  ok  ok  404 404 404 403
GET  /rounds/{round.t.open}               ok  404 ok  404 404 404 404 404 403
GET  /rounds/C-999999-2026-11             404 404 404 404 404 404 404 404 403
GET  /rounds/new                          ok  ok  ok  403 403 403 403 403 403
POST /rounds/new                          ok  ok  ok  403 403 403 403 403 403
GET  /rounds/{round.p.open}/inspectors    ok  404 404 403 403 403 403 403 403
GET  /rounds/{round.s.open}/inspectors    ok  ok  404 403 403 403 403 403 403
POST /rounds/{round.t.open}/inspectors    ok  404 ok  403 403 403 403 403 403
GET  /rounds/{round.p.closed}/close       ok  403 403 403 403 403 403 403 403
GET  /rounds/{round.p.open}/close         ok  404 404 403 403 403 403 403 403
POST /rounds/{round.s.open}/close         ok  ok  404 403 403 403 403 403 403
GET  /rounds/{round.p.open}/calls/import  ok  404 404 ok  404 404 404 403 403
GET  /rounds/{round.s.open}/calls/import  ok  ok  404 404 404 ok  404 403 403
POST /rounds/{round.t.open}/calls/import  ok  404 ok  404 404 404 404 403 403
GET  /rounds/{round.s.open}/calls/import/template.xlsx ok ok 404 404 404 ok 404 403 403

GET  /checks/{check.p.closed.s}           ok  ok  404 ok  ok  ok  ok  ok  403
GET  /checks/{check.p.closed.s2}          ok  ok  404 ok  ok  ok  ok  404 403
GET  /checks/{check.p.closed.t}           ok  404 ok  ok  ok  404 404 404 403
GET  /checks/{check.p.open.s}             ok  404 404 ok  404 404 404 404 403
GET  /checks/{check.s.closed.s}           ok  ok  404 ok  ok  ok  ok  ok  403
GET  /checks/{check.s.open.s}             ok  ok  404 404 404 ok  404 404 403
GET  /checks/{check.t.open.t}             ok  404 ok  404 404 404 404 404 403
GET  /checks/{check.s.open.s}/next        ok  ok  404 404 404 ok  404 403 403
POST /checks/{check.p.open.s}/calls       ok  404 404 ok  404 404 404 403 403
POST /checks/{check.s.open.s}/calls       ok  ok  404 404 404 ok  404 403 403
POST /checks/{check.s.closed.s}/calls     ok  ok  404 ok  ok  ok  ok  403 403
GET  /calls/{call.s.open.s}/correct       ok  ok  404 404 404 ok  404 403 403
POST /calls/{call.p.open.t}/correct       ok  404 404 ok  404 404 404 403 403
POST /calls/{call.s.open.s}/void          ok  ok  404 403 403 403 403 403 403

GET  /reviews                             ok  ok  ok  403 403 403 403 403 403
POST /reviews/accept-passes               ok  ok  ok  403 403 403 403 403 403
POST /reviews/{check.s.open.s2}/return    ok  ok  404 403 403 403 403 403 403
POST /reviews/{check.t.open.t}/return     ok  404 ok  403 403 403 403 403 403
POST /reviews/{check.s.open.s}/accept     ok  ok  404 403 403 403 403 403 403
POST /reviews/{check.p.open.s}/accept     ok  404 404 403 403 403 403 403 403

GET  /notices                             ok  ok  ok  ok  ok  ok  ok  ok  403
GET  /notices/talks                       ok  ok  ok  403 403 403 403 403 403
GET  /notices/{notice.p.closed.circular}  ok  404 404 404 404 404 404 404 403
GET  /notices/{notice.s.closed.circular}  ok  ok  404 404 404 404 404 404 403
GET  /notices/{notice.s.closed.s}         ok  ok  404 404 404 404 404 404 403
GET  /notices/{notice.s.closed.s}.pdf     ok  ok  404 404 404 404 404 404 403
GET  /notices/{notice.t.closed.circular}-annexes.xlsx ok 404 ok 404 404 404 404 404 403

GET  /figures                             ok  ok  ok  ok  ok  ok  ok  ok  403
GET  /figures/{round.p.closed}            ok  ok  ok  ok  ok  ok  ok  ok  403
GET  /figures/{round.p.open}              ok  404 404 ok  404 404 404 404 403
GET  /figures/{round.s.open}              ok  ok  404 404 404 ok  404 404 403
GET  /figures/{round.t.closed}            ok  404 ok  ok  ok  404 404 404 403
GET  /figures/{round.s.closed}/export.xlsx ok ok  404 ok  ok  ok  ok  ok  403

GET  /areas                               ok  403 403 403 403 403 403 403 403
POST /areas                               ok  403 403 403 403 403 403 403 403
GET  /areas/template.xlsx                 ok  403 403 403 403 403 403 403 403

GET  /users                               ok  ok  ok  403 403 403 403 403 403
GET  /users/new                           ok  ok  ok  403 403 403 403 403 403
POST /users/new                           ok  ok  ok  403 403 403 403 403 403
GET  /users/{user.ci2}                    ok  ok  404 403 403 403 403 403 403
GET  /users/{user.pi2}                    ok  404 404 403 403 403 403 403 403
POST /users/{user.ci2}                    ok  ok  404 403 403 403 403 403 403
POST /users/{user.spare}/reset            ok  ok  404 403 403 403 403 403 403
POST /users/{user.spare}/deactivate       ok  ok  404 403 403 403 403 403 403
POST /users/{user.spare}/activate         ok  ok  404 403 403 403 403 403 403
"""
TABLE_OF_ROUTES = [
    (method, address, dict(zip(COLUMNS, cells, strict=True)))
    for method, address, *cells in (row.split() for row in ROWS.splitlines() if row)
]
OPEN_TO_ALL = {"/keys", "/health", "/static/hotline.css", "/sign-in", "/language"}
ANSWERS = {200, 302, 303, 400, 401, 409}


@pytest.fixture(scope="module")
def hebei(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, settings: Settings
) -> Iterator[Hebei]:
    path = tmp_path_factory.mktemp("hebei") / "hotline.db"
    copyfile(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    with time_machine.travel(NOW, tick=False):
        made = build(database, settings)
        yield made
    database.close()


def of_app(app: Flask) -> set[tuple[str, str]]:
    """Every method and endpoint there is."""
    return {
        (method, rule.endpoint)
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }


@pytest.mark.parametrize("who", PEOPLE)
def test_each_route_answers_each_role_as_the_table_says(hebei, who):
    different = []
    for method, template, expected in TABLE_OF_ROUTES:
        # A browser each: a post may sign its user out.
        browser, address = hebei.browser(who), hebei.address(template)
        answer = browser.get(address) if method == "GET" else browser.post(address)
        answer.close()
        status = answer.status_code
        cell = "ok" if status in ANSWERS else str(status)
        if cell != expected[who]:
            different.append(f"{method} {template}: {status}, not {expected[who]}")
    assert not different, "\n".join(different)


def test_nobody_gets_in_without_signing_in(hebei):
    for method, template, _ in TABLE_OF_ROUTES:
        browser, address = hebei.browser(None), hebei.address(template)
        answer = browser.get(address) if method == "GET" else browser.post(address)
        answer.close()
        if template in OPEN_TO_ALL:
            assert answer.status_code in ANSWERS, template
        else:
            assert answer.status_code == 302, template
            assert answer.location.startswith("/sign-in"), template


def test_the_table_leaves_no_route_out(hebei):
    adapter = hebei.app.url_map.bind("localhost")
    told = {
        (method, adapter.match(hebei.address(template), method=method)[0])
        for method, template, _ in TABLE_OF_ROUTES
    }
    assert of_app(hebei.app) - told == set()


def test_the_guard_knows_every_route_and_no_other(hebei):
    assert {endpoint for _, endpoint in of_app(hebei.app)} == set(TABLE)


def test_a_route_that_nobody_opened_is_closed(settings, sqlite_database):
    with time_machine.travel(NOW, tick=False):
        made = build(sqlite_database, settings)
        made.app.add_url_rule("/secret", "secret", lambda: "open")
        assert not may("secret", "province_admin")
        for who in (None, *PEOPLE):
            assert made.browser(who).get("/secret").status_code == 403


def test_a_first_password_opens_nothing_but_its_change(hebei):
    with hebei.database.write() as session:
        from hotline.models.people import User

        session.get_one(User, hebei.people["ca2"].user_id).must_change_password = True
    browser = hebei.browser("ca2")
    for address in ("/", "/lines", "/users", "/rounds"):
        assert browser.get(address).location == "/password"
    assert browser.post("/rounds/new").location == "/password"
    assert browser.get("/password").status_code == 200
    with hebei.database.write() as session:
        session.get_one(User, hebei.people["ca2"].user_id).must_change_password = False


def test_every_page_opens_on_either_database(database, settings):
    with time_machine.travel(NOW, tick=False):
        made = build(database, settings)
        refused = []
        for method, template, expected in TABLE_OF_ROUTES:
            if method != "GET" or expected["pa"] != "ok":
                continue
            answer = made.browser("pa").get(made.address(template))
            answer.close()
            if answer.status_code not in ANSWERS:
                refused.append(f"{template}: {answer.status_code}")
        for who in PEOPLE:
            if made.browser(who).get("/").status_code != 200:
                refused.append(f"/ of {who}")
        assert not refused, "\n".join(refused)
