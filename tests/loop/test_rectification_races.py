"""Several hands at one rectification: each deed is done once, and none on what another changed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import select

from hotline import audit
from hotline.errors import Conflict, HotlineError
from hotline.loop import rechecks, rectifications, reminders
from hotline.models.inspection import Round
from hotline.models.loop import Attachment, Extension, RectificationReport, Talk
from hotline.models.papers import MeasureDue, StoredFile
from tests.inspection.spot_checks import on
from tests.inspection.test_races import at_once
from tests.loop import files
from tests.loop.repairs import (
    CHECKED,
    LATER,
    REPORTED,
    a_repair,
    answer,
    bring_to,
    call_again,
    report,
    settle,
)

OVERDUE = on(26, "06:00")


def begun(database, settings, state="reported"):
    with database.write() as session:
        repair = a_repair(session, settings)
        bring_to(session, settings, repair, state)
    return repair


def test_two_verifiers_at_once_and_the_second_is_told(database, settings):
    repair = begun(database, settings)

    def return_(session):
        given = {"reason": "材料不全", "settings": settings, "now": CHECKED}
        return rectifications.return_(session, repair.case.admin, repair.id, **given).state

    def recheck(session):
        return call_again(session, settings, repair, actor=repair.case.other).code

    first, second = at_once(database, return_, recheck)
    assert first == "returned"
    assert isinstance(second, Conflict)
    with database.read() as session:
        assert repair.found(session).returns == 1
        assert session.query(Round).filter_by(purpose="recheck").count() == 0


def test_two_rechecks_at_once_are_one(database, settings):
    repair = begun(database, settings)

    def recheck(actor):
        return lambda session: call_again(session, settings, repair, actor=actor).code

    first, second = at_once(database, recheck(repair.case.admin), recheck(repair.case.other))
    assert first == f"R-{repair.id}-1"
    assert isinstance(second, Conflict)


def test_a_report_and_an_extension_at_once(database, settings):
    """Whichever comes second acts on what the first left."""
    repair = begun(database, settings, "in_progress")

    def send(session):
        return report(session, settings, repair, now=OVERDUE).id

    def extend(session):
        given = {"due_on": date(2026, 12, 4), "reason": "施工", "settings": settings}
        rectifications.extend(session, repair.case.admin, repair.id, now=OVERDUE, **given)
        return "extended"

    first, second = at_once(database, extend, send)
    assert first == "extended"
    assert isinstance(second, int)
    with database.read() as session:
        # It waited for the extension, so it is not late.
        assert repair.steps(session)[-2:] == ["extend", "report"]
        assert repair.found(session).state == "reported"


def test_an_extension_after_a_report_is_refused(database, settings):
    repair = begun(database, settings, "in_progress")

    def send(session):
        return report(session, settings, repair).id

    def extend(session):
        given = {"due_on": date(2026, 12, 4), "reason": "施工", "settings": settings}
        return rectifications.extend(session, repair.case.admin, repair.id, now=CHECKED, **given)

    _, refusal = at_once(database, send, extend)
    assert isinstance(refusal, Conflict)
    with database.read() as session:
        assert session.query(Extension).count() == 0


def test_a_report_that_waits_for_an_appeal_is_refused(database, settings):
    repair = begun(database, settings, "in_progress")

    def hold(session):
        given = {"by": "unit", "settings": settings, "now": REPORTED}
        return rectifications.hold(session, repair.case.finding_id, True, **given) is not None

    _, refusal = at_once(database, hold, lambda session: report(session, settings, repair))
    assert isinstance(refusal, Conflict)


def test_a_recheck_is_settled_once(database, settings):
    repair = begun(database, settings, "rechecking")
    with database.write() as session:
        session.query(MeasureDue).delete()
    with database.write() as session:
        answer(session, settings, repair, outcome=14)

    def judge(actor):
        return lambda session: settle(session, settings, repair, actor=actor)

    first, second = at_once(database, judge(repair.case.admin), judge(repair.case.other))
    assert first is False
    assert isinstance(second, Conflict)
    with database.read() as session:
        assert repair.found(session).returns == 1
        assert session.query(MeasureDue).count() == 1


def test_calling_off_and_settling_at_once(database, settings):
    repair = begun(database, settings, "rechecking")
    with database.write() as session:
        answer(session, settings, repair)

    def call_off(session):
        given = {"reason": "停电", "now": LATER}
        return rechecks.call_off(session, repair.case.admin, repair.id, **given).state

    first, second = at_once(database, call_off, lambda s: settle(s, settings, repair))
    assert first == "reported"
    assert isinstance(second, Conflict)


@pytest.mark.parametrize("deed", ["close", "cancel"])
def test_struck_off_and_revoked_at_once(database, settings, deed):
    repair = begun(database, settings, "passed")

    def close(session):
        return rectifications.close(session, repair.case.admin, repair.id, now=LATER).state

    def cancel(session):
        given = {"by": "review", "now": LATER}
        found = rectifications.cancel_for_finding(session, repair.case.finding_id, **given)
        return found.state if found else None

    first, second = at_once(database, *((close, cancel) if deed == "close" else (cancel, close)))
    assert first == {"close": "closed", "cancel": "cancelled"}[deed]
    assert second is None or isinstance(second, Conflict)


def test_a_form_sent_eight_times_is_one_report(database, settings):
    repair = begun(database, settings, "in_progress")
    photo = [rectifications.Upload("照片.png", files.picture("PNG"))]

    def send(_n: int) -> bool:
        try:
            with database.write() as session:
                report(session, settings, repair, files=photo)
            return True
        except HotlineError:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(send, range(8))) == 1
    with database.read() as session:
        counts = [session.query(table).count() for table in (RectificationReport, Attachment)]
        assert counts == [1, 1]
        assert session.query(StoredFile).count() >= 1
        assert audit.verify(session)[1] == []


def test_a_missed_date_is_told_once_by_many_schedulers(database, settings):
    repair = begun(database, settings, "in_progress")
    with database.write() as session:
        session.query(MeasureDue).delete()
        session.query(Talk).delete()

    def tell(_n: int) -> int:
        with database.write() as session:
            called = reminders.call_for_overdue(session, settings=settings, now=OVERDUE)
            return called.rectifications

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(tell, range(6))) == 1
    with database.read() as session:
        assert [one.trigger for one in session.scalars(select(MeasureDue))] == [
            ["talk.no_report", {"due": "2026-11-24"}]
        ]
        assert repair.steps(session).count("overdue") == 1
        assert session.query(Talk).count() == 1


def test_a_report_that_comes_as_the_date_is_told(database, settings):
    repair = begun(database, settings, "in_progress")

    def send(session):
        return report(session, settings, repair, now=OVERDUE).id

    def tell(session):
        return reminders.call_for_overdue(session, settings=settings, now=OVERDUE).rectifications

    first, second = at_once(database, send, tell)
    assert isinstance(first, int)
    assert second == 0
