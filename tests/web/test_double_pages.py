"""Pages of doubles: apart from the rounds, ended on their own page, compared on the round's."""

from __future__ import annotations

from sqlalchemy import select, update

from hotline.inspection import rounds
from hotline.inspection.rounds import NewRound
from hotline.models.inspection import Check, Round
from hotline.rules.outcomes import Klass
from tests.factories import OPERATOR, actor_for
from tests.web.browsing import text_of
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
    assert "一致性" not in text_of(browser.get(f"/rounds/{code}"))
    assert browser.post(f"/rounds/{double}/settle").status_code == 303
    assert "已办结" in text_of(browser.get(f"/rounds/{double}"))
    assert double not in text_of(browser.get("/rounds"))
    said = text_of(browser.get(f"/rounds/{code}"))
    assert "双盲复测的一致性" in said
    assert "0.00%（0/2）" in said
    inspector = city_round.browser(city_round.inspector)
    assert "一致性" not in text_of(inspector.get(f"/rounds/{code}"))
