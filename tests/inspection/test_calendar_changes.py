"""Open checks follow the calendar when it changes after their dials."""

from __future__ import annotations

import pytest

from hotline.errors import Conflict
from hotline.inspection import calendar_changes, calls, checks
from hotline.models.inspection import Check
from hotline.papers import round_closings
from scheduler.jobs import JOBS
from scheduler.runner import Office, first_start, run_due
from tests.factories import OPERATOR
from tests.inspection.spot_checks import a_registry, a_round, checks_of, dial, on
from tests.inspection.test_redraws import with_days_off

CALENDAR = next(job for job in JOBS if job.name == "calendar")


@pytest.fixture
def unanswered(database, settings):
    """A line not answered on the 25th, in the morning and in the afternoon; its round's code."""
    with database.write() as session:
        a_registry(session, lines=2)
        found = a_round(session, settings, now=on(2))
        check, other = (one.id for one in checks_of(session, found))
        code = found.code
    ring(database, settings, check, on(25, "09:00"), 1)
    ring(database, settings, check, on(25, "14:00"), 2)
    with database.write() as session:
        more = {"settings": settings, "now": on(25, "16:00")}
        calls.record(session, OPERATOR, other, dial(on(25, "15:00")), **more)
    return check, code


def ring(database, settings, check, at, attempt):
    with database.write() as session:
        raw = dial(at, outcome=21, attempt=attempt)
        calls.record(session, OPERATOR, check, raw, settings=settings, now=at.replace(hour=17))


def kept(database, check) -> Check:
    with database.read() as session:
        return session.get_one(Check, check)


def test_the_next_dial_moves_to_the_next_working_day(database, settings, unanswered):
    check, _ = unanswered
    assert kept(database, check).next_call_at == on(26, "08:30")
    off = with_days_off(settings, 26)
    with database.write() as session:
        assert calendar_changes.follow(session, settings=off) == 1
    assert kept(database, check).next_call_at == on(27, "08:30")
    with database.write() as session:
        assert checks.verify(session, off)[1] == []
        assert calendar_changes.follow(session, settings=off) == 0


def test_a_round_closes_by_the_calendar_of_that_day(database, settings, unanswered):
    check, code = unanswered
    ring(database, settings, check, on(26, "09:00"), 3)
    assert kept(database, check).closable
    more = {"as_is_reason": None, "now": on(27)}
    off = with_days_off(settings, 26)
    with pytest.raises(Conflict, match="未满足复拨规则"), database.write() as session:
        round_closings.close(session, OPERATOR, code, settings=off, **more)
    with database.write() as session:
        round_closings.close(session, OPERATOR, code, settings=settings, **more)


def test_it_is_done_every_night(database, settings, unanswered):
    check, _ = unanswered
    wall = [on(25, "18:00")]
    office = Office(database, with_days_off(settings, 26), now=lambda: wall[0])
    first_start(database, wall[0])
    assert run_due(office, CALENDAR) == 0
    wall[0] = on(26, "03:31")
    assert run_due(office, CALENDAR) == 1
    assert kept(database, check).next_call_at == on(27, "08:30")
