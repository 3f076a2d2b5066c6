"""Signing in and out: failures counted in the database, sessions that end, the first password."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from hotline import audit, clock
from hotline.accounts import sign_ins, users
from hotline.accounts.passwords import hash_password
from hotline.app import create_app
from hotline.errors import Invalid
from hotline.models.journal import AuditEntry
from hotline.models.people import User
from hotline.rights import Actor
from tests.factories import make_areas, make_user
from tests.inspection.spot_checks import on
from tests.web.browsing import Browser, text_of

NOW = on(10, "10:00")
PASSWORD = "water under the bridge"
KEPT = hash_password(PASSWORD)


@pytest.fixture
def office(sqlite_database, settings):
    """An application with one inspector, li; it is ten o'clock."""
    with time_machine.travel(NOW, tick=False) as traveller:
        with sqlite_database.write() as session:
            make_areas(session)
            make_user(session, "city_inspector", name="li", password_hash=KEPT)
        app = create_app(settings, sqlite_database, "k" * 40)
        app.extensions["travel"] = traveller
        yield app


def enter(browser: Browser, name: str = "li", password: str = PASSWORD, **more: str):
    return browser.post("/sign-in", name=name, password=password, **more)


def deeds(database) -> list[tuple[str, str, str | None]]:
    with database.read() as session:
        rows = session.execute(
            select(AuditEntry.actor, AuditEntry.action, AuditEntry.reason).order_by(AuditEntry.id)
        )
        return [tuple(row) for row in rows]


class TestSession:
    def test_the_right_password_opens_the_house(self, office):
        browser = Browser(office)
        assert browser.get("/").location == "/sign-in"
        assert enter(browser).location == "/"
        assert "市级检查员" in text_of(browser.get("/"))

    def test_goes_on_to_where_one_wanted(self, office):
        browser = Browser(office)
        assert browser.get("/rounds?state=open").location == "/sign-in?next=/rounds?state%3Dopen"
        assert enter(browser, next="/rounds?state=open").location == "/rounds?state=open"

    @pytest.mark.parametrize(
        "elsewhere",
        [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "\\\\evil",
            "/a\nb",
            "rounds",
        ],
    )
    def test_never_goes_on_to_another_site(self, office, elsewhere):
        assert enter(Browser(office), next=elsewhere).location == "/"

    def test_ends_after_the_hours_it_may_last(self, office, settings):
        browser = Browser(office)
        enter(browser)
        hours = settings.security.session_hours
        office.extensions["travel"].move_to(NOW + timedelta(hours=hours, seconds=-1))
        assert browser.get("/").status_code == 200
        office.extensions["travel"].move_to(NOW + timedelta(hours=hours))
        assert browser.get("/").location == "/sign-in"

    def test_ends_with_the_account_and_with_its_password(self, office, sqlite_database):
        for change in ({"active": False}, {"epoch": 7}):
            browser = Browser(office)
            enter(browser)
            with sqlite_database.write() as session:
                user = session.scalar(select(User).where(User.name == "li"))
                before = {name: getattr(user, name) for name in change}
                for name, value in change.items():
                    setattr(user, name, value)
            assert browser.get("/").location == "/sign-in"
            with sqlite_database.write() as session:
                user = session.scalar(select(User).where(User.name == "li"))
                for name, value in before.items():
                    setattr(user, name, value)

    def test_signing_out_leaves_nothing_but_the_language(self, office):
        browser = Browser(office, language="en")
        enter(browser)
        assert browser.post("/sign-out").location == "/sign-in"
        assert browser.get("/").location == "/sign-in"
        assert "Sign in" in text_of(browser.get("/sign-in"))

    def test_the_cookie_is_for_this_site_and_no_script(self, office):
        answer = enter(Browser(office))
        cookie = answer.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Secure" not in cookie

    def test_behind_https_the_cookie_is_secure(self, sqlite_database, settings):
        security = settings.security.model_copy(update={"secure_cookies": True})
        app = create_app(
            settings.model_copy(update={"security": security}), sqlite_database, "k" * 40
        )
        answer = app.test_client().get("/sign-in", base_url="https://localhost")
        assert "Secure" in answer.headers["Set-Cookie"]
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


class TestRefusal:
    def test_says_the_same_whatever_was_wrong(self, office, sqlite_database):
        with sqlite_database.write() as session:
            make_user(session, "auditor", name="gone", password_hash=KEPT, active=False)
        said = {
            text_of(enter(Browser(office), name, password))
            for name, password in (
                ("li", "wrong"),
                ("nobody", PASSWORD),
                ("gone", PASSWORD),
                ("li", ""),
            )
        }
        assert len(said) == 1
        assert "用户名或密码不正确" in said.pop()

    def test_is_a_401_and_the_name_stays(self, office):
        answer = enter(Browser(office), password="wrong")
        assert answer.status_code == 401
        assert 'value="li"' in answer.text
        assert "wrong" not in answer.text

    def test_too_many_lock_the_account_for_a_while(self, office, sqlite_database, settings):
        security = settings.security
        for _ in range(security.lock_after_failures):
            enter(Browser(office), password="wrong")
        assert enter(Browser(office)).status_code == 401
        minutes = timedelta(minutes=security.lock_minutes)
        office.extensions["travel"].move_to(NOW + minutes - timedelta(seconds=1))
        assert enter(Browser(office)).status_code == 401
        office.extensions["travel"].move_to(NOW + minutes)
        assert enter(Browser(office)).location == "/"
        with sqlite_database.read() as session:
            user = session.scalar(select(User).where(User.name == "li"))
            assert (user.failed_logins, user.locked_until) == (0, None)

    def test_one_less_does_not(self, office, settings):
        for _ in range(settings.security.lock_after_failures - 1):
            enter(Browser(office), password="wrong")
        assert enter(Browser(office)).location == "/"

    def test_is_journalled_without_what_was_typed(self, office, sqlite_database):
        enter(Browser(office), password="wrong")
        enter(Browser(office), name="my secret word")
        enter(Browser(office))
        assert deeds(sqlite_database) == [
            ("li", "sign_in.refused", "password"),
            ("?", "sign_in.refused", "unknown"),
            ("li", "sign_in", None),
        ]
        with sqlite_database.read() as session:
            assert audit.verify(session) == (3, [])

    def test_an_address_may_try_only_so_often(self, sqlite_database, settings):
        security = settings.security.model_copy(update={"login_rate": "3 per minute"})
        app = create_app(
            settings.model_copy(update={"security": security}), sqlite_database, "k" * 40
        )
        browser = Browser(app)
        tried = [enter(browser, "nobody", "wrong").status_code for _ in range(4)]
        assert tried == [401, 401, 401, 429]
        assert "请等一分钟再试" in text_of(enter(browser, "nobody", "wrong"))


class TestPassword:
    def change(self, browser: Browser, **given: str):
        said = {"current": PASSWORD, "password": "a brook runs", "again": "a brook runs"}
        return browser.post("/password", **(said | given))

    def test_the_first_must_be_changed_before_anything_else(self, office, sqlite_database):
        with sqlite_database.write() as session:
            session.scalar(select(User).where(User.name == "li")).must_change_password = True
        browser = Browser(office)
        enter(browser)
        assert browser.get("/").location == "/password"
        assert "临时密码" in text_of(browser.get("/password"))
        assert self.change(browser).location == "/"
        assert browser.get("/").status_code == 200

    def test_a_change_ends_the_other_sessions(self, office):
        here, there = Browser(office), Browser(office)
        enter(here)
        enter(there)
        self.change(here)
        assert here.get("/").status_code == 200
        assert there.get("/").location == "/sign-in"
        assert enter(Browser(office)).status_code == 401
        assert enter(Browser(office), password="a brook runs").location == "/"

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ({"current": "wrong"}, "当前密码不正确"),
            ({"password": "short", "again": "short"}, "密码须为 10–200 个字符"),
            ({"password": "x li 123456", "again": "x li 123456"}, "不能含用户名"),
            ({"password": "aaaaaaaaaaaa", "again": "aaaaaaaaaaaa"}, "密码太简单"),
            ({"password": PASSWORD, "again": PASSWORD}, "须与当前密码不同"),
            ({"again": "another brook"}, "两次输入的新密码不一致"),
            ({"password": "水" * 201, "again": "水" * 201}, "密码须为 10–200 个字符"),
        ],
    )
    def test_says_what_is_wrong_with_a_new_one(self, office, given, said):
        browser = Browser(office)
        enter(browser)
        answer = self.change(browser, **given)
        assert answer.status_code == 400
        assert said in text_of(answer)

    def test_may_be_in_any_script_however_it_was_composed(self, database):
        with database.write() as session:
            make_areas(session)
            user = make_user(session, "auditor", name="wu", password_hash=KEPT)
            actor = Actor.of(user)
            new = "Cafe\u0301 泉水 𠮷𠮷"
            sign_ins.change_password(session, actor, PASSWORD, new, new, now=NOW)
        from hotline.settings import load

        answer = sign_ins.authenticate(
            database, "wu", "Caf\u00e9 泉水 𠮷𠮷", security=load().security, now=NOW
        )
        assert answer.user is not None


def test_every_form_needs_its_token(office):
    browser = Browser(office)
    enter(browser)
    for address in ("/sign-out", "/password", "/language", "/sign-in"):
        answer = browser.client.post(address, data={"csrf_token": "made up"})
        assert answer.status_code == 400
        assert "页面已过期" in text_of(answer)
    assert browser.get("/").status_code == 200


def test_counting_failures_needs_no_luck_with_two_at_once(database, settings):
    with database.write() as session:
        make_areas(session)
        make_user(session, "auditor", name="wu", password_hash=KEPT)
    for _ in range(3):
        sign_ins.authenticate(database, "wu", "wrong", security=settings.security, now=clock.now())
    with database.read() as session:
        assert session.scalar(select(User.failed_logins)) == 3


def test_an_account_made_by_hand_signs_in(database, settings):
    with database.write() as session:
        make_areas(session)
        new = users.NewUser("zhao", "first password", users.Profile("auditor"))
        users.add(session, Actor.operator("root"), new, now=NOW)
    answer = sign_ins.authenticate(
        database, " zhao ", "first password", security=settings.security, now=NOW
    )
    assert answer.user.must_change_password
    with database.write() as session, pytest.raises(Invalid):
        users.add(session, Actor.operator("root"), new, now=NOW)
