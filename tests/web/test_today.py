"""The first page of the day: where its counts lead, and what a unit reads on it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import chinese_calendar
import pytest
import time_machine

from hotline.models.inspection import Round
from tests.factories import actor_for, make_unit
from tests.inspection.spot_checks import dial, on
from tests.web.browsing import text_of


def test_a_count_leads_to_the_round_in_which_the_work_is(city_round):
    city_round.log(city_round.checks[1], dial(on(10, "09:00"), outcome=21))
    page = city_round.browser(city_round.inspector).get("/").text
    assert f'href="/rounds/{city_round.code}?state=todo"' in page
    assert f'href="/rounds/{city_round.code}?state=due"' in page
    assert "state=returned" not in page


def test_work_of_several_rounds_leads_to_the_open_ones(city_round):
    browser = city_round.browser(city_round.province)
    assert (
        browser.post(
            "/rounds/new", level="province", area_code="130000", period="2026Q4"
        ).status_code
        == 302
    )
    page = browser.get("/")
    assert 'class="tile" href="/rounds?state=open"' in page.text
    assert "尚未拨测 10 2 轮" in text_of(page)


def test_a_unit_reads_its_lines_with_class_score_and_reasons(city_round):
    ids = city_round.checks
    city_round.log(ids[0], dial(on(10, "09:00"), ring_s=18))
    for one in ids[1:]:
        city_round.log(one, dial(on(10, "09:00")))
    assert city_round.browser(city_round.admin).post(
        f"/rounds/{city_round.code}/close"
    ).status_code in (302, 303)
    with city_round.database.write() as session:
        unit = make_unit(session, area_code="130102")
        reader = actor_for(session, "unit_reader", unit=unit)
    page = city_round.browser(reader).get("/")
    said = text_of(page)
    assert "本单位线路" in said
    assert "接转不及时" in said
    assert "振铃 18.0 秒，超过 15.0 秒" in said
    assert page.text.count('class="row-link num"') == 3
    assert "首拨接通率" not in said
    assert "草稿" not in text_of(city_round.browser(reader).get("/notices"))


LAST = max(chinese_calendar.holidays).year


def test_from_december_on_the_province_is_told_that_next_year_s_holidays_are_missing(city_round):
    def said(actor, day):
        with time_machine.travel(datetime(*day, 16, 30, tzinfo=UTC), tick=False):
            return text_of(city_round.browser(actor).get("/"))

    missing = f"没有 {LAST + 1} 年的放假安排"
    assert missing in said(city_round.province, (LAST, 11, 30))  # the first, in Shanghai
    assert missing not in said(city_round.province, (LAST, 11, 29))
    assert missing not in said(city_round.admin, (LAST, 12, 5))


@pytest.mark.parametrize(("ends_on", "shown"), [((LAST, 12, 31), 0), ((LAST + 1, 1, 4), 1)])
def test_a_window_in_an_unpublished_year_is_provisional(city_round, ends_on, shown):
    with city_round.database.write() as session:
        session.query(Round).one().ends_on = date(*ends_on)
    browser = city_round.browser(city_round.admin)
    for address in ("/", "/rounds", f"/rounds/{city_round.code}"):
        assert browser.get(address).text.count("放假安排尚未公布") == shown, address
    with city_round.database.write() as session:
        session.query(Round).one().closed_at = on(10, "09:00")
    assert "放假安排尚未公布" not in browser.get("/rounds").text


@pytest.mark.parametrize("purpose", ["recheck", "double"])
def test_so_is_that_of_what_is_tested_apart(city_round, purpose):
    with city_round.database.write() as session:
        found = session.query(Round).one()
        found.purpose, found.ends_on = purpose, date(LAST + 1, 1, 4)
    browser = city_round.browser(city_round.admin)
    for address in ("/", "/rounds"):
        assert browser.get(address).text.count("放假安排尚未公布") == 1, address
