"""The page of reminder and report e-mails, its count on the first page, and its way there."""

from __future__ import annotations

import pytest

from hotline.models.messages import Message
from hotline.models.people import User
from tests.delivery.told import told
from tests.web.browsing import text_of
from tests.web.calling import NOW

TODAY = "2026-11-10"


@pytest.fixture
def mailed(city_round):
    """A list of today that failed, a report of unknown fate, one of the province's that is sent."""
    with city_round.database.write() as session:
        for who in (city_round.admin, city_round.inspector, city_round.province):
            user = session.get_one(User, who.user_id)
            user.email, user.full_name = f"{who.user_id}@example.cn", f"某人{who.user_id}"
        ids = [
            told(session, str(city_round.inspector.user_id), period=TODAY, at=NOW,
                 error="550 5.1.1 <b>unknown</b>", attempts=1),
            told(session, str(city_round.admin.user_id), "unknown", kind="week",
                 period="2026-W45 130100", at=NOW, attempts=1),
            told(session, str(city_round.province.user_id), "sent", kind="month",
                 period="2026-10 130000", at=NOW, attempts=1, sent_at=NOW),
        ]  # fmt: skip
    city_round.ids = ids
    return city_round


def state_of(mailed, id_: int) -> str:
    with mailed.database.read() as session:
        return session.get_one(Message, id_).state


def test_each_has_kind_period_reader_state_and_reason_in_words(mailed):
    page = mailed.browser(mailed.province).get("/messages")
    said = text_of(page)
    assert "等着处理的共 2 封" in said
    inspector = mailed.inspector.user_id
    assert (
        f"每日提醒 11月10日 某人{inspector} {inspector}@example.cn 发送失败 "
        "收件邮箱不存在或写错了，请核对邮箱。 550 5.1.1 <b>unknown</b> 11月10日 10:00 1 "
        "重新发送 记为已知悉"
    ) in said
    assert "周报 2026年第45周 石家庄市" in said
    assert "月报 2026年10月 河北省" in said
    assert "<b>unknown" not in page.text
    assert f'href="/users/{inspector}"' in page.text


def test_a_city_sees_its_own(mailed):
    said = text_of(mailed.browser(mailed.admin).get("/messages"))
    assert "共 2 条" in said
    assert f"{mailed.province.user_id}@example.cn" not in said


def test_it_is_reached_from_jobs_reports_and_the_first_page_while_something_waits(mailed):
    for who in (mailed.province, mailed.admin):
        browser = mailed.browser(who)
        assert 'href="/messages"' in browser.get("/bulletins").text
        home = browser.get("/")
        assert 'href="/messages?state=waiting"' in home.text
        assert "提醒邮件待处理 2" in text_of(home)
    assert 'href="/messages"' in mailed.browser(mailed.province).get("/jobs").text
    assert "提醒邮件待处理" not in mailed.browser(mailed.inspector).get("/").text


def test_deciding_keeps_the_filter_and_says_what_was_noted(mailed):
    failed, unknown, _ = mailed.ids
    browser = mailed.browser(mailed.admin)
    kept = {"kind": "digest", "state": "waiting"}
    answer = browser.post(f"/messages/{failed}", decision="again", **kept)
    assert (answer.status_code, answer.location) == (303, "/messages?kind=digest&state=waiting")
    assert "已记下：待发送" in text_of(browser.get(answer.location))
    assert state_of(mailed, failed) == "queued"
    browser.post(f"/messages/{unknown}", decision="left")
    page = text_of(browser.get("/messages"))
    assert "已记下：不再发送" in page
    assert f"某人{mailed.admin.user_id} 处理" in page
    assert "提醒邮件待处理" not in browser.get("/").text


def test_a_second_decision_is_told_that_it_is_too_late(mailed):
    browser = mailed.browser(mailed.admin)
    for _ in range(2):
        answer = browser.post(f"/messages/{mailed.ids[0]}", decision="left")
        assert answer.status_code == 303
    assert "状态已经变化" in text_of(browser.get("/messages"))


def test_all_listed_are_noted_at_once(mailed):
    browser = mailed.browser(mailed.province)
    assert "本页 2 封待处理的都记为已知悉" in text_of(browser.get("/messages"))
    sent = {"id": [*map(str, mailed.ids), "x", "", "-1", "9" * 20], "state": "waiting"}
    answer = browser.send("/messages/leave", sent)
    assert answer.location == "/messages?state=waiting"
    said = text_of(browser.get(answer.location))
    assert "已记下 2 封已知悉，不再发送。" in said
    assert "没有待处理的邮件。" in said
    assert [state_of(mailed, id_) for id_ in mailed.ids] == ["left", "left", "sent"]


def test_an_old_list_is_not_offered_again_and_why_is_said(mailed):
    with mailed.database.write() as session:
        session.get_one(Message, mailed.ids[0]).period = "2026-11-09"
    page = text_of(mailed.browser(mailed.province).get("/messages?kind=digest"))
    assert "清单已过期，不能重发" in page
    assert "重新发送 记为已知悉" not in page


def test_the_journal_has_words_for_it(mailed):
    browser = mailed.browser(mailed.admin)
    browser.post(f"/messages/{mailed.ids[0]}", decision="again")
    said = text_of(browser.get("/journal"))
    assert f"处理提醒和报告邮件 提醒和报告邮件 digest {TODAY}" in said
    assert "状态：发送失败 原因：550 5.1.1 <b>unknown</b>" in said
    assert "状态：待发送" in said


def test_odd_filters_and_pages_are_harmless(mailed):
    browser = mailed.browser(mailed.province)
    for query in ("kind=x&state=y", "page=0", "page=99", "page=x", "state=left&kind=week"):
        assert browser.get(f"/messages?{query}").status_code == 200


def test_in_english(mailed):
    said = text_of(mailed.browser(mailed.province, language="en").get("/messages"))
    assert "There is no such mailbox; check the address." in said
    assert "Weekly report week 45 of 2026" in said
    assert "Send again Note as known" in said


def test_without_a_mail_server_it_says_so(mailed):
    said = text_of(mailed.browser(mailed.province).get("/messages"))
    assert "没有设置邮件服务器" in said
