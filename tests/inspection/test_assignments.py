"""Dealing: who dials which line first and when, drawn again from the seed, and handed on."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from hotline.cli import main
from hotline.db import finish
from hotline.errors import Conflict, Forbidden, Invalid, NotFound
from hotline.inspection import (
    assignments,
    calls,
    check_lists,
    check_sheets,
    dialling_hours,
    reassignments,
    redraws,
    rounds,
)
from hotline.inspection.assignments import HalfDay, ToDial, plan
from hotline.inspection.check_lists import Sought
from hotline.inspection.rounds import NewRound
from hotline.models.inspection import Check
from hotline.rules.duty import DutyHours
from tests.factories import OPERATOR, actor_for, make_areas, make_line, make_unit
from tests.inspection.spot_checks import checks_of, dial, on

ROOT = Path(__file__).parents[2]
OFFICE = DutyHours.parse("8:30-12:00,14:00-17:30")
MORNINGS = DutyHours.parse("8:30-12:00")
SLOTS = [HalfDay(date(2026, 11, day), half) for day in (2, 3, 4, 5) for half in ("am", "pm")]


def lines(count, duty=OFFICE, unit=0):
    return [ToDial(f"L{n:03d}", unit or n, duty) for n in range(count)]


def test_a_plan_is_balanced_and_the_same_whatever_the_order_of_its_lines():
    testers = {"a": None, "b": None, "c": None}
    turns = plan(lines(20), testers, "seed", SLOTS)
    assert turns == plan(reversed(lines(20)), dict(reversed(testers.items())), "seed", SLOTS)
    assert sorted(Counter(turn.inspector for turn in turns.values()).values()) == [6, 7, 7]
    assert {turn.when for turn in turns.values()} == set(SLOTS)
    assert turns != plan(lines(20), testers, "another", SLOTS)


def test_nobody_tests_the_lines_of_their_own_unit():
    turns = plan(lines(4, unit=7), {"own": 7, "other": None}, "seed", SLOTS)
    assert {turn.inspector for turn in turns.values()} == {"other"}
    turns = plan(lines(4, unit=7), {"own": 7}, "seed", SLOTS)
    assert {turn.inspector for turn in turns.values()} == {None}


def test_a_desk_that_is_staffed_in_the_morning_alone_is_planned_for_a_morning():
    turns = plan(lines(30, MORNINGS), {"a": None}, "seed", SLOTS)
    assert {turn.when.half for turn in turns.values()} == {"am"}
    assert len({turn.when.day for turn in turns.values()}) == 4


def test_a_group_of_one_line_cannot_learn_its_time():
    one = lines(1)
    drawn = {plan(one, {"a": None}, f"seed {n}", SLOTS)["L000"].when for n in range(60)}
    assert drawn == set(SLOTS)


@pytest.fixture
def dealt(database, settings):
    """Two inspectors, one of 桥西区's unit, and a round of nine lines dealt to them."""
    with database.write() as session:
        make_areas(session)
        own = make_unit(session, "130104", "桥西区水利局")
        for n in range(9):
            area = "130104" if n < 3 else "130102"
            make_line(session, area_code=area, line_id=f"LINE{n}")
        ann = actor_for(session, "city_inspector", name="ann", unit=own)
        bob = actor_for(session, "city_inspector", name="bob")
        new = NewRound("city", "130100", "2026-11", inspectors=(ann.user_id, bob.user_id), seed="s")
        found = rounds.open_round(session, OPERATOR, new, settings=settings, now=on(2, "13:00"))
        session.flush()
    return found.code, ann, bob


def of(session, code):
    return rounds.get_for(session, OPERATOR, code)


def test_a_round_is_dealt_when_it_opens(database, settings, dealt):
    code, ann, bob = dealt
    with database.read() as session:
        there = checks_of(session, of(session, code))
        assert Counter(c.inspector_id for c in there) == {ann.user_id: 4, bob.user_id: 5}
        assert all(c.inspector_id == bob.user_id for c in there if c.area_code == "130104")
        for check in there:
            slot = HalfDay(check.planned_on, check.planned_half)
            assert settings.working_days.is_working(check.planned_on)
            assert slot != HalfDay(date(2026, 11, 2), "am"), "that half was over"
            assert check.planned_on <= date(2026, 11, 25), "retries must still fit"
        assert len({(c.planned_on, c.planned_half) for c in there}) > 5


def test_named_lines_and_rounds_without_inspectors_are_open_to_all(database, settings, dealt):
    _, ann, bob = dealt
    with database.write() as session:
        named = tuple(session.scalars(select(Check.number)).all())
        for month, new in (
            ("2026-10", {"names": named, "inspectors": (ann.user_id, bob.user_id)}),
            ("2026-12", {}),
        ):
            asked = NewRound("city", "130100", month, **new)
            found = rounds.open_round(session, OPERATOR, asked, settings=settings, now=on(2))
            assert {c.inspector_id for c in checks_of(session, found)} == {None}
            assert {c.planned_on for c in checks_of(session, found)} == {None}
            assert found.dealing is None
            assert not check_lists.is_dealt(session, found)


def test_only_the_one_it_is_dealt_to_dials_a_line_and_an_administrator(database, settings, dealt):
    code, ann, bob = dealt
    with database.write() as session:
        admin = actor_for(session, "city_admin")
        check = next(
            c for c in checks_of(session, of(session, code)) if c.inspector_id != ann.user_id
        )
        key = check.id

    def log(who, moment, attempt=1):
        with database.write() as session:
            raw = dial(moment, outcome=21, attempt=attempt)
            return calls.record(session, who, key, raw, settings=settings, now=on(20))

    with pytest.raises(Forbidden):
        log(ann, on(3))
    made = log(bob, on(3))
    log(admin, on(3, "15:00"), 2)
    with pytest.raises(Forbidden), database.write() as session:
        calls.correct(
            session,
            ann,
            made.call_id,
            dial(on(3), outcome=22),
            reason="x",
            settings=settings,
            now=on(20),
        )
    with database.read() as session:
        assert not check_sheets.get_for(session, ann, key, settings=settings, now=on(4)).may_log
        assert check_sheets.get_for(session, bob, key, settings=settings, now=on(4)).may_log


def test_a_work_list_goes_by_what_is_due_and_the_next_line_follows(database, settings, dealt):
    code, _, bob = dealt
    with database.write() as session:
        mine = [c for c in checks_of(session, of(session, code)) if c.inspector_id == bob.user_id]
        retry, waits, over, *plain = mine
        plans = ((date(2026, 11, 4), "pm"), (date(2026, 11, 3), "am"))
        for check, (day, half) in zip(plain, plans, strict=True):
            session.execute(
                update(Check).where(Check.id == check.id).values(planned_on=day, planned_half=half)
            )
        for check, moment, outcome in (
            (retry, on(3), 21),
            (waits, on(4, "10:00"), 21),
            (over, on(3), 14),
        ):
            raw = dial(moment, outcome=outcome)
            calls.record(session, bob, check.id, raw, settings=settings, now=on(4, "10:05"))
        ids = [retry.id, plain[1].id, plain[0].id, waits.id, over.id]
    with database.read() as session:
        found, now = of(session, code), on(4, "10:10")
        openings = dialling_hours.of_round(session, found, settings, now)
        listed = check_lists.find(session, bob, found, Sought(mine=True), openings).checks
        assert [c.id for c in listed] == ids
        assert [c.turn for c in listed] == ["now", "now", "planned", "later", "done"]
        assert {c.inspector for c in listed} == {"bob"}
        everything = check_lists.find(session, bob, found, Sought(), openings).checks
        assert [c.id for c in everything[:5]] == ids
        assert {c.turn for c in everything[5:]} == {"others"}
        seen = [c.id for c in check_lists.find(session, OPERATOR, found, Sought(), openings).checks]
        assert seen == [
            c.id for c in sorted(everything, key=lambda c: (c.area != "长安区", c.number))
        ]
        progress = check_lists.progress(session, bob, found, openings, mine=True)
        assert (progress.lines, progress.dialled) == (5, 3)
        for here, there in pairwise((over.id, retry.id, plain[1].id)):
            after = check_sheets.next_to_dial(session, bob, here, settings=settings, now=now)
            assert after in (there, retry.id)


def test_a_deal_is_drawn_again_and_what_was_tampered_with_is_named(database, settings, dealt):
    code, ann, bob = dealt

    def compared(session):
        session.expire_all()
        return redraws.verify(session, OPERATOR, code, settings=settings).deal

    with database.write() as session:
        assert compared(session).same
        by_line = assignments.checks_by_line(session, of(session, code))
        (first, one), (second, other), *_ = sorted(by_line.items())
        swapped = ann.user_id if one.inspector_id == bob.user_id else bob.user_id
        session.execute(update(Check).where(Check.id == one.id).values(inspector_id=swapped))
        session.execute(update(Check).where(Check.id == other.id).values(planned_half="xx"))
        found = compared(session)
        assert (found.in_journal, found.order, found.inspectors) == (True, (second,), (first,))


def test_the_command_deals_again(sqlite_database, settings):
    with sqlite_database.write() as session:
        make_areas(session)
        for _ in range(4):
            make_line(session)
        ann = actor_for(session, "city_inspector")
        new = NewRound("city", "130100", "2026-11", inspectors=(ann.user_id,))
        found = rounds.open_round(session, OPERATOR, new, settings=settings, now=on(2))
        last = checks_of(session, found)[-1].id
    usual = {
        "HOTLINE_CONFIG": str(ROOT / "config.yaml"),
        "HOTLINE_DATABASE_URL": f"sqlite:///{sqlite_database.url.database}",
    }
    asked = ["rounds", "sample", found.code, "--verify"]
    assert CliRunner().invoke(main, asked, env=usual).exit_code == 0
    with sqlite_database.write() as session:
        session.execute(update(Check).where(Check.id == last).values(planned_on=None))
    told = CliRunner().invoke(main, asked, env=usual)
    assert told.exit_code == 1
    assert "计划首拨不同" in told.stderr


def test_lines_are_handed_on_and_the_deal_is_still_accounted_for(database, settings, dealt):
    code, ann, bob = dealt
    with database.write() as session:
        found = of(session, code)
        movable = [c for c in checks_of(session, found) if c.area_code == "130102"]
        ids = [c.id for c in movable if c.inspector_id == bob.user_id]
        said = reassignments.hand_on(session, OPERATOR, code, ids, str(ann.user_id), now=on(3))
        assert said == len(ids)
        session.expire_all()
        held = {load.tester.name: load.lines for load in reassignments.loads(session, found)}
        assert held == {"ann": 6, "bob": 3}
        finish(session)
        assert redraws.verify(session, OPERATOR, code, settings=settings).same
        every = [c.id for c in checks_of(session, found)]
        assert reassignments.hand_on(session, OPERATOR, code, every, "evenly", now=on(3))
        session.expire_all()
        held = {load.tester.name: load.lines for load in reassignments.loads(session, found)}
        assert held == {"ann": 4, "bob": 5}
        assert reassignments.hand_on(session, OPERATOR, code, every[:1], "anyone", now=on(3)) == 1


def test_what_cannot_be_handed_on(database, settings, dealt):
    code, ann, bob = dealt
    with database.write() as session:
        there = checks_of(session, of(session, code))
        own = [c.id for c in there if c.area_code == "130104"]
        stranger = actor_for(session, "city_inspector")
        elsewhere = actor_for(session, "city_admin", area_code="130200")
    for actor, ids, to, refusal in (
        (OPERATOR, own, str(ann.user_id), Invalid),
        (OPERATOR, own, str(stranger.user_id), Invalid),
        (OPERATOR, own, "", Invalid),
        (OPERATOR, [], "evenly", Invalid),
        (bob, own, "evenly", Forbidden),
        (elsewhere, own, "evenly", NotFound),
    ):
        with pytest.raises(refusal), database.write() as session:
            reassignments.hand_on(session, actor, code, ids, to, now=on(3))
    with database.write() as session:
        of(session, code).closed_at = on(20)
    with pytest.raises(Conflict), database.write() as session:
        reassignments.hand_on(session, OPERATOR, code, own, "evenly", now=on(21))


def test_whoever_inspects_no_more_leaves_their_lines_to_the_others(database, settings, dealt):
    code, _, bob = dealt
    with database.write() as session:
        rounds.assign(session, OPERATOR, code, [bob.user_id], settings=settings, now=on(3))
    with database.read() as session:
        found = of(session, code)
        assert {c.inspector_id for c in checks_of(session, found)} == {None, bob.user_id}
        assert redraws.verify(session, OPERATOR, code, settings=settings).same
