"""A round that opened by itself without inspectors is dealt when it gets its first ones."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from sqlalchemy import select

from hotline.clock import Period
from hotline.db import finish
from hotline.inspection import doubles, redraws, round_openings, rounds
from hotline.inspection.rounds import NewRound
from hotline.models.inspection import Check
from hotline.models.journal import AuditEntry
from tests.factories import OPERATOR, actor_for, make_areas, make_line, make_unit
from tests.inspection.spot_checks import checks_of, dial, log, on
from tests.inspection.test_doubles import doubling

CODE = "C-130100-2026-11"


class Waiting:
    """A November round of twelve lines, three of ann's own unit, opened by the calendar."""

    def __init__(self, database, settings):
        self.database, self.settings = database, doubling(settings, 25)
        with database.write() as session:
            make_areas(session)
            own = make_unit(session, "130104", "桥西区水利局")
            for n in range(12):
                make_line(session, area_code="130104" if n < 3 else "130102", line_id=f"LINE{n}")
            said = round_openings.open_city_rounds(
                session, Period.parse("2026-11"), settings=self.settings, now=on(2, "08:00")
            )
            assert said["without_inspectors"] == [CODE]
            self.ann = actor_for(session, "city_inspector", name="ann", unit=own)
            self.bob = actor_for(session, "city_inspector", name="bob")
            self.admin = actor_for(session, "city_admin", name="chief")

    def assign(self, session, *people, now):
        ids = [one.user_id for one in people]
        rounds.assign(session, self.admin, CODE, ids, settings=self.settings, now=now)
        session.flush()
        session.expire_all()

    def checks(self, session):
        return checks_of(session, rounds.get_for(session, OPERATOR, CODE))

    def verify(self, session):
        finish(session)
        session.expire_all()
        return redraws.verify(session, OPERATOR, CODE, settings=self.settings)


@pytest.fixture
def waiting(database, settings):
    return Waiting(database, settings)


def test_the_first_inspectors_are_dealt_its_lines_over_the_half_days_left(waiting):
    with waiting.database.write() as session:
        assert waiting.verify(session).deal is None
        waiting.assign(session, waiting.ann, waiting.bob, now=on(11, "13:00"))
        checks = waiting.checks(session)
        load = Counter(check.inspector_id for check in checks)
        assert load == {waiting.ann.user_id: 6, waiting.bob.user_id: 6}
        for check in checks:
            assert (check.planned_on, check.planned_half) >= (date(2026, 11, 11), "pm")
            assert check.area_code == "130102" or check.inspector_id == waiting.bob.user_id
        found = rounds.get_for(session, OPERATOR, CODE)
        assert max(check.planned_on for check in checks) < found.ends_on
        in_order = [check.planned_on for check in checks]
        assert in_order != sorted(in_order), "not by area"
        assert doubles.of_round(session, found) is not None
        again = waiting.verify(session)
        assert again.same
        assert (again.deal.facts_kept, again.doubled.drawn) == (True, 3)
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "round.draw")).one()
        assert (entry.actor, entry.subject_id) == ("chief", CODE)
        assert entry.new["inspectors"] == ["ann", "bob"]


def test_later_inspectors_find_it_dealt(waiting):
    with waiting.database.write() as session:
        waiting.assign(session, waiting.ann, waiting.bob, now=on(3))
        before = {check.id: check.inspector_id for check in waiting.checks(session)}
        carl = actor_for(session, "city_inspector", name="carl")
        waiting.assign(session, waiting.ann, waiting.bob, carl, now=on(4))
        assert {check.id: check.inspector_id for check in waiting.checks(session)} == before
        assert waiting.verify(session).same
        assert waiting.verify(session).deal.handed_on == 0


def test_what_decided_is_vouched_for_by_the_journal(waiting):
    with waiting.database.write() as session:
        waiting.assign(session, waiting.ann, waiting.bob, now=on(3))
        found = rounds.get_for(session, OPERATOR, CODE)
        found.dealing = {**found.dealing, "slots": found.dealing["slots"][:-2]}
        session.flush()
        assert not waiting.verify(session).deal.in_journal


def test_a_line_that_was_dialled_meanwhile_stays_open_to_all(waiting):
    with waiting.database.write() as session:
        first = waiting.checks(session)[5]
        log(session, waiting.settings, first, dial(on(3), outcome=21), waiting.admin)
        waiting.assign(session, waiting.ann, waiting.bob, now=on(4))
        dealt = {check.id: check for check in waiting.checks(session)}
        assert (dealt[first.id].inspector_id, dealt[first.id].planned_on) == (None, None)
        others = [check for key, check in dealt.items() if key != first.id]
        assert all(check.inspector_id and check.planned_on for check in others)
        assert waiting.verify(session).same
        one = next(check for check in others if check.inspector_id == waiting.ann.user_id)
        one.inspector_id = waiting.bob.user_id
        session.flush()
        assert len(waiting.verify(session).deal.inspectors) == 1


def test_a_round_whose_lines_were_named_stays_open_to_all(sqlite_database, settings):
    waiting = Waiting(sqlite_database, settings)
    with sqlite_database.write() as session:
        new = NewRound("city", "130100", "2026-12", names=("LINE1", "LINE5"))
        code = rounds.open_round(session, OPERATOR, new, settings=waiting.settings, now=on(2)).code
        rounds.assign(
            session, OPERATOR, code, [waiting.bob.user_id], settings=waiting.settings, now=on(3)
        )
        held = session.scalars(select(Check.inspector_id).where(Check.round_id.is_not(None)))
        assert set(held) == {None}
