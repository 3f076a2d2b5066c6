"""The page of a round tells how its lines were drawn, and to whom."""

from __future__ import annotations

from hotline.models.inspection import Round
from tests.factories import actor_for


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
