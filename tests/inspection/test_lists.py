"""What pages ask for, on both databases: a check's sheet, what awaits review, papers, talks."""

from __future__ import annotations

import pytest

from hotline.errors import Conflict, NotFound
from hotline.inspection import check_sheets, review_lists, reviews
from hotline.inspection.review_lists import FAILED, PASSED
from tests.factories import OPERATOR, actor_for
from tests.inspection.spot_checks import a_registry, a_round, checks_of, dial, log, on

NOW = on(10, "10:00")


@pytest.fixture
def tested(database, settings):
    """Four checks: a pass, a hang-up, one unanswered dial, one untested; and an administrator."""
    with database.write() as session:
        a_registry(session, lines=4)
        admin = actor_for(session, "city_admin")
        found = a_round(session, settings)
        ids = [check.id for check in checks_of(session, found)]
    with database.write() as session:
        first, second, third, _ = checks_of(session, found)
        log(session, settings, first, dial(on(9, "09:00"), D4="是"))
        log(session, settings, second, dial(on(9, "09:10"), outcome=14))
        log(session, settings, third, dial(on(9, "09:20"), outcome=21))
    return ids, admin, found.code


def test_what_awaits_review_non_pass_first_with_its_counts(database, tested):
    ids, admin, code = tested
    with database.read() as session:
        page = review_lists.find(session, admin)
        assert [one.check.id for one in page.waiting] == [ids[1], ids[0]]
        assert (page.failed, page.passed, page.total, page.pages) == (1, 1, 2, 1)
        assert [(found.code, n) for found, n in page.rounds] == [(code, 2)]
        assert [one.score.tenths for one in page.waiting] == [417, 1000]
        for only, expected in ((FAILED, ids[1]), (PASSED, ids[0])):
            page = review_lists.find(session, admin, round_code=code, only=only, page=99)
            assert [one.check.id for one in page.waiting] == [expected]
        assert review_lists.find(session, OPERATOR).total == 0  # the calls are the operator's own


def test_only_what_was_seen_is_accepted(database, settings, tested):
    ids, admin, _ = tested
    with database.read() as session:
        seen = review_lists.find(session, admin).waiting[0].state
    with database.write() as session, pytest.raises(Conflict):
        reviews.accept(session, admin, ids[0], settings=settings, now=NOW, seen=seen)
    with database.write() as session:
        reviews.accept(session, admin, ids[1], settings=settings, now=NOW, seen=seen)
        assert reviews.count_waiting(session, admin) == 1
    with database.write() as session:
        assert reviews.accept_passes(session, admin, ids, settings=settings, now=NOW) == 1
        assert reviews.count_waiting(session, admin) == 0


def test_a_sheet_opens_the_score_and_says_what_may_be_done(database, settings, tested):
    ids, admin, _ = tested
    with database.read() as session:
        passed, hung_up, unanswered, untested = (
            check_sheets.get_for(session, admin, one, settings=settings, now=NOW) for one in ids
        )
    assert (passed.score.earned, passed.score.applicable) == (100, 100)
    assert passed.settled
    assert hung_up.may_review
    assert not hung_up.score.capped
    assert unanswered.score.zeroed
    assert not unanswered.may_review
    assert unanswered.next_attempt(NOW) == 2
    assert untested.score is None
    assert untested.next_attempt(NOW) == 1
    assert untested.on_duty
    assert untested.in_window


def test_a_call_is_found_with_its_check_and_nobody_elses(database, settings, tested):
    ids, admin, _ = tested
    with database.write() as session:
        other = actor_for(session, "city_admin", area_code="130200")
    with database.read() as session:
        sheet = check_sheets.get_for(session, admin, ids[0], settings=settings, now=NOW)
        call_id = sheet.calls[0].row["id"]
        again, call = check_sheets.of_call(session, admin, call_id, settings=settings, now=NOW)
        assert (again.check.id, call.row["id"]) == (ids[0], call_id)
        for wrong in ((other, call_id), (admin, 999_999)):
            with pytest.raises(NotFound):
                check_sheets.of_call(session, *wrong, settings=settings, now=NOW)
        with pytest.raises(NotFound):
            check_sheets.next_to_dial(session, other, ids[0], settings=settings, now=NOW)


def test_the_next_to_dial_is_the_one_that_fell_due_then_the_untested(database, settings, tested):
    ids, admin, _ = tested

    def after(check_id, now):
        with database.read() as session:
            return check_sheets.next_to_dial(session, admin, check_id, settings=settings, now=now)

    assert after(ids[0], NOW) == ids[2]
    assert after(ids[2], NOW) == ids[3]
    assert after(ids[3], on(9, "09:30")) is None
    assert after(ids[0], on(9, "09:30")) == ids[3]
