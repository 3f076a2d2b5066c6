"""Pages of doubles: apart from the rounds, ended or called off on their own page, compared on the
round's."""

from __future__ import annotations

from datetime import datetime

import time_machine
from sqlalchemy import select, update

from hotline.inspection import rounds
from hotline.inspection.rounds import NewRound
from hotline.models.inspection import Check, Round
from hotline.models.people import User
from hotline.rights import Actor
from hotline.rules.outcomes import Klass
from tests.factories import OPERATOR, SHANGHAI, actor_for
from tests.web.browsing import field, text_of
from tests.web.calling import NOW


def open_doubled(city_round):
    """November's round of 石家庄 is there; this is December's, of two inspectors."""
    rules = city_round.settings.rounds.model_copy(update={"doubles_percent": 40})
    settings = city_round.settings.model_copy(update={"rounds": rules})
    with city_round.database.write() as session:
        other = actor_for(session, "city_inspector", name="other")
        people = (city_round.inspector.user_id, other.user_id)
        new = NewRound("city", "130100", "2026-12", inspectors=people, seed="s")
        return rounds.open_round(session, OPERATOR, new, settings=settings, now=NOW).code


def test_doubles_are_shown_apart_settled_and_compared(city_round):
    code = open_doubled(city_round)
    browser, double = city_round.browser(city_round.admin), f"D-{code}"
    for address in ("/", "/rounds"):
        said = text_of(browser.get(address))
        assert "进行中的双盲复测" in said
        assert double in said
    page = browser.get(f"/rounds/{double}")
    assert "双盲复测" in text_of(page)
    assert "办结双盲复测" not in text_of(page)
    assert "关闭本轮" not in text_of(page)
    assert browser.get(f"/rounds/{double}/close").status_code == 409
    assert browser.post(f"/rounds/{double}/settle").status_code == 409
    with city_round.database.write() as session:
        of = {found.code: found.id for found in session.scalars(select(Round))}
        for name in (code, double):
            klass = Klass.PASS if name == code else Klass.UNREACHABLE
            values = {"closable": True, "klass": klass.value, "calls_made": 1, "outcome": 11}
            if name == double:
                values["outcome"] = 21
            session.execute(update(Check).where(Check.round_id == of[name]).values(values))
    assert "办结双盲复测" in text_of(browser.get(f"/rounds/{double}"))
    assert browser.post(f"/rounds/{code}/close", as_is_reason="").status_code == 302
    said = text_of(browser.get(f"/rounds/{code}"))
    assert "一致性" not in said
    assert "双盲复测还须办结或取消" in said
    assert browser.post(f"/rounds/{double}/settle").status_code == 303
    assert "已办结" in text_of(browser.get(f"/rounds/{double}"))
    assert double not in text_of(browser.get("/rounds"))
    said = text_of(browser.get(f"/rounds/{code}"))
    assert "双盲复测的一致性" in said
    assert "双盲复测还须办结或取消" not in said
    assert "0.00%（0/2）" in said
    inspector = city_round.browser(city_round.inspector)
    assert "一致性" not in text_of(inspector.get(f"/rounds/{code}"))


@time_machine.travel(datetime(2026, 12, 1, 10, tzinfo=SHANGHAI), tick=False)
def test_doubles_are_called_off_with_a_reason_and_shown_so(city_round):
    code = open_doubled(city_round)
    browser, double = city_round.browser(city_round.admin), f"D-{code}"
    page = f"/rounds/{double}"
    with city_round.database.read() as session:
        check = session.scalars(select(Check).join(Round).where(Round.code == double)).first()
        mine = next(user for user in session.scalars(select(User)) if user.id == check.inspector_id)
        tester = city_round.browser(Actor.of(mine))
        its_page = f"/checks/{check.id}"
    dialled = {"outcome": "21", "attempt": "1", "started_at": "2026-12-01 09:00"}
    assert "取消双盲复测" in text_of(browser.get(page))
    assert "取消双盲复测" not in text_of(tester.get(page))
    assert double in text_of(browser.get(f"/rounds/{code}")), "the way to them"
    assert double not in text_of(tester.get(f"/rounds/{code}"))
    assert "双盲复测还在进行" in text_of(browser.get(f"/rounds/{code}/close"))
    assert tester.post(f"{its_page}/calls", **dialled).status_code == 303
    refused = browser.post(f"{page}/call-off", reason=" ")
    assert refused.status_code == 400
    assert "请写明取消双盲复测的原因。" in text_of(refused)
    typed = browser.post(f"{page}/call-off", reason="长" * 501)
    assert typed.status_code == 400
    assert field(typed, "reason") == "长" * 501
    given = browser.post(f"{page}/call-off", reason="检查员<病假>")
    assert (given.status_code, given.location) == (303, page)
    for reader in (browser, tester):
        said = text_of(reader.get(page))
        assert "已取消（12月1日 10:00" in said
        assert "取消原因 检查员<病假>" in said
        assert "办结双盲复测" not in said
        assert "待复核" not in said
        said = text_of(reader.get(its_page))
        assert "取消，记录不再改动：检查员<病假>" in said
        assert "登记下一次拨测" not in said
        assert "无人接听" in said, "what was logged stays"
        for address in ("/", "/rounds"):
            assert double not in text_of(reader.get(address))
        over = text_of(reader.get("/rounds?state=closed"))
        assert over.index("已结束的双盲复测") < over.index(double) < over.index("检查员<病假>")
    assert "取消双盲复测" not in text_of(tester.get(page))
    said = text_of(browser.get(f"/rounds/{code}"))
    assert f"双盲复测 {double} 已取消（12月1日 10:00" in said
    assert "双盲复测还在进行" not in text_of(browser.get(f"/rounds/{code}/close"))
    assert browser.post(f"{page}/call-off", reason="x").status_code == 409
    said = text_of(browser.get("/journal?subject=round"))
    assert "取消双盲复测" in said
    assert "检查员<病假>" in said


def test_the_page_of_doubles_says_how_they_are_verified(city_round):
    code = open_doubled(city_round)
    asked = f"hotline rounds sample {code} --verify"
    admin, inspector = (city_round.browser(who) for who in (city_round.admin, city_round.inspector))
    for page in (f"/rounds/{code}", f"/rounds/D-{code}"):
        assert asked in admin.get(page).text
        assert asked not in inspector.get(page).text


def test_a_round_of_one_inspector_says_that_nobody_is_left_for_doubles(city_round):
    rules = city_round.settings.rounds.model_copy(update={"doubles_percent": 40})
    settings = city_round.settings.model_copy(update={"rounds": rules})
    with city_round.database.write() as session:
        new = NewRound("city", "130100", "2026-12", inspectors=(city_round.inspector.user_id,))
        code = rounds.open_round(session, OPERATOR, new, settings=settings, now=NOW).code
    said = text_of(city_round.browser(city_round.admin).get(f"/rounds/{code}"))
    assert "只有一名检查员，未设双盲复测" in said
    said = text_of(city_round.browser(city_round.inspector).get(f"/rounds/{code}"))
    assert "未设双盲复测" not in said
