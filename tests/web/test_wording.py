"""How a page says numbers, periods, people and what an entry of the journal is about."""

from __future__ import annotations

from datetime import date

import pytest
from flask import session as visit

from hotline import words
from hotline.errors import T
from hotline.models.people import User
from hotline.web import wording
from tests.factories import actor_for
from tests.inspection.spot_checks import dial, on
from tests.web.browsing import text_of


@pytest.mark.parametrize(
    ("n", "english"), [(0, "0 calls"), (1, "1 call"), (2, "2 calls"), (21, "21 calls")]
)
def test_english_counts_one_apart(city_round, n, english):
    with city_round.app.test_request_context():
        visit["language"] = "en"
        assert wording.word(T("共拨 {n} 次", n=n)) == english


@pytest.mark.parametrize(
    ("language", "button", "state"), [("zh", "退回", "退回"), ("en", "Return", "Returned")]
)
def test_one_chinese_word_may_have_two_meanings(city_round, language, button, state):
    with city_round.app.test_request_context():
        visit["language"] = language
        assert wording.word(T("退回")) == button
        assert wording.word(words.RECTIFICATION_STATE["returned"]) == state
        assert wording.word(T("{said}", said=words.RECTIFICATION_STEP["return"])) == state


@pytest.mark.parametrize(
    ("language", "quarter", "month"),
    [("zh", "2026年第三季度", "2026年9月"), ("en", "Q3 2026", "Sep 2026")],
)
def test_a_period_is_said_as_on_paper(city_round, language, quarter, month):
    with city_round.app.test_request_context():
        visit["language"] = language
        assert wording.period("2026Q3") == quarter
        assert wording.period("2026-09") == month


def test_people_are_named_but_in_the_journal(city_round):
    one, login = city_round.checks[0], city_round.inspector.name
    with city_round.database.write() as session:
        session.get_one(User, city_round.inspector.user_id).full_name = "张工"
        auditor = actor_for(session, "auditor")
    city_round.log(one, dial(on(10, "09:00")))
    page = text_of(city_round.browser(city_round.admin).get(f"/checks/{one}"))
    assert "拨测人 张工" in page
    assert login not in page
    journal = text_of(city_round.browser(auditor).get("/journal?subject=call"))
    assert login in journal
    assert "张工" not in journal


def test_an_entry_names_number_and_round_of_a_check_and_a_call(city_round):
    one = city_round.checks[0]
    call = city_round.log(one, dial(on(10, "09:00"), outcome=14))
    browser = city_round.browser(city_round.admin)
    assert browser.post(f"/reviews/{one}/return", reason="请核对录音").status_code == 303
    with city_round.database.write() as session:
        auditor = actor_for(session, "auditor")
    said = text_of(city_round.browser(auditor).get("/journal"))
    for subject in (f"抽查任务 {one}", f"拨测 {call}"):
        about = said.split(f"{subject} ", 1)[1].split(" ")
        assert about[0].startswith("0311-")
        assert about[1:3] == ["·", city_round.code]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh", "石家庄市2026年11月抽查于11月30日截止，还有 2 条未测完。"),
        ("en", "石家庄市 round of Nov 2026 ends on 30 Nov; 2 lines are still to be tested."),
    ],
)
def test_days_and_periods_within_a_sentence_are_the_readers(city_round, language, said):
    name = T("{area}{period}抽查", area="石家庄市", period=words.InPeriod("2026-11"))
    day = words.OnDay(date(2026, 11, 30))
    text = T("{name}于{day}截止，还有 {n} 条未测完。", name=name, day=day, n=2)
    with city_round.app.test_request_context():
        visit["language"] = language
        assert wording.word(text) == said
    assert str(text) == "石家庄市2026年11月抽查于11月30日截止，还有 2 条未测完。"


def test_a_day_of_another_year_has_its_year_in_an_e_mail():
    day, new_year = date(2026, 12, 31), date(2027, 1, 4)
    assert str(words.OnDay(day, day)) == "12月31日"
    assert str(words.OnDay(day, new_year)) == "2026年12月31日"
