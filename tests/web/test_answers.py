"""What every answer carries, how refusals read, and the two languages."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import text

from hotline.web import guard
from tests.web.browsing import text_of


def deadlock(database) -> None:
    """Two transactions that wait for each other; raises what the database told one of them."""
    barrier = Barrier(2)

    def lock(first: int, second: int) -> None:
        with database.write() as session:
            for n, key in enumerate((first, second)):
                session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
                if n == 0:
                    barrier.wait(10)

    with ThreadPoolExecutor(2) as pool:
        for waiting in [pool.submit(lock, 1, 2), pool.submit(lock, 2, 1)]:
            waiting.result(30)


PAGES = ("/", "/lines", "/rounds", "/figures", "/users", "/journal", "/reviews", "/notices")


class TestHeaders:
    def test_no_inline_code_and_no_frame(self, city_round):
        answer = city_round.browser(city_round.admin).get("/")
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert "camera=()" in answer.headers["Permissions-Policy"]
        assert "Strict-Transport-Security" not in answer.headers

    def test_private_pages_are_not_kept_and_static_files_are(self, city_round):
        browser = city_round.browser(city_round.admin)
        assert browser.get("/lines").headers["Cache-Control"] == "no-store"
        answer = browser.get("/static/hotline.css")
        assert "max-age=31536000" in answer.headers["Cache-Control"]
        answer.close()

    def test_refusals_carry_them_too(self, city_round):
        answer = city_round.browser(None).get("/nowhere")
        assert answer.status_code == 404
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert len(answer.headers["X-Request-ID"]) == 16


class TestRefusals:
    @pytest.mark.parametrize(
        ("address", "status", "said"),
        [
            ("/nowhere", 404, "请核对地址"),
            ("/rounds/C-000000-2026-01", 404, "没有这一轮抽查"),
            ("/sign-out", 405, "请从页面上的按钮操作"),
        ],
    )
    def test_say_what_is_wrong_and_what_to_do(self, city_round, address, status, said):
        answer = city_round.browser(city_round.admin).get(address)
        assert answer.status_code == status
        assert said in text_of(answer)

    @pytest.mark.postgresql
    def test_who_gave_way_to_another_is_asked_to_submit_again(
        self, city_round, postgresql_database, monkeypatch
    ):
        def fail() -> None:
            deadlock(postgresql_database)

        monkeypatch.setitem(guard.TABLE, "broken", guard.ANYONE)
        city_round.app.add_url_rule("/broken", "broken", fail)
        answer = city_round.browser(None).get("/broken")
        assert answer.status_code == 503
        assert "这次没有保存" in text_of(answer)

    def test_a_fault_of_ours_shows_its_number_and_no_trace(self, city_round, monkeypatch, capsys):
        def fail() -> None:
            raise RuntimeError("inner words")

        monkeypatch.setitem(guard.TABLE, "broken", guard.ANYONE)
        city_round.app.add_url_rule("/broken", "broken", fail)
        answer = city_round.browser(None).get("/broken")
        assert answer.status_code == 500
        number = answer.headers["X-Request-ID"]
        assert number in answer.text
        assert "inner words" not in answer.text
        logged = capsys.readouterr().err
        assert number in logged
        assert "inner words" in logged

    def test_a_file_too_large_is_refused_with_advice(self, city_round):
        browser = city_round.browser(city_round.admin)
        limit = city_round.settings.imports.max_bytes
        answer = browser.post("/lines/import", file=(b"x" * (limit + 200_000)).decode())
        assert answer.status_code == 413
        assert "请拆分文件" in text_of(answer)

    def test_what_a_user_typed_never_becomes_markup(self, city_round):
        answer = city_round.browser(city_round.admin).get("/lines?q=%3Cscript%3Ealert(1)")
        assert "<script>alert" not in answer.text
        assert "&lt;script&gt;alert(1)" in answer.text


class TestLanguage:
    def test_is_chinese_until_one_asks(self, city_round):
        browser = city_round.browser(city_round.admin)
        assert 'lang="zh-CN"' in browser.get("/").text
        answer = browser.post("/language", language="en", next="/rounds?state=open")
        assert answer.location == "/rounds?state=open"
        page = browser.get("/rounds")
        assert 'lang="en"' in page.text
        assert "Every round: where, which period, how far." in text_of(page)
        browser.post("/language", language="zh")
        assert 'lang="zh-CN"' in browser.get("/").text

    def test_an_unknown_one_changes_nothing(self, city_round):
        browser = city_round.browser(city_round.admin)
        assert browser.post("/language", language="xx", next="//evil").location == "/"
        assert 'lang="zh-CN"' in browser.get("/").text

    @pytest.mark.parametrize("address", PAGES)
    def test_every_room_speaks_both(self, city_round, address):
        for language, mark in (("zh", "退出"), ("en", "Sign out")):
            answer = city_round.browser(city_round.admin, language=language).get(address)
            assert answer.status_code == 200
            assert mark in text_of(answer)

    def test_refusals_speak_it_too(self, city_round):
        browser = city_round.browser(city_round.admin, language="en")
        assert "No such page or record" in text_of(browser.get("/nowhere"))


def test_the_heart_beats(city_round):
    answer = city_round.browser(None).get("/health")
    assert answer.json["status"] == "ok"


def test_each_request_is_one_line_in_the_log(city_round, capsys):
    city_round.browser(city_round.admin).get("/rounds")
    lines = [line for line in capsys.readouterr().err.splitlines() if '"/rounds"' in line]
    assert len(lines) == 1
    assert f'"user": "{city_round.admin.name}"' in lines[0]
    assert '"status": 200' in lines[0]
