"""Who dials which line: the inspector's work list and the administrator's page of a dealt round."""

from __future__ import annotations

import re
from datetime import date

from sqlalchemy import update

from hotline.chasing import agenda
from hotline.models.inspection import Check, Round
from hotline.models.people import User
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


def change(city_round, actor, **values):
    with city_round.database.write() as session:
        session.execute(update(User).where(User.id == actor.user_id).values(**values))


def ticked(page):
    return re.findall(r'name="checks" value="(\d+)"[^>]* checked', page.text)


def test_the_lines_of_an_inspector_who_is_out_are_handed_on_in_one_step(city_round):
    other = deal(city_round)
    change(city_round, city_round.inspector, active=False)
    browser = city_round.browser(city_round.admin)
    home = browser.get("/")
    assert "有 3 条线路没有检查员可拨，请改派" in text_of(home)
    address = f"/rounds/{city_round.code}/assignments?of=nobody&pick=all"
    assert address in home.text.replace("&amp;", "&")
    page = browser.get(address)
    assert "账号已停用" in text_of(page)
    assert f'<option value="{city_round.inspector.user_id}"' not in page.text
    assert f'<option value="{other.user_id}"' in page.text
    assert '<option value="evenly" selected' in page.text
    assert ticked(page) == [str(check) for check in city_round.checks[:3]]
    refused = browser.post(address, checks=ticked(page), to=str(city_round.inspector.user_id))
    assert refused.status_code == 400
    assert "不能再拨测（账号已停用），请另选" in text_of(refused)
    assert browser.post(address, checks=ticked(page), to="evenly").status_code == 303
    assert "没有检查员可拨" not in text_of(browser.get("/"))
    with city_round.database.read() as session:
        held = {session.get_one(Check, check).inspector_id for check in city_round.checks}
        assert held == {other.user_id}


def test_everyone_who_is_assigned_is_shown_and_may_be_taken_off(city_round):
    other = deal(city_round)
    with city_round.database.write() as session:
        far = actor_for(session, "province_inspector", name="far")
        found = session.query(Round).filter_by(code=city_round.code).one()
        found.inspectors = [*found.inspectors, session.get_one(User, far.user_id)]
    change(city_round, city_round.inspector, role="unit_reader")
    change(city_round, other, area_code="130200")
    browser = city_round.browser(city_round.admin)
    address = f"/rounds/{city_round.code}/inspectors"
    page = browser.get(address)
    boxes = re.findall(r'name="inspectors" value="(\d+)" checked>', page.text)
    everyone = {city_round.inspector.user_id, other.user_id, far.user_id}
    assert {int(box) for box in boxes} == everyone
    said = text_of(page)
    assert said.count("已不是检查员") == 1
    assert said.count("不归您管辖，取消后您不能再指派") == 2
    answer = browser.post(address, inspectors=[str(far.user_id)])
    assert answer.status_code == 303
    there = f"/rounds/{city_round.code}/assignments?of=anyone&pick=all"
    assert answer.headers["Location"] == there
    after = browser.get(there)
    said = text_of(after)
    assert "已指派 1 名检查员。" in said
    assert "5 条未测完的线路现在没有指定检查员，可以重新分配。" in said
    assert len(ticked(after)) == 5
    gone = city_round.browser(other)
    assert gone.get(f"/rounds/{city_round.code}").status_code == 404
    assert browser.post(address, inspectors=[str(other.user_id)]).status_code == 400
