"""The page of a rectification, from the unit's report to its striking off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import time_machine
from flask import Flask

from hotline.app import create_app
from hotline.db import Database
from hotline.models.loop import Attachment, Rectification
from hotline.rules.rectification import Deed
from hotline.settings import Settings
from hotline.web import journal_words
from tests.inspection.spot_checks import on
from tests.loop import files
from tests.loop.repairs import (
    CHECKED,
    LATER,
    REPORTED,
    Repair,
    a_repair,
    answer,
    bring_to,
    call_again,
    report,
    settle,
)
from tests.web.browsing import Browser, field, text_of
from tests.web.calling import form


@dataclass
class Desk:
    """A rectification and the browsers of those around it."""

    app: Flask
    database: Database
    settings: Settings
    repair: Repair

    def browser(self, who: str, **more: str) -> Browser:
        return Browser(self.app, self.repair.people[who], **more)

    @property
    def address(self) -> str:
        return f"/rectifications/{self.repair.id}"

    def bring_to(self, state: str) -> None:
        with self.database.write() as session:
            bring_to(session, self.settings, self.repair, state)


@pytest.fixture
def desk(sqlite_database: Database, settings: Settings) -> Iterator[Desk]:
    with time_machine.travel(REPORTED, tick=False):
        with sqlite_database.write() as session:
            repair = a_repair(session, settings)
        yield Desk(
            create_app(settings, sqlite_database, "k" * 40), sqlite_database, settings, repair
        )


def send_report(browser: Browser, desk: Desk, *sent: tuple[bytes, str], **more: str):
    said = {"body": "已更换值守人员。", "reporter": "王某"} | more
    token = field(browser.get("/keys"), "csrf_token")
    parts = [("csrf_token", "", token.encode())]
    parts += [(name, "", text.encode()) for name, text in said.items()]
    parts += [("files", f'; filename="{name}"', content) for content, name in sent]
    body = b"".join(
        f'--line\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode()
        + content
        + b"\r\n"
        for name, more, content in parts
    )
    return browser.client.post(
        f"{desk.address}/report",
        data=body + b"--line--\r\n",
        content_type="multipart/form-data; boundary=line",
    )


def test_the_unit_sees_what_by_when_and_why_then(desk):
    said = text_of(desk.browser("unit").get(desk.address))
    assert "受理不规范：接通后直接挂断" in said
    assert "11月24日 自 11月17日 次日起 5 个工作日；周末 2 天不计" in said
    assert "已下达" in said
    assert "报送整改情况" in said
    assert "安排复查" not in said


def test_in_english_too(desk):
    said = text_of(desk.browser("unit", language="en").get(desk.address))
    assert "24 Nov 5 working days from the day after 17 Nov" in said
    assert "2 weekend days not counted" in said


def test_a_report_with_a_photo_is_shown_and_its_file_is_saved_not_opened(desk):
    unit = desk.browser("unit")
    photo = files.picture("JPEG")
    assert (
        send_report(unit, desk, (photo, "现场.jpg"), (files.pdf(), "报告.pdf")).status_code == 303
    )
    page = unit.get(desk.address)
    assert "已更换值守人员。" in text_of(page)
    assert "王某 报送于 11月19日 09:00" in text_of(page)
    links = re.findall(r'href="(/attachments/\d+)"', page.text)
    assert len(links) == 2
    for who in ("unit", "admin", "inspector"):
        got = desk.browser(who).get(links[0])
        assert got.data == photo
        assert got.headers["Content-Disposition"].startswith("attachment;")
        assert "%E7%8E%B0%E5%9C%BA.jpg" in got.headers["Content-Disposition"]
        assert got.headers["X-Content-Type-Options"] == "nosniff"
        assert got.mimetype == "image/jpeg"
    assert desk.browser("other_unit").get(links[0]).status_code == 404


def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(desk):
    unit = desk.browser("unit")
    answered = send_report(
        unit, desk, (files.exe(), "整改报告.pdf"), (b"", "空.png"), reporter="", body="写了很多"
    )
    assert answered.status_code == 400
    said = text_of(answered)
    assert "附件：整改报告.pdf：内容不是可收的文件（pdf、jpg" in said
    assert "空.png：是空文件。" in said
    assert "报送人：请填写报送人姓名。" in said
    assert "写了很多</textarea>" in answered.text
    assert re.search(r'<input id="files"[^>]*is-invalid', answered.text)
    with desk.database.read() as session:
        assert session.query(Attachment).count() == 0


def test_eleven_files_and_a_hundred_megabytes_are_refused_in_words(desk):
    unit = desk.browser("unit")
    many = send_report(unit, desk, *[(files.pdf(), f"{n}.pdf") for n in range(11)])
    assert many.status_code == 400
    assert "一次最多 10 个文件，现有 11 个。" in text_of(many)
    large = send_report(unit, desk, (files.pdf() + b"\0" * 100_000_000, "录像.pdf"))
    assert large.status_code == 413
    assert "文件太大" in text_of(large)
    medium = send_report(unit, desk, (files.pdf() + b"\0" * 11_000_000 + b"%%EOF", "录像.pdf"))
    assert medium.status_code == 400
    assert "录像.pdf：超过 10 MB，请压缩后再传。" in text_of(medium)


def test_late_counts_and_is_told(desk):
    with time_machine.travel(on(26, "09:00"), tick=False):
        assert "逾期" in text_of(desk.browser("admin").get(desk.address))
        assert send_report(desk.browser("unit"), desk).status_code == 303
        said = text_of(desk.browser("admin").get(desk.address))
        assert "逾期报送整改情况" in said


def test_a_recheck_past_its_days_says_what_to_do(desk):
    desk.bring_to("rechecking")
    hint = "已不能再拨：请取消本次复查，另行安排。"
    assert hint not in text_of(desk.browser("admin").get(desk.address))
    with time_machine.travel(on(28, "09:00", month=12), tick=False):
        assert hint in text_of(desk.browser("admin").get(desk.address))


def test_a_provisional_date_says_so(desk):
    with desk.database.write() as session:
        one = desk.repair.found(session)
        one.counted_from = one.counted_from.replace(year=2099)
        one.due_on = one.due_on.replace(year=2099)
    assert "放假安排尚未公布，日期暂定" in text_of(desk.browser("unit").get(desk.address))


def test_the_office_sends_a_report_back(desk):
    desk.bring_to("reported")
    admin = desk.browser("admin")
    page = admin.get(desk.address)
    assert field(page, "return-days") == "5"
    refused = admin.post(f"{desk.address}/return", **{"return-reason": "", "return-days": "x"})
    assert refused.status_code == 400
    assert "退回原因：请写明退回的原因。" in text_of(refused)
    assert "请填 1–60 之间的整数。" in text_of(refused)
    assert re.search(r"<details open>\s*<summary[^>]*>退回</summary>", refused.text)
    given = {"return-reason": "没有盖章", "return-days": "3"}
    assert admin.post(f"{desk.address}/return", **given).status_code == 303
    said = text_of(desk.browser("unit").get(desk.address))
    assert "退回 1 次" in said
    assert "没有盖章" in said
    assert "报送整改情况" in said


def test_what_cannot_be_done_says_why(desk):
    desk.bring_to("reported")
    said = text_of(desk.browser("admin").get(desk.address))
    assert "须先复查合格才能销号。" in said
    with desk.database.write() as session:
        desk.repair.found(session).reported_by = "review"
    said = text_of(desk.browser("admin").get(desk.address))
    assert said.count("不能核查本人报送的整改，请由另一位管理员处理。") == 3


def test_from_the_report_to_the_striking_off(desk):
    assert send_report(desk.browser("unit"), desk).status_code == 303
    with time_machine.travel(CHECKED, tick=False):
        admin, inspector = desk.browser("admin"), desk.repair.people["inspector"]
        sent = {"recheck-inspectors": [str(inspector.user_id)]}
        assert admin.post(f"{desk.address}/recheck", **sent).status_code == 303
        code = f"R-{desk.repair.id}-1"
        with desk.database.read() as session:
            check_id = desk.repair.recheck(session).id
        # The inspector finds it on the first page and dials it as any other line.
        at_work = desk.browser("inspector")
        assert code in at_work.get("/").text
        assert code in at_work.get("/rounds").text
        round_page = at_work.get(f"/rounds/{code}")
        assert "复查" in text_of(round_page)
        assert "关闭本轮" not in text_of(round_page)
        assert "尚未拨测" in text_of(admin.get(desk.address))
    with time_machine.travel(LATER, tick=False):
        raw = form(at="2026-11-23 10:00")
        at_work = desk.browser("inspector")
        assert at_work.send(f"/checks/{check_id}/calls", raw).status_code == 303
        admin = desk.browser("admin")
        assert "待复核" in text_of(admin.get(desk.address))
        assert admin.post(f"/reviews/{check_id}/accept").status_code == 303
        assert admin.post(f"{desk.address}/recheck/settle").status_code == 303
        assert "复查合格，可以销号。" in text_of(admin.get(desk.address))
        assert admin.post(f"{desk.address}/close").status_code == 303
        said = text_of(admin.get(desk.address))
        assert "已销号" in said
        assert "安排复查" in said  # in its history
        assert "确认销号" not in said


def test_a_running_recheck_is_unannounced(desk):
    """The unit, and a city that a province's re-check is not made by, read 已报送 meanwhile."""
    desk.bring_to("reported")
    before = text_of(desk.browser("unit").get(desk.address))
    desk_code = f"R-{desk.repair.id}-1"
    with desk.database.write() as session:
        call_again(session, desk.settings, desk.repair)
    for who in ("unit", "province_inspector"):
        said = text_of(desk.browser(who).get(desk.address))
        assert "复查" not in said, who
        assert desk_code not in said
        assert "已报送" in said
    assert text_of(desk.browser("unit").get(desk.address)) == before
    assert desk_code in text_of(desk.browser("inspector").get(desk.address))
    assert desk.browser("unit").get(f"/rounds/{desk_code}").status_code == 404
    with desk.database.write() as session:
        answer(session, desk.settings, desk.repair)
        settle(session, desk.settings, desk.repair)
    said = text_of(desk.browser("unit").get(desk.address))
    assert "复查合格" in said
    assert desk_code in said


def test_a_failed_recheck_is_told_to_the_unit(desk):
    desk.bring_to("rechecking")
    with desk.database.write() as session:
        answer(session, desk.settings, desk.repair, outcome=14)
    with time_machine.travel(LATER, tick=False):
        admin = desk.browser("admin")
        assert (
            admin.post(f"{desk.address}/recheck/settle", **{"settle-days": "4"}).status_code == 303
        )
        said = text_of(desk.browser("unit").get(desk.address))
        assert "复查不合格，退回" in said
        assert "12月2日 自 11月26日 次日起 4 个工作日" in said


def test_a_recheck_is_called_off_with_a_reason(desk):
    desk.bring_to("rechecking")
    admin = desk.browser("admin")
    refused = admin.post(f"{desk.address}/recheck/call-off", **{"call_off-reason": " "})
    assert refused.status_code == 400
    assert "请写明取消复查的原因。" in text_of(refused)
    given = {"call_off-reason": "停电"}
    assert admin.post(f"{desk.address}/recheck/call-off", **given).status_code == 303
    assert "已取消：停电" in text_of(admin.get(desk.address))


def test_a_date_is_put_off(desk):
    admin = desk.browser("admin")
    refused = admin.post(f"{desk.address}/extend", **{"extend-due_on": "下周"})
    assert refused.status_code == 400
    assert "延期至：请写成 2026-11-20 这样的日期。" in text_of(refused)
    assert "延期原因：请写明延期的原因。" in text_of(refused)
    given = {"extend-due_on": "2026-12-04", "extend-reason": "运营商施工"}
    assert admin.post(f"{desk.address}/extend", **given).status_code == 303
    assert "11月24日 延至 12月4日：运营商施工" in text_of(desk.browser("unit").get(desk.address))


def test_every_deed_has_its_word_in_the_journal(desk):
    journalled = {deed for deed in Deed if deed not in (Deed.BEGIN, Deed.CANCEL)}
    named = {f"rectification.{deed.value}" for deed in journalled} | {"rectification.overdue"}
    assert named - set(journal_words.ACTIONS) == set()
    desk.bring_to("closed")
    said = text_of(desk.browser("other").get("/journal"))
    for word in ("销号", "认定复查合格", "安排复查"):
        assert word in said


def test_hostile_texts_stay_texts(desk):
    spice = "<script>alert(1)</script>{{7*7}}"
    send_report(desk.browser("unit"), desk, (files.pdf(), f"{spice}.pdf"), body=spice)
    page = desk.browser("admin").get(desk.address)
    assert "<script>alert" not in page.text
    assert "{{7*7}}" in text_of(page)


@pytest.mark.parametrize(
    "state",
    [
        "issued",
        "in_progress",
        "reported",
        "rechecking",
        "passed",
        "returned",
        "closed",
        "cancelled",
    ],
)
def test_the_page_opens_in_every_state_for_everyone(desk, state):
    desk.bring_to(state)
    with desk.database.read() as session:
        assert session.query(Rectification).count() == 1
    for who in ("admin", "province", "inspector", "province_inspector", "unit"):
        assert desk.browser(who).get(desk.address).status_code == 200, who


def test_a_report_by_link_says_so(desk):
    with desk.database.write() as session:
        report(session, desk.settings, desk.repair)
        desk.repair.found(session).reported_by = "link:7"
        session.execute(
            Rectification.metadata.tables["rectification_reports"].update().values(by="link:7")
        )
    assert "经邮件中的链接" in text_of(desk.browser("admin").get(desk.address))
