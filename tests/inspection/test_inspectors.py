"""Lines that nobody can dial: nobody is sent out, or only their own unit, or who has left."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from hotline.chasing import due_points
from hotline.inspection import inspectors, rounds
from hotline.inspection.rounds import NewRound
from hotline.models.inspection import Check
from hotline.models.people import User
from tests.factories import OPERATOR, actor_for, make_areas, make_line, make_unit
from tests.inspection.spot_checks import on

NOW = on(2, "13:00")


@pytest.fixture
def town(database):
    """Three lines of 桥西区 and six of 长安区, and an inspector of 桥西区's own unit."""
    with database.write() as session:
        make_areas(session)
        own = make_unit(session, "130104", "桥西区水利局")
        for n in range(9):
            make_line(session, area_code="130104" if n < 3 else "130102", line_id=f"LINE{n}")
        return (
            actor_for(session, "city_admin", name="chief"),
            actor_for(session, "city_inspector", name="ann", unit=own),
            actor_for(session, "city_inspector", name="bob"),
        )


def opened(session, settings, *people):
    new = NewRound("city", "130100", "2026-11", inspectors=people, seed="s")
    return rounds.open_round(session, OPERATOR, new, settings=settings, now=NOW).id


def test_a_round_without_inspectors_lacks_them_for_every_line(database, settings, town):
    chief, _, _ = town
    with database.write() as session:
        found = opened(session, settings)
        assert inspectors.lacking(session, chief) == {found: 9}
        points = due_points.points_of(session, chief, settings=settings, now=NOW)
        said = [(str(point.text), point.path) for point in points]
        assert said == [
            (
                "石家庄市2026年11月抽查有 9 条线路没有检查员可拨，请指派。",
                "/rounds/C-130100-2026-11/inspectors",
            )
        ]


def test_the_lines_of_ones_own_unit_lack_another_inspector(database, settings, town):
    chief, ann, bob = town
    with database.write() as session:
        found = opened(session, settings, ann.user_id)
        assert inspectors.lacking(session, chief) == {found: 3}
        both = [ann.user_id, bob.user_id]
        rounds.assign(session, chief, "C-130100-2026-11", both, settings=settings, now=NOW)
        assert inspectors.lacking(session, chief) == {}


def test_who_has_left_can_dial_nothing_that_was_dealt_to_them(database, settings, town):
    chief, ann, bob = town
    with database.write() as session:
        found = opened(session, settings, ann.user_id, bob.user_id)
        assert inspectors.lacking(session, chief) == {}
        session.execute(update(User).where(User.id == bob.user_id).values(active=False))
        dealt = session.query(Check).filter_by(round_id=found, inspector_id=bob.user_id).count()
        assert dealt
        assert inspectors.lacking(session, chief) == {found: dealt}
        session.execute(update(Check).where(Check.round_id == found).values(closable=True))
        assert inspectors.lacking(session, chief) == {}


def test_only_whoever_manages_the_round_is_told(database, settings, town):
    _, ann, _ = town
    with database.write() as session:
        found = opened(session, settings)
        stranger = actor_for(session, "city_admin", area_code="130200")
        assert inspectors.lacking(session, stranger) == {}
        assert inspectors.lacking(session, ann) == {}
        assert inspectors.lacking(session, actor_for(session)) == {found: 9}
