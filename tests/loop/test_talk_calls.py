"""Who is called to a talk: every trigger of the ladder, and one talk for several of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from hotline.loop import talks
from hotline.models.inspection import Round
from hotline.models.loop import Talk
from hotline.models.papers import MeasureDue, NoticeFinding
from tests.factories import actor_for, make_areas, make_line, make_unit
from tests.loop.called import a_round_of, arranged, every_talk, triggers

DEAD, HANGUP, PASS = 21, 14, None


@pytest.fixture
def lines(database):
    """Two lines of one unit, and one of another."""
    with database.write() as session:
        make_areas(session)
        unit = make_unit(session)
        made = [make_line(session, unit=unit), make_line(session, unit=unit)]
        made.append(make_line(session, area_code="130104"))
        session.expunge_all()
    return made


def last_talks(session, found: Round) -> list[Talk]:
    return [talk for talk in every_talk(session) if talk.round_id == found.id]


def test_two_failed_quarters_running(database, settings, lines):
    one, _, other = lines
    with database.write() as session:
        first = a_round_of(session, settings, "2026Q2", {one: DEAD, other: DEAD})
        assert not [t for t in last_talks(session, first) if t.unit_id]
        second = a_round_of(session, settings, "2026Q3", {one: DEAD, other: PASS})
        called = [talk for talk in last_talks(session, second) if talk.unit_id]
        assert [(talk.unit_id, triggers(session, talk)) for talk in called] == [
            (one.unit_id, ["talk.quarters"])
        ]
        assert called[0].state == "due"


@pytest.mark.parametrize(
    ("before", "called"),
    [
        ({"2026-06": DEAD, "2026-08": DEAD}, True),
        ({"2026-05": DEAD, "2026-08": DEAD}, False),
        ({"2026-08": DEAD}, False),
        ({"2026-06": DEAD, "2026-08": PASS, "2026-09": PASS, "2026-10": DEAD}, False),
    ],
)
def test_three_failed_of_six_monthly_rounds(database, settings, lines, before, called):
    one = lines[0]
    with database.write() as session:
        for period, outcome in before.items():
            a_round_of(session, settings, period, {one: outcome})
        last = a_round_of(session, settings, "2026-11", {one: DEAD})
        said = [triggers(session, talk) for talk in last_talks(session, last)]
        assert said == ([["talk.months"]] if called else [])


def test_a_critical_item_calls_at_once_and_a_unit_is_called_once(database, settings, lines):
    one, two, other = lines
    with database.write() as session:
        found = a_round_of(session, settings, "2026-11", {one: HANGUP, two: HANGUP, other: HANGUP})
        called = last_talks(session, found)
        assert [(talk.unit_id, triggers(session, talk)) for talk in called] == [
            (one.unit_id, ["talk.critical", "talk.critical"]),
            (other.unit_id, ["talk.critical"]),
        ]


@pytest.mark.parametrize(("failed", "called"), [(0, False), (1, True)])
def test_a_city_below_seventy_percent(database, settings, lines, failed, called):
    """One of three failed is 66.67 %."""
    results = {line: DEAD if n < failed else PASS for n, line in enumerate(lines)}
    with database.write() as session:
        found = a_round_of(session, settings, "2026Q4", results)
        of_city = [talk for talk in last_talks(session, found) if talk.unit_id is None]
        assert [(talk.area_code, triggers(session, talk)) for talk in of_city] == (
            [("130100", ["talk.city"])] if called else []
        )


@pytest.mark.parametrize("trigger", ["talk.recheck", "talk.no_report"])
def test_what_is_called_for_later_joins_the_talk_that_is_due(database, settings, lines, trigger):
    one = lines[0]
    with database.write() as session:
        found = a_round_of(session, settings, "2026-11", {one: HANGUP})
        due = last_talks(session, found)[0]
        later(session, found, one, trigger)
        assert talks.call_for(session, found, now=found.closed_at) == [due]
        assert triggers(session, due) == ["talk.critical", trigger]


@pytest.mark.parametrize("trigger", ["talk.recheck", "talk.no_report"])
def test_what_is_called_for_later_calls_for_a_talk_of_its_own(database, settings, lines, trigger):
    one = lines[0]
    with database.write() as session:
        found = a_round_of(session, settings, "2026-11", {one: DEAD})
        assert last_talks(session, found) == []
        later(session, found, one, trigger)
        called = talks.call_for(session, found, now=found.closed_at)
        assert [(talk.unit_id, talk.state) for talk in called] == [(one.unit_id, "due")]
        assert talks.call_for(session, found, now=found.closed_at) == []


def later(session, found, line, trigger: str) -> None:
    session.add(
        MeasureDue(
            round_id=found.id,
            step="talk",
            trigger=[trigger, {"class": "UNREACHABLE", "due": "11月24日"}],
            line_id=line.id,
            unit_id=line.unit_id,
            area_code=line.area_code,
        )
    )
    session.flush()


def test_the_next_rounds_trigger_joins_until_the_unit_is_told(database, settings, lines):
    one, two, _ = lines
    with database.write() as session:
        admin = actor_for(session, "city_admin")
        first = a_round_of(session, settings, "2026-10", {one: HANGUP})
        due = last_talks(session, first)[0]
        arranged(session, settings, due, admin)
        second = a_round_of(session, settings, "2026-11", {two: HANGUP})
        assert last_talks(session, second) == []
        assert triggers(session, due) == ["talk.critical", "talk.critical"]
        named = select(NoticeFinding.finding_id).where(NoticeFinding.notice_id == due.notice_id)
        assert len(session.scalars(named).all()) == 2
        due.state = "notified"
        session.flush()
        third = a_round_of(session, settings, "2026-12", {one: HANGUP})
        assert [talk.state for talk in last_talks(session, third)] == ["due"]


def test_a_citys_and_the_provinces_talks_are_two(database, settings, lines):
    one = lines[0]
    with database.write() as session:
        a_round_of(session, settings, "2026-11", {one: HANGUP})
        found = a_round_of(session, settings, "2026Q4", {one: HANGUP})
        called = [talk for talk in last_talks(session, found) if talk.unit_id]
        assert len(called) == 1
        assert len([talk for talk in every_talk(session) if talk.unit_id]) == 2


def test_two_callers_make_one_talk(database, settings, lines):
    one = lines[0]
    with database.write() as session:
        found = a_round_of(session, settings, "2026-11", {one: DEAD})
        code = found.id

    def call(_n: int) -> None:
        with database.write() as session:
            mine = session.get_one(Round, code)
            later(session, mine, one, "talk.recheck")
            talks.call_for(session, mine, now=mine.closed_at)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(call, range(4)))
    with database.read() as session:
        assert [triggers(session, talk) for talk in every_talk(session)] == [["talk.recheck"] * 4]


def test_measures_without_a_talk_are_none(database, settings, lines):
    one, two, _ = lines
    with database.write() as session:
        a_round_of(session, settings, "2026-11", {one: HANGUP, two: HANGUP})
        left = select(MeasureDue).where(MeasureDue.step == "talk", MeasureDue.talk_id.is_(None))
        assert session.scalars(left).all() == []
