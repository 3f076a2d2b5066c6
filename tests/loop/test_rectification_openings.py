"""Rectifications opened: with the paper that names a finding, with a promise made in a talk."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from hotline.loop import rectifications
from hotline.models.loop import Rectification
from hotline.models.papers import Finding
from hotline.models.registry import Line, Unit
from tests.loop.disputed import ISSUED
from tests.loop.repairs import (
    LATER,
    a_commitment,
    a_repair,
)

VACANT = [{"outcome": 23}, {"outcome": 23}]
STATES = ("issued", "in_progress", "reported", "rechecking", "passed", "returned", "closed")


def test_a_finding_that_the_paper_names_is_to_be_put_right_in_working_days(database, settings):
    with database.write() as session:
        repair = a_repair(session, settings)
    with database.read() as session:
        one = repair.found(session)
        assert (one.state, one.returns, one.held) == ("issued", 0, False)
        assert (one.counted_from, one.working_days) == (date(2026, 11, 17), 5)
        assert one.due_on == date(2026, 11, 24)
        assert (one.unit_id, one.line_id) == (repair.case.unit_id, repair.case.line_id)
        assert one.what == f"{one.line.number} 受理不规范：接通后直接挂断"
        assert repair.steps(session) == ["open"]


def test_a_wrong_number_has_two_days(database, settings):
    with database.write() as session:
        one = a_repair(session, settings, VACANT).found(session)
        assert (one.working_days, one.due_on) == (2, date(2026, 11, 19))


def test_the_owner_of_the_line_answers_for_it(sqlite_database, settings):
    with sqlite_database.write() as session:
        repair = a_repair(session, settings)
        session.get_one(Line, repair.case.line_id).owner = "赵某"
        one = repair.found(session)
        finding, notice = session.get_one(Finding, one.finding_id), one.notice
        session.query(Rectification).filter_by(id=one.id).update({"finding_id": None})
        session.flush()
        assert rectifications.open_for(session, notice, settings=settings, now=ISSUED) == 1
        again = session.scalars(select(Rectification).filter_by(finding_id=finding.id)).one()
        assert again.owner == "赵某"


def test_the_same_paper_opens_nothing_twice(database, settings):
    with database.write() as session:
        repair = a_repair(session, settings)
        notice = repair.found(session).notice
        assert rectifications.open_for(session, notice, settings=settings, now=LATER) == 0


@pytest.mark.parametrize(("state", "opened"), [("dropped", 0), ("revoked", 0), ("held", 1)])
def test_what_was_dropped_or_revoked_is_not_opened(sqlite_database, settings, state, opened):
    with sqlite_database.write() as session:
        repair = a_repair(session, settings)
        one = repair.found(session)
        finding, notice = session.get_one(Finding, one.finding_id), one.notice
        session.query(Rectification).filter_by(id=one.id).update({"finding_id": None})
        finding.state = state
        session.flush()
        assert rectifications.open_for(session, notice, settings=settings, now=ISSUED) == opened
        if opened:
            query = select(Rectification).where(Rectification.finding_id == finding.id)
            assert session.scalars(query).one().held


def test_a_promise_made_in_a_talk_is_to_be_kept_by_its_date(database, settings):
    with database.write() as session:
        repair = a_repair(session, settings)
        one = a_commitment(session, settings, repair, unit_id=repair.case.unit_id)
        assert (one.due_on, one.working_days) == (date(2026, 12, 15), None)
        assert (one.what, one.owner, one.line_id) == ("落实双人值守", "李局长", None)
        assert one.unit_id == repair.case.unit_id


@pytest.mark.parametrize("bureau", [True, False])
def test_a_citys_promise_is_its_bureaus(sqlite_database, settings, bureau):
    with sqlite_database.write() as session:
        repair = a_repair(session, settings)
        if bureau:
            session.add(Unit(area_code="130200", name="唐山市水利局"))
            session.flush()
        one = a_commitment(session, settings, repair, area_code="130200")
        unit = session.get_one(Unit, one.unit_id)
        assert (unit.name, unit.area_code) == ("唐山市水利局", "130200")
