"""Lines that nobody can dial, for who was sent out has left or may not; how it is mended."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from hotline.chasing import due_points
from hotline.db import finish
from hotline.errors import Invalid, NotFound
from hotline.inspection import inspectors, reassignments, redraws, rounds
from hotline.inspection.rounds import NewRound
from hotline.models.inspection import Check, Round
from hotline.models.people import User
from hotline.models.registry import Line
from hotline.rights import Actor
from tests.factories import OPERATOR, actor_for, make_areas, make_line, make_unit
from tests.inspection.spot_checks import on

NOW = on(2, "13:00")
CODE = "C-130100-2026-11"


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


def lacking(session, settings, actor, now=NOW):
    """Open round → lines that nobody can dial, and how many of them are only to be handed on."""
    session.expire_all()
    found = inspectors.lacking(session, actor, settings=settings, now=now)
    return {key: (lack.lines, lack.movable) for key, lack in found.items()}


def change(session, actor, **values):
    session.execute(update(User).where(User.id == actor.user_id).values(**values))


def drawn_again_alike(session, settings, chief):
    finish(session)
    return redraws.verify(session, chief, CODE, settings=settings).same


def dealt_to(session, found, actor):
    return session.query(Check).filter_by(round_id=found, inspector_id=actor.user_id).count()


def test_a_round_without_inspectors_lacks_them_for_every_line(database, settings, town):
    chief, _, _ = town
    with database.write() as session:
        found = opened(session, settings)
        assert lacking(session, settings, chief) == {found: (9, 0)}
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
        assert lacking(session, settings, chief) == {found: (3, 0)}
        both = [ann.user_id, bob.user_id]
        rounds.assign(session, chief, "C-130100-2026-11", both, settings=settings, now=NOW)
        assert lacking(session, settings, chief) == {}


@pytest.mark.parametrize("gone", [{"active": False}, {"role": "unit_reader"}, {"role": "auditor"}])
def test_who_has_left_can_dial_nothing_that_was_dealt_to_them(database, settings, town, gone):
    chief, ann, bob = town
    with database.write() as session:
        found = opened(session, settings, ann.user_id, bob.user_id)
        assert lacking(session, settings, chief) == {}
        change(session, bob, **gone)
        dealt = dealt_to(session, found, bob)
        own = 3  # of ann's unit, and thus bob's
        assert dealt > own
        assert lacking(session, settings, chief) == {found: (dealt, dealt - own)}
        session.execute(update(Check).where(Check.round_id == found).values(closable=True))
        assert lacking(session, settings, chief) == {}


def test_whoever_dials_a_line_in_doubles_is_nobody_for_it_in_the_round(database, settings, town):
    chief, _, bob = town
    share = settings.rounds.model_copy(update={"doubles_percent": 20})
    doubled = settings.model_copy(update={"rounds": share})
    with database.write() as session:
        cat = actor_for(session, "city_inspector", name="cat")
        found = opened(session, doubled, bob.user_id, cat.user_id)
        one = session.query(Check).filter_by(round_id=found, inspector_id=cat.user_id)
        twice = {
            c.line_id
            for c in session.query(Check).filter_by(inspector_id=bob.user_id)
            if c.round_id != found
        }
        theirs = sum(check.line_id in twice for check in one)
        n = one.count()
        change(session, cat, active=False)
        assert theirs
        assert lacking(session, settings, chief)[found] == (n, n - theirs)


def test_nobody_is_missed_for_dials_that_would_be_refused(database, settings, town):
    chief, _, _ = town
    with database.write() as session:
        found = opened(session, settings)
        assert lacking(session, settings, chief, on(30, "16:00")) == {found: (9, 0)}
        after = on(30, "18:00")
        assert lacking(session, settings, chief, after) == {}
        points = due_points.points_of(session, chief, settings=settings, now=after)
        assert not [point for point in points if "没有检查员" in str(point.text)]
        gone = session.query(Line).filter_by(line_id="LINE0").one()
        gone.status = "retired"
        session.flush()
        assert lacking(session, settings, chief) == {found: (8, 0)}


def test_the_point_leads_to_where_it_is_mended(database, settings, town):
    chief, ann, bob = town

    def told(session):
        session.expire_all()
        points = due_points.points_of(session, chief, settings=settings, now=NOW)
        return [(str(point.text), point.path) for point in points]

    with database.write() as session:
        found = opened(session, settings, ann.user_id, bob.user_id)
        dealt = dealt_to(session, found, bob)
        change(session, bob, active=False)
        assert told(session) == [
            (
                f"石家庄市2026年11月抽查有 {dealt} 条线路没有检查员可拨，请改派。",
                f"/rounds/{CODE}/assignments?of=nobody&pick=all",
            )
        ]
        stranded = [
            *inspectors.stranded(session, session.get_one(Round, found), settings=settings, now=NOW)
        ]
        assert len(stranded) == dealt
        reassignments.hand_on(session, chief, CODE, stranded, "evenly", now=NOW)
        assert dealt_to(session, found, ann) == 6
        # What is left is ann's own unit's: somebody else has to be sent out.
        assert told(session) == [
            (
                "石家庄市2026年11月抽查有 3 条线路没有检查员可拨，请指派。",
                f"/rounds/{CODE}/inspectors",
            )
        ]
        assert drawn_again_alike(session, settings, chief)


@pytest.mark.parametrize("stays", [True, False])
def test_saving_frees_the_lines_of_who_can_dial_no_more(database, settings, town, stays):
    chief, ann, bob = town
    with database.write() as session:
        found = opened(session, settings, ann.user_id, bob.user_id)
        cat = actor_for(session, "city_inspector", name="cat")
        done, *rest = session.query(Check).filter_by(round_id=found, inspector_id=bob.user_id)
        done.closable = True
        change(session, bob, active=False)
        wanted = [ann.user_id, cat.user_id, *([bob.user_id] if stays else [])]
        said = rounds.assign(session, chief, CODE, wanted, settings=settings, now=NOW)
        assert (said.serving, said.freed) == (2, len(rest))
        session.expire_all()
        assert {check.inspector_id for check in rest} == {None}
        assert drawn_again_alike(session, settings, chief)
        again = rounds.assign(session, chief, CODE, wanted, settings=settings, now=NOW)
        assert again.freed == 0
        every = [check.id for check in session.query(Check).filter_by(round_id=found)]
        reassignments.hand_on(session, chief, CODE, every, "evenly", now=NOW)
        assert lacking(session, settings, chief) == {}
        assert dealt_to(session, found, ann) + dealt_to(session, found, cat) >= 8
        assert drawn_again_alike(session, settings, chief)


def test_who_can_dial_no_more_is_handed_nothing(database, settings, town):
    chief, ann, bob = town
    with database.write() as session:
        found = opened(session, settings, ann.user_id, bob.user_id)
        some = session.query(Check).filter_by(round_id=found, area_code="130102").all()
        ids = [check.id for check in some]
        change(session, bob, role="unit_reader")
        session.expire_all()
        with pytest.raises(Invalid) as refused:
            reassignments.hand_on(session, chief, CODE, ids, str(bob.user_id), now=NOW)
        assert "已不是检查员" in str(refused.value.errors[0].text)
        reassignments.hand_on(session, chief, CODE, ids, "evenly", now=NOW)
        session.expire_all()
        assert {check.inspector_id for check in some} == {ann.user_id}


def test_an_inspector_who_moved_away_is_taken_off_by_the_citys_administrator(
    database, settings, town
):
    chief, ann, bob = town
    with database.write() as session:
        opened(session, settings, ann.user_id, bob.user_id)
        change(session, bob, area_code="130200")
        moved = Actor.of(session.get_one(User, bob.user_id, populate_existing=True))
        assert rounds.get_for(session, moved, CODE)
        both = [ann.user_id, bob.user_id]
        assert rounds.assign(session, chief, CODE, both, settings=settings, now=NOW).serving == 2
        rounds.assign(session, chief, CODE, [ann.user_id], settings=settings, now=NOW)
        session.flush()
        with pytest.raises(NotFound):
            rounds.get_for(session, moved, CODE)
        with pytest.raises(Invalid):
            rounds.assign(session, chief, CODE, both, settings=settings, now=NOW)


def test_only_whoever_manages_the_round_is_told(database, settings, town):
    _, ann, _ = town
    with database.write() as session:
        found = opened(session, settings)
        stranger = actor_for(session, "city_admin", area_code="130200")
        assert lacking(session, settings, stranger) == {}
        assert lacking(session, settings, ann) == {}
        assert lacking(session, settings, actor_for(session)) == {found: (9, 0)}
