"""The list of what awaits review: its order, accepting, giving back, nobody's own calls."""

from __future__ import annotations

import re

import pytest

from hotline.models.inspection import Check
from tests.factories import actor_for
from tests.inspection.spot_checks import dial, on
from tests.web.browsing import field, text_of
from tests.web.calling import form


def review_of(found, check_id: int) -> tuple[str, str | None]:
    with found.database.read() as session:
        check = session.get_one(Check, check_id)
        return check.review, check.review_reason


def listed(page) -> list[int]:
    return [int(number) for number in re.findall(r'id="check-(\d+)"', page.text)]


@pytest.fixture
def tested(city_round):
    """A pass, a hang-up, one that is not fully tested, and a pass of the administrator's own."""
    ids = city_round.checks
    city_round.log(ids[0], dial(on(9, "09:00")))
    city_round.log(ids[1], dial(on(9, "09:10"), outcome=14))
    city_round.log(ids[2], dial(on(9, "09:20"), outcome=21))
    city_round.log(ids[3], dial(on(9, "09:30")), city_round.admin)
    return city_round


def test_what_is_fully_tested_waits_non_pass_first(tested):
    page = tested.browser(tested.admin).get("/reviews")
    assert listed(page) == [tested.checks[1], tested.checks[0]]
    assert listed(tested.browser(tested.province).get("/reviews"))[-1] == tested.checks[3]


def test_each_score_opens_into_its_items(tested):
    said = text_of(tested.browser(tested.admin).get("/reviews"))
    assert "接通后直接挂断" in said
    assert "B1 使用问候语 否 0 4" in said
    assert "合计 41.7 40 96" in said


def test_what_lost_points_stands_before_the_whole_of_it(tested):
    page = tested.browser(tested.admin).get("/reviews?only=failed")
    shown, _, folded = text_of(page).partition("全部 15 项")
    lost = shown.partition("失分项目")[2]
    assert lost.index("B7 ") < lost.index("B2 ") < lost.index("B8 ")
    assert "振铃" not in lost
    assert "振铃" in folded
    assert "退回检查员" in folded


def test_filters_live_in_the_address(tested):
    browser = tested.browser(tested.admin)
    assert listed(browser.get("/reviews?only=pass")) == [tested.checks[0]]
    assert listed(browser.get("/reviews?only=failed")) == [tested.checks[1]]
    assert listed(browser.get(f"/reviews?round={tested.code}&only=pass")) == [tested.checks[0]]
    assert listed(browser.get("/reviews?round=C-130100-2026-10")) == []


def test_accepting_takes_it_off_the_list(tested):
    browser, one = tested.browser(tested.admin), tested.checks[1]
    seen = field(browser.get("/reviews"), "seen")
    answer = browser.post(f"/reviews/{one}/accept", seen=seen, next="/reviews?only=failed")
    assert (answer.status_code, answer.location) == (303, "/reviews?only=failed")
    assert review_of(tested, one) == ("accepted", None)
    assert listed(browser.get("/reviews")) == [tested.checks[0]]


def test_what_changed_since_it_was_read_is_not_accepted(tested):
    browser, one = tested.browser(tested.admin), tested.checks[1]
    seen = field(browser.get("/reviews?only=failed"), "seen")
    inspector = tested.browser(tested.inspector)
    call = re.search(r"/calls/(\d+)/correct", inspector.get(f"/checks/{one}").text)[1]
    sent = form(at="2026-11-09 09:10", reason="录音显示已受理")
    assert inspector.send(f"/calls/{call}/correct", sent).status_code == 303
    answer = browser.post(f"/reviews/{one}/accept", seen=seen)
    assert answer.status_code == 409
    assert review_of(tested, one)[0] == "pending"


def test_all_passes_of_a_page_at_once_and_nothing_else(tested):
    browser = tested.browser(tested.admin)
    answer = browser.send("/reviews/accept-passes", {"check": tested.checks})
    assert answer.status_code == 303
    states = [review_of(tested, one)[0] for one in tested.checks]
    assert states == ["accepted", "pending", "pending", "pending", "pending"]
    assert "已复核通过 1 条" in text_of(browser.get("/reviews"))


def test_giving_back_needs_a_reason_and_shows_the_inspector(tested):
    browser, one = tested.browser(tested.admin), tested.checks[1]
    answer = browser.post(f"/reviews/{one}/return", reason="  ")
    assert answer.status_code == 400
    assert f'id="return-{one}-wrong"' in answer.text
    assert browser.post(f"/reviews/{one}/return", reason="请核对录音").status_code == 303
    assert review_of(tested, one) == ("returned", "请核对录音")
    assert "已退回：请核对录音" in text_of(tested.browser(tested.inspector).get(f"/checks/{one}"))


def test_nobody_reviews_their_own_calls(tested):
    one = tested.checks[3]
    answer = tested.browser(tested.admin).post(f"/reviews/{one}/accept")
    assert answer.status_code == 403
    assert review_of(tested, one)[0] == "pending"
    assert tested.browser(tested.province).post(f"/reviews/{one}/accept").status_code == 303


def test_a_line_that_is_not_fully_tested_cannot_be_accepted(tested):
    answer = tested.browser(tested.admin).post(f"/reviews/{tested.checks[2]}/accept")
    assert answer.status_code == 409


def test_another_citys_checks_do_not_exist(tested):
    with tested.database.write() as session:
        other = actor_for(session, "city_admin", area_code="130200")
    browser = tested.browser(other)
    assert listed(browser.get("/reviews")) == []
    assert "没有等您复核的任务" in text_of(browser.get("/reviews"))
    for address in (f"/reviews/{tested.checks[0]}/accept", f"/reviews/{tested.checks[0]}/return"):
        assert browser.post(address, reason="x").status_code == 404
    assert browser.get(f"/checks/{tested.checks[0]}").status_code == 404


def test_how_many_queries_it_takes_does_not_follow_the_list(tested):
    browser = tested.browser(tested.province)
    with tested.queries() as many:
        assert len(listed(browser.get("/reviews"))) == 3
    with tested.queries() as few:
        assert len(listed(browser.get("/reviews?only=failed"))) == 1
    assert len(many) == len(few)
