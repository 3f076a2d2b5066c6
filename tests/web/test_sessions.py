"""Attacks on sign-in and session: fixed, copied and forged sessions, forged forms, guessing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from hotline.accounts import passwords, users
from hotline.accounts.passwords import hash_password
from hotline.app import create_app
from hotline.models.people import User
from hotline.rights import Actor
from hotline.web.guard import safe_next
from tests.factories import OPERATOR, make_areas, make_user
from tests.web import rights_table
from tests.web.browsing import Browser
from tests.web.town import NOW

PASSWORD = "still waters run deep"
KEPT = hash_password(PASSWORD)


@pytest.fixture
def apps(sqlite_database, settings) -> Iterator[list]:
    """Two processes of the same house, and an inspector, li."""
    with time_machine.travel(NOW, tick=False):
        with sqlite_database.write() as session:
            make_areas(session)
            make_user(session, "city_inspector", name="li", password_hash=KEPT)
        yield [create_app(settings, sqlite_database, "k" * 40) for _ in range(2)]


def enter(browser: Browser, password: str = PASSWORD, **more: str):
    return browser.post("/sign-in", name="li", password=password, **more)


def cookie_of(browser: Browser) -> str:
    return browser.client.get_cookie("hotline").value


def opens(app, cookie: str) -> bool:
    """Does a copied cookie still open the house?"""
    client = app.test_client()
    client.set_cookie("hotline", cookie)
    return client.get("/").status_code == 200


def the_user(session) -> User:
    return session.query(User).filter_by(name="li").one()


class TestCopiedSessions:
    def test_a_cookie_from_before_the_sign_in_is_worth_nothing(self, apps):
        browser = Browser(apps[0], language="en")
        with browser.client.session_transaction() as session:
            session["planted"] = "by someone else"
        browser.get("/sign-in")
        planted = cookie_of(browser)
        enter(browser)
        assert not opens(apps[0], planted)
        with browser.client.session_transaction() as session:
            assert "planted" not in session
        assert opens(apps[1], cookie_of(browser))

    @pytest.mark.parametrize("way", ["password", "reset", "sign-out", "deactivate", "rights"])
    def test_a_copied_cookie_ends_with_its_session(self, apps, sqlite_database, way):
        browser = Browser(apps[0])
        enter(browser)
        copied = cookie_of(browser)
        assert opens(apps[1], copied)
        if way == "password":
            new = "a brook runs by"
            assert browser.post("/password", current=PASSWORD, password=new, again=new).location
        elif way == "sign-out":
            browser.post("/sign-out")
        else:
            with sqlite_database.write() as session:
                change_account(session, way)
        assert not opens(apps[0], copied)
        assert not opens(apps[1], copied)

    def test_a_changed_cookie_is_worth_nothing(self, apps):
        browser = Browser(apps[0])
        enter(browser)
        head, _, tail = cookie_of(browser).partition(".")
        assert not opens(apps[0], f"{head[:-1]}A.{tail}")
        assert not opens(apps[0], f"{head}.{tail[:-2]}AA")


def change_account(session, way: str) -> None:
    user = the_user(session)
    if way == "reset":
        users.reset_password(session, OPERATOR, user, now=NOW)
    elif way == "deactivate":
        users.set_active(session, OPERATOR, user, False, now=NOW)
    else:
        profile = users.Profile("city_admin", area_code="130200")
        users.update(session, OPERATOR, user, profile, now=NOW)


class TestForgedForms:
    def test_no_form_is_taken_without_its_token(self, town):
        for method, row, expected in rights_table.rows():
            template, _, name = row.partition("+")
            # Behind a link there is no session: its address is the permission.
            if method != "POST" or template.startswith(("/n/", "/verify/")):
                continue
            may = zip(rights_table.COLUMNS, expected, strict=True)
            who = next(one for one, status in may if one and status != 403)
            fields = rights_table.body(name, town.ids)
            answer = town.browser(who).client.post(town.address(template), data=fields)
            assert answer.status_code == 400, row
            assert "页面已过期" in answer.text, row
        for address in ("/sign-in", "/language"):
            assert town.browser(None).client.post(address).status_code == 400

    def test_nor_with_the_token_of_another_session(self, town):
        stranger, browser = town.browser(None), town.browser("PA")
        stranger.post("/language", language="zh")
        browser.get("/keys")
        fields = {"csrf_token": stranger._token, "language": "en"}
        assert browser.client.post("/language", data=fields).status_code == 400

    def test_looking_changes_nothing(self, town):
        """HEAD is answered as GET is, so that nobody opens or closes a round by it."""
        browser = town.browser("PA")
        for method, row, expected in rights_table.rows():
            if method == "GET" and not row.endswith(".pdf"):
                address = town.address(row)
                answer = browser.client.head(address)
                answer.close()
                assert answer.status_code == expected[0], row
                assert answer.data == b"", row


class TestGuessing:
    def test_a_lock_holds_in_every_process(self, apps, settings):
        for turn in range(settings.security.lock_after_failures):
            assert enter(Browser(apps[turn % 2]), "wrong").status_code == 401
        assert [enter(Browser(app)).status_code for app in apps] == [401, 401]

    def test_an_unknown_name_takes_as_much_work(self, apps, monkeypatch):
        compared = []
        verify = passwords._hasher.verify

        class Counting:
            def verify(self, kept: str, given: str) -> bool:
                compared.append(kept.split("$")[:4])
                return verify(kept, given)

        monkeypatch.setattr(passwords, "_hasher", Counting())
        passwords._nobodys.cache_clear()
        monkeypatch.setattr(passwords, "_nobodys", lambda: KEPT)
        for name in ("li", "nobody"):
            Browser(apps[0]).post("/sign-in", name=name, password="wrong")
        assert len(compared) == 2
        assert compared[0] == compared[1]

    def test_an_endless_password_costs_no_time(self, apps):
        # Each pair of marks must be put in order: 100,000 of them would take minutes.
        marks = "a" + "\u0315\u0300" * 9_000
        assert enter(Browser(apps[0]), marks).status_code == 401
        assert passwords.matches(KEPT, "a" + "\u0315\u0300" * 500_000) is False


class TestElsewhere:
    @pytest.mark.parametrize(
        "given",
        [
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "https:evil.example",
            "javascript:alert(1)",
            "/\t/evil.example",
            " //evil.example",
            "/\x00/evil.example",
            "",
            None,
        ],
    )
    def test_no_address_leads_away(self, given):
        assert safe_next(given) is None

    @pytest.mark.parametrize(
        "path", ["//lines", "/lines//", "/static//x", "//evil.example/..", "/"]
    )
    def test_no_answer_repeats_the_host_it_was_asked_by(self, town, path):
        for who in ("PA", None):
            answer = town.browser(who).client.get(
                "/", headers={"Host": "evil.example"}, environ_overrides={"PATH_INFO": path}
            )
            assert "evil.example" not in answer.headers.get("Location", "").partition("?")[0]
            assert b"http://evil.example" not in answer.data
            assert answer.status_code in (200, 302, 404)

    def test_the_language_switch_leads_back_here_only(self, town):
        answer = town.browser("SA").post("/language", language="en", next="//evil.example")
        assert answer.location == "/"


def test_an_administrator_cannot_rise(town):
    """What a city's administrator gives cannot be more than the city's."""
    browser = town.browser("SA")
    for fields in (
        {"name": "up", "role": "province_admin", "area_code": "130000"},
        {"name": "up", "role": "city_admin", "area_code": "130200"},
        {"name": "up", "role": "city_inspector", "area_code": "130000"},
        {"name": "up", "role": "unit_reader", "unit_id": town.ids["unit.t"]},
        {"name": "up", "role": "unit_reader", "unit_id": town.ids["unit.p"]},
        {"name": "cli:root", "role": "city_admin", "area_code": "130100"},
        {"name": "up", "role": "", "area_code": "130100"},
    ):
        assert browser.send("/users/new", fields).status_code == 400, fields
    actor: Actor = town.people["SA"]
    assert browser.send(f"/users/{actor.user_id}/deactivate", {}).status_code == 403
