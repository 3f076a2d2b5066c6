"""The page of a round tells how its lines were drawn, and to whom."""

from __future__ import annotations

import re
from datetime import date

from hotline.models.inspection import Round
from tests.factories import actor_for
from tests.web.browsing import text_of


def test_the_draw_is_told_to_whoever_manages_it_and_to_others_once_it_is_closed(city_round):
    browser = city_round.browser(city_round.admin)
    with city_round.database.write() as session:
        inspector = actor_for(session, "city_inspector")
    given = {"level": "city", "area_code": "130100", "period": "2026-10"}
    page = browser.post("/rounds/new", inspectors=[str(inspector.user_id)], **given).location
    with city_round.database.read() as session:
        found = session.query(Round).filter_by(code="C-130100-2026-10").one()
    asked = f"hotline rounds sample {found.code} --verify"
    for sign in (found.seed, found.frame_hash, asked):
        assert sign in browser.get(page).text
        assert sign not in city_round.browser(inspector).get(page).text


def test_the_last_day_is_put_off_on_the_page(city_round):
    browser, page = city_round.browser(city_round.admin), f"/rounds/{city_round.code}"
    assert "延长截止日期" in text_of(browser.get(page))
    assert "延长截止日期" not in text_of(city_round.browser(city_round.inspector).get(page))
    refused = browser.post(f"{page}/extend", ends_on="2026-11-30", reason="停电<b>")
    assert refused.status_code == 400
    assert "须晚于现在的截止日期" in text_of(refused)
    assert "停电&lt;b&gt;" in refused.text
    answer = browser.post(f"{page}/extend", ends_on="2026-12-08", reason="停电")
    assert (answer.status_code, answer.location) == (303, page)
    said = text_of(browser.get(page))
    assert f"{city_round.code} 已延长到 2026-12-08。" in said
    assert "进行中，截止 12月8日" in said
    said = text_of(browser.get("/journal"))
    assert "延长抽查截止日期" in said
    assert "末日：2026-12-08" in said
    assert "停电" in said


def test_a_round_that_was_forgotten_can_only_be_closed_and_its_page_says_so(city_round):
    browser, page = city_round.browser(city_round.admin), f"/rounds/{city_round.code}"
    said = "最迟可延长到的 10月1日 已过，不能再延长，只能照现状关闭。"
    assert said not in text_of(browser.get(page))
    with city_round.database.write() as session:
        session.query(Round).update({"period": "2026-08", "ends_on": date(2026, 8, 31)})
    shown = text_of(browser.get(page))
    assert said in shown
    assert "延长截止日期" not in shown
    assert said not in text_of(city_round.browser(city_round.inspector).get(page))
    assert browser.post(f"{page}/extend", ends_on="2026-11-20", reason="x").status_code == 409


def test_the_form_says_that_a_round_stands_for_its_period_and_takes_what_the_link_names(city_round):
    browser = city_round.browser(city_round.province)
    page = browser.get("/rounds/new?level=city&period=2026-12&area_code=130200")
    said = text_of(page)
    assert "一个行政区一期只有一轮：开始后该期不再自动开始，也不能再开。" in said
    assert "未列出的线路本期不抽查，也不会自动补上。" in said
    assert 'value="2026-12"' in page.text
    assert re.search('<option[^>]*value="130200"[^>]* selected', page.text)
    assert re.search('<option[^>]*value="city"[^>]* selected', page.text)


def test_closing_as_it_stands_tells_what_becomes_of_lines_short_of_the_rule(city_round):
    browser = city_round.browser(city_round.admin)
    said = text_of(browser.get(f"/rounds/{city_round.code}/close"))
    assert "未按复拨规则测完的线路按现有拨测定类、起草文书，原因写入文书" in said
