"""Doubles called off: with a reason, without a trace in any list, and nothing waits for them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from hotline.chasing import agenda, due_points
from hotline.errors import Conflict, Forbidden, HotlineError, Invalid, NotFound
from hotline.inspection import (
    calls,
    check_sheets,
    doubles,
    figures,
    reassignments,
    redraws,
    reviews,
    rounds,
)
from hotline.inspection.rounds import NewRound
from hotline.models.inspection import Call, Check, Round
from hotline.models.journal import AuditEntry
from hotline.models.papers import Finding
from hotline.papers import round_closings
from tests.factories import OPERATOR, actor_for
from tests.inspection.spot_checks import NOON_OF_THE_LAST, checks_of, dial, on
from tests.inspection.test_doubles import Doubled, seen
from tests.inspection.test_races import at_once

WHY = "检查员病假，本月不再复测"


@pytest.fixture
def doubled(database, settings):
    """One line was tested a second time and awaits review, the others are still to be dialled."""
    made = Doubled(database, settings)
    made.double = f"D-{made.code}"
    with database.write() as session:
        check = checks_of(session, made.of(session))[0]
        made.check_id = check.id
        made.line_id = check.line_id
        made.second = made.ann if check.inspector_id == made.ann.user_id else made.bob
        record(made, session)
    return made


def record(doubled, session, *, day=3):
    raw = dial(on(day))
    usual = {"settings": doubled.settings, "now": on(day, "17:00")}
    return calls.record(session, doubled.second, doubled.check_id, raw, **usual)


def call_off(doubled, actor=None, *, code=None, reason=WHY, now=None):
    with doubled.database.write() as session:
        found = doubles.call_off(
            session,
            actor or doubled.admin,
            code or doubled.double,
            reason=reason,
            now=now or on(4),
        )
        assert found.called_off


def test_it_ends_with_its_reason_and_what_was_logged_stays_with_those_who_saw_it(doubled):
    call_off(doubled, reason=f"  {WHY} ")
    with doubled.database.read() as session:
        found, main = doubled.of(session), doubled.of(session, doubled.code)
        assert (found.is_open, found.called_off, found.as_is_reason) == (False, True, WHY)
        assert (found.closed_at, found.closed_by) == (on(4), "admin")
        assert (main.is_open, main.called_off) == (True, False)
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert (entry.action, entry.subject, entry.subject_id) == (
            "round.call_off",
            "round",
            doubled.double,
        )
        assert (entry.actor, entry.reason) == ("admin", WHY)
        assert session.scalars(select(Call.check_id)).all() == [doubled.check_id]
        assert not session.scalars(select(Finding)).all()
        usual = {"settings": doubled.settings, "now": on(5)}
        for who in (doubled.admin, OPERATOR, doubled.second):
            assert doubled.line_id in seen(session, who, doubled.double)
            sheet = check_sheets.get_for(session, who, doubled.check_id, **usual)
            assert len(sheet.calls) == 1
            assert (sheet.may_log, sheet.may_manage, sheet.may_review) == (False, False, False)
        other = doubled.bob if doubled.second == doubled.ann else doubled.ann
        assert doubled.line_id not in seen(session, other, doubled.double)
        assert redraws.verify(session, OPERATOR, doubled.code, settings=doubled.settings).same


def test_a_stranger_sees_nothing_of_it_after_as_before(doubled):
    with doubled.database.write() as session:
        unit = session.get_one(Check, doubled.check_id).unit
        strangers = [
            actor_for(session, "unit_reader", unit=unit),
            actor_for(session, "city_admin", area_code="130200"),
            actor_for(session, "city_inspector"),
            actor_for(session, "province_inspector"),
            actor_for(session, "auditor"),
        ]
    call_off(doubled)
    with doubled.database.read() as session:
        for stranger in strangers:
            assert seen(session, stranger, doubled.double) == set()
            with pytest.raises(NotFound):
                rounds.get_for(session, stranger, doubled.double)


def test_it_is_in_no_list_count_or_reminder_any_more(doubled):
    usual = {"settings": doubled.settings, "now": on(20, month=12)}

    def waits(session):
        """Where doubles are met: lists of the day, of rounds, of reviews; reminders."""
        people = (doubled.admin, OPERATOR, doubled.ann, doubled.bob)
        awaiting = select(Check).join(Round).where(*reviews.awaiting(doubled.admin))
        return (
            sum(len(agenda.of(session, who, **usual).doubles) for who in people),
            len(rounds.progress(session, doubled.admin, only_open=True, purpose="double")),
            [check.id for check in session.scalars(awaiting)],
            reviews.count_waiting(session, doubled.admin),
            [
                point.path
                for who in people
                for point in due_points.points_of(session, who, **usual)
                if doubled.double in point.path
            ],
        )

    with doubled.database.write() as session:
        # The tests of the others are done as well, so that they would await review.
        doubled.test_all(session, doubled.of(session), ["PASS"] * 5)
        assert waits(session)[:2] == (4, 1)
        assert len(waits(session)[2]) == waits(session)[3] == 5
    call_off(doubled)
    with doubled.database.write() as session:
        assert waits(session) == (0, 0, [], 0, [])
        over = rounds.progress(session, doubled.admin, purpose="double")
        assert [one.round.code for one in over] == [doubled.double]
        with pytest.raises(Conflict):
            reviews.accept(session, doubled.admin, doubled.check_id, **usual)
        with pytest.raises(Conflict):
            reviews.return_(session, doubled.admin, doubled.check_id, reason="x", **usual)


def test_nothing_is_logged_or_corrected_in_it_any_more(doubled):
    with doubled.database.read() as session:
        call_id = session.scalar(select(Call.id))
    call_off(doubled)
    usual = {"settings": doubled.settings, "now": on(5)}
    raw = dial(on(3), ring_s="11")
    with pytest.raises(Conflict), doubled.database.write() as session:
        record(doubled, session, day=5)
    with pytest.raises(Conflict), doubled.database.write() as session:
        calls.correct(session, doubled.second, call_id, raw, reason="听错", **usual)
    with pytest.raises(Conflict), doubled.database.write() as session:
        calls.void(session, doubled.admin, call_id, reason="误登", **usual)
    with doubled.database.read() as session:
        after = check_sheets.next_to_dial(session, doubled.second, doubled.check_id, **usual)
        assert after is None


def test_the_second_inspector_is_as_free_in_the_round_as_any_other(doubled):
    def first(session):
        there = checks_of(session, doubled.of(session, doubled.code))
        return next(check for check in there if check.line_id == doubled.line_id)

    def give(session):
        to = str(doubled.second.user_id)
        return reassignments.hand_on(
            session, OPERATOR, doubled.code, [first(session).id], to, now=on(5)
        )

    with doubled.database.write() as session:
        assert doubled.line_id not in seen(session, doubled.second, doubled.code)
        with pytest.raises(Invalid):
            give(session)
    call_off(doubled)
    with doubled.database.write() as session:
        assert doubled.line_id in seen(session, doubled.second, doubled.code)
        assert give(session) == 1


@pytest.mark.parametrize("before", [True, False])
def test_the_round_closes_and_is_counted_whether_before_or_after(doubled, before):
    usual = {"as_is_reason": None, "settings": doubled.settings, "now": NOON_OF_THE_LAST}
    if before:
        call_off(doubled)
    with doubled.database.write() as session:
        doubled.test_all(session, doubled.of(session, doubled.code), ["PASS"] * 9)
        main = round_closings.close(session, OPERATOR, doubled.code, **usual)
        assert main.as_is_reason is None
    if not before:
        with doubled.database.read() as session:
            # What waited for ever: the doubles, and for them the eyes of who tests in them.
            assert doubled.of(session).is_open
            assert doubled.line_id not in seen(session, doubled.second, doubled.code)
        call_off(doubled, now=on(20, month=12))
    with doubled.database.read() as session:
        main = doubled.of(session, doubled.code)
        assert len(seen(session, doubled.second, doubled.code)) == 9
        for who in (doubled.admin, OPERATOR):
            assert doubles.comparison(session, who, main) is None, "it came to no result"
        counted = figures.of_round(session, OPERATOR, main, settings=doubled.settings)
        assert (counted.total.lines, counted.total.passed) == (9, 9)


def test_who_may_not_call_it_off_and_what_cannot_be(doubled):
    with doubled.database.write() as session:
        elsewhere = actor_for(session, "city_admin", area_code="130200")
        unit = session.get_one(Check, doubled.check_id).unit
        reader = actor_for(session, "unit_reader", unit=unit)
    for refusal, given in (
        (Forbidden, {"actor": doubled.ann}),
        (NotFound, {"actor": elsewhere}),
        (NotFound, {"actor": reader}),
        (NotFound, {"code": doubled.code}),
        (NotFound, {"code": "D-4711"}),
        (Invalid, {"reason": " \n "}),
        (Invalid, {"reason": "长" * 501}),
        (Invalid, {"reason": "不再\x00复测"}),
    ):
        with pytest.raises(refusal):
            call_off(doubled, **given)
    with doubled.database.read() as session:
        assert doubled.of(session).is_open
    call_off(doubled, OPERATOR, reason="长" * 500)
    with pytest.raises(Conflict):
        call_off(doubled)
    with pytest.raises(Conflict), doubled.database.write() as session:
        doubles.settle(session, doubled.admin, doubled.double, settings=doubled.settings, now=on(5))


def test_of_the_province_s_doubles_its_own_administrators_decide(doubled):
    with doubled.database.write() as session:
        people = tuple(actor_for(session, "province_inspector").user_id for _ in range(2))
        of_province = actor_for(session, "province_admin")
        new = NewRound("province", "130000", "2026Q4", inspectors=people)
        settings = doubled.settings
        code = rounds.open_round(session, OPERATOR, new, settings=settings, now=on(2)).code
    with pytest.raises(NotFound):
        call_off(doubled, code=f"D-{code}")
    call_off(doubled, of_province, code=f"D-{code}")


def test_of_two_who_end_it_at_once_one_is_told_that_it_is_over(doubled):
    with doubled.database.write() as session:
        doubled.test_all(session, doubled.of(session), ["PASS"] * 5)

    def off(session):
        return doubles.call_off(
            session, doubled.admin, doubled.double, reason=WHY, now=on(4)
        ).as_is_reason

    def settle(session):
        usual = {"settings": doubled.settings, "now": on(4)}
        return doubles.settle(session, OPERATOR, doubled.double, **usual).as_is_reason

    said, refused = at_once(doubled.database, off, settle)
    assert said == WHY
    assert isinstance(refused, Conflict)


def test_a_call_that_waits_for_it_to_be_called_off_is_refused(doubled):
    def off(session):
        return doubles.call_off(session, doubled.admin, doubled.double, reason=WHY, now=on(4)).code

    _, refused = at_once(doubled.database, off, lambda session: record(doubled, session, day=6))
    assert isinstance(refused, HotlineError)
    with doubled.database.read() as session:
        assert len(session.scalars(select(Call)).all()) == 1
