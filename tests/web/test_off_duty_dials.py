"""A dial off duty condemns a line only before everyone's eyes: form, page, review and papers."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from hotline.inspection import reviews
from hotline.ladder import findings
from hotline.models.inspection import Check, Round
from hotline.models.papers import Notice
from hotline.papers import round_closings
from hotline.papers.notice_documents import document_of
from tests.factories import OPERATOR
from tests.inspection.spot_checks import NOON_OF_THE_LAST, dial, on
from tests.web.browsing import text_of
from tests.web.calling import NOW, form

NOON, SATURDAY = on(9, "12:30"), on(7, "09:30")


@pytest.mark.parametrize("moment", ["2026-11-09 12:30", "2026-11-07 09:30"])
@pytest.mark.parametrize("outcome", [12, 13, 14, 15, 16, 17])
def test_the_form_asks_once_and_refuses_nothing(city_round, moment, outcome):
    browser, check_id = city_round.browser(city_round.inspector), city_round.checks[0]
    sent = form(outcome, moment, idempotency_key=f"dial-{outcome}")
    asked = browser.post(f"/checks/{check_id}/calls", **sent)
    assert asked.status_code == 400
    assert "值班时间外" in text_of(asked)
    assert 'name="off_duty"' in asked.text
    assert browser.post(f"/checks/{check_id}/calls", **sent, off_duty="1").status_code == 303


@pytest.mark.parametrize(
    ("outcome", "moment"), [(14, "2026-11-09 09:30"), (21, "2026-11-09 12:30")]
)
def test_it_asks_of_nothing_else(city_round, outcome, moment):
    browser, check_id = city_round.browser(city_round.inspector), city_round.checks[0]
    assert browser.post(f"/checks/{check_id}/calls", **form(outcome, moment)).status_code == 303


@pytest.mark.parametrize("moment", [NOON, SATURDAY])
def test_page_and_review_say_so(city_round, moment):
    city_round.log(city_round.checks[0], dial(moment, outcome=14))
    city_round.log(city_round.checks[1], dial(on(9), outcome=14))
    browser = city_round.browser(city_round.admin)
    for n, told in ((0, True), (1, False)):
        page = browser.get(f"/checks/{city_round.checks[n]}")
        assert ('<span class="tag void">值班时间外</span>' in page.text) is told
        assert ("请核实后再复核" in text_of(page)) is told
    assert text_of(browser.get("/reviews")).count("请核实后再复核") == 1


def test_accepting_all_leaves_it_to_be_looked_at(city_round):
    ids = city_round.checks
    city_round.log(ids[0], dial(NOON, outcome=14))
    city_round.log(ids[1], dial(on(9), outcome=14))
    city_round.log(ids[2], dial(NOON))
    with city_round.database.write() as session:
        n, left = reviews.accept_all(
            session, city_round.admin, city_round.code, settings=city_round.settings, now=NOW
        )
        assert n == 2
        assert ["值班时间外" in str(one) for one in left] == [True]
        of = {row.id: row.review for row in session.execute(select(Check.id, Check.review))}
        assert [of[one] for one in ids[:3]] == ["pending", "accepted", "accepted"]


def test_papers_say_it_in_brackets(city_round):
    city_round.log(city_round.checks[0], dial(NOON, outcome=14))
    usual = {"settings": city_round.settings, "now": NOON_OF_THE_LAST}
    with city_round.database.write() as session:
        found = round_closings.close(
            session, OPERATOR, city_round.code, as_is_reason="到期", **usual
        )
        (talk,) = [one for one in findings.measures(session, found) if one.step == "talk"]
        assert talk.trigger[1]["off_duty"] is True
        said = {
            paper.kind: str(document_of(session, paper, **usual))
            for paper in session.scalars(select(Notice).join(Round))
        }
    assert "接通后直接挂断（值班时间外）" in said["rectification"]
    assert "12:30（值班时间外）拨测" in said["circular"]
