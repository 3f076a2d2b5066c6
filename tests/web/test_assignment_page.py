"""Who dials which line: the inspector's work list and the administrator's page of a dealt round."""

from __future__ import annotations

import re
from datetime import date

from sqlalchemy import update

from hotline.chasing import agenda
from hotline.models.inspection import Check, Round
from tests.factories import actor_for
from tests.inspection.spot_checks import dial, on
from tests.web.browsing import text_of
from tests.web.calling import NOW


def deal(city_round):
    """Lines 1–3 to the inspector, the first of them for tomorrow; 4 and 5 to another."""
    with city_round.database.write() as session:
        other = actor_for(session, "city_inspector", name="other")
        found = session.query(Round).filter_by(code=city_round.code).one()
        found.inspectors = [
            *found.inspectors,
            session.get_one(type(found.inspectors[0]), other.user_id),
        ]
        plans = ((11, "am"), (10, "am"), (10, "am"), (10, "am"), (10, "am"))
        for n, (check_id, (day, half)) in enumerate(zip(city_round.checks, plans, strict=True)):
            values = {
                "inspector_id": city_round.inspector.user_id if n < 3 else other.user_id,
                "planned_on": date(2026, 11, day),
                "planned_half": half,
            }
            session.execute(update(Check).where(Check.id == check_id).values(values))
    return other


def test_an_inspector_sees_what_is_theirs_in_the_order_of_what_is_due(city_round):
    deal(city_round)
    tomorrow, today, retried, others = city_round.checks[:4]
    city_round.log(retried, dial(on(10, "09:55"), outcome=21))
    browser, address = city_round.browser(city_round.inspector), f"/rounds/{city_round.code}"
    page = browser.get(address)
    said = text_of(page)
    assert "共 3 条" in said
    assert said.index("现在可拨") < said.index("稍后计划") < said.rindex("未到可拨时间")
    assert "计划 11月11日 上午" in said
    assert "起可拨" in said
    assert re.search(rf'data-next href="/checks/{today}"', page.text)
    assert [int(n) for n in re.findall(r'row-link num" href="/checks/(\d+)"', page.text)] == [
        today,
        tomorrow,
        retried,
    ]
    with city_round.database.read() as session:
        usual = {"settings": city_round.settings, "now": NOW}
        duties = agenda.of(session, city_round.inspector, **usual).duties
        assert (duties.untested, duties.due, duties.later) == (2, 0, 1)
    everything = text_of(browser.get(f"{address}?whose=all"))
    assert "共 5 条" in everything
    assert "由其他检查员拨测" in everything
    assert "登记下一次拨测" not in text_of(browser.get(f"/checks/{others}"))
    answer = browser.post(f"/checks/{others}/calls", outcome="21", attempt="1")
    assert answer.status_code == 403
    assert "已分给另一位检查员" in text_of(answer)


def test_an_administrator_hands_lines_on(city_round):
    other = deal(city_round)
    browser = city_round.browser(city_round.admin)
    address = f"/rounds/{city_round.code}/assignments"
    assert address in browser.get(f"/rounds/{city_round.code}").text
    first = city_round.checks[0]
    refused = browser.post(address, checks=[str(first)], to="")
    assert refused.status_code == 400
    assert "请选择本轮的检查员" in text_of(refused)
    assert re.search(rf'value="{first}"[^>]* checked', refused.text)
    assert browser.post(address, checks=[str(first)], to=str(other.user_id)).status_code == 303
    said = text_of(browser.get(address))
    assert "已改派 1 条线路" in said
    shown = browser.get(f"{address}?of={other.user_id}").text
    assert len(re.findall(r'name="checks"', shown)) == 3
    assert city_round.browser(city_round.inspector).get(address).status_code == 403
