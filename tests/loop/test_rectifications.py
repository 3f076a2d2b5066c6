"""Rectifications: signed for, reported, judged, put off, struck off."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from hotline.errors import Conflict, Invalid, NotFound
from hotline.ladder import missed_dates
from hotline.loop import rechecks, rectifications
from hotline.loop.attachments import Upload
from hotline.models.journal import AuditEntry
from hotline.models.loop import Attachment, Extension, Rectification
from hotline.models.registry import Line
from tests.factories import actor_for
from tests.inspection.spot_checks import on
from tests.loop.disputed import HANGUP, ISSUED
from tests.loop.repairs import (
    CHECKED,
    LATER,
    REPORTED,
    a_commitment,
    a_repair,
    bring_to,
    report,
)
from tests.loop.test_appeals import PNG

VACANT = [{"outcome": 23}, {"outcome": 23}]
STATES = ("issued", "in_progress", "reported", "rechecking", "passed", "returned", "closed")


# ---- signing for it


def test_signing_for_the_paper_begins_its_rectifications_once(database, settings):
    with database.write() as session:
        repair = a_repair(session, settings)
        notice, unit_id = repair.found(session).notice, repair.case.unit_id
        given = {"by": "unit", "now": ISSUED}
        assert rectifications.begin(session, notice, unit_id + 1, **given) == 0
        assert rectifications.begin(session, notice, unit_id, **given) == 1
        assert rectifications.begin(session, notice, unit_id, **given) == 0
        assert repair.found(session).state == "in_progress"
        assert repair.steps(session) == ["open", "begin"]


# ---- reports


def test_a_report_with_files_is_kept_and_told_in_the_journal(database, settings):
    with database.write() as session:
        repair = a_repair(session, settings)
    with database.write() as session:
        sent = report(session, settings, repair, files=[Upload("C:\\现场\\照片.png", PNG)])
    with database.read() as session:
        one = repair.found(session)
        assert (one.state, one.reported_by, one.reported_at) == ("reported", "unit", REPORTED)
        kept = session.scalars(select(Attachment)).one()
        assert (kept.report_id, kept.name, kept.media_type) == (sent.id, "照片.png", "image/png")
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert (entry.action, entry.subject_id) == ("rectification.report", str(one.id))
        assert entry.new == {"state": "reported", "files": 1, "late": False}


def test_every_mistake_of_a_report_at_once_and_nothing_kept(database, settings):
    with database.write() as session:
        repair = a_repair(session, settings)
    files = [Upload("整改报告.pdf", b"MZ\x90\x00" + b"\0" * 100), Upload("空.png", b"")]
    with pytest.raises(Invalid) as refused, database.write() as session:
        report(session, settings, repair, body=" \n", reporter="", files=files)
    said = [(error.field, error.value) for error in refused.value.errors]
    assert said == [
        ("body", ""),
        ("reporter", ""),
        ("files", "整改报告.pdf"),
        ("files", "空.png"),
    ]
    with database.read() as session:
        assert repair.found(session).state == "issued"
        assert session.scalars(select(Attachment)).all() == []


@pytest.mark.parametrize(
    ("body", "reporter", "field"),
    [("长" * 5001, "王某", "body"), ("好", "王" * 61, "reporter"), ("x\x07y", "王某", "body")],
)
def test_a_report_too_long_or_with_controls_is_refused(
    sqlite_database, settings, body, reporter, field
):
    with sqlite_database.write() as session:
        repair = a_repair(session, settings)
        with pytest.raises(Invalid) as refused:
            report(session, settings, repair, body=body, reporter=reporter)
        assert [error.field for error in refused.value.errors] == [field]


@pytest.mark.parametrize(
    ("at", "step"),
    [
        (on(24, "23:59"), "report"),
        (on(25, "00:01"), "report_late"),
    ],
)
def test_a_report_after_the_due_day_counts_and_is_marked_late(sqlite_database, settings, at, step):
    with sqlite_database.write() as session:
        repair = a_repair(session, settings)
        report(session, settings, repair, now=at)
        assert repair.steps(session)[-1] == step
        assert repair.found(session).state == "reported"


# ---- judged


def test_a_return_counts_and_sets_a_new_date(database, settings):
    with database.write() as session:
        repair = a_repair(session, settings)
        report(session, settings, repair)
    with database.write() as session:
        one = rectifications.return_(
            session,
            repair.case.admin,
            repair.id,
            reason="没有盖章",
            days=3,
            settings=settings,
            now=CHECKED,
        )
        assert (one.state, one.returns, one.verified_by) == ("returned", 1, "review")
        assert (one.counted_from, one.working_days) == (date(2026, 11, 23), 3)
        assert one.due_on == date(2026, 11, 26)
        assert repair.steps(session)[-1] == "return"
        report(session, settings, repair, now=LATER)
        assert (one.state, one.verified_by) == ("reported", None)


def test_without_days_the_ladder_gives_them(sqlite_database, settings):
    with sqlite_database.write() as session:
        repair = a_repair(session, settings, VACANT)
        report(session, settings, repair)
        at = {"settings": settings, "now": CHECKED}
        one = rectifications.return_(session, repair.case.admin, repair.id, reason="x", **at)
        assert one.working_days == 2


@pytest.mark.parametrize(
    ("reason", "days", "fields"),
    [(" ", 5, ["reason"]), ("好", 0, ["days"]), ("", 61, ["reason", "days"])],
)
def test_a_return_says_why_and_until_when(sqlite_database, settings, reason, days, fields):
    with sqlite_database.write() as session:
        repair = a_repair(session, settings)
        report(session, settings, repair)
        with pytest.raises(Invalid) as refused:
            rectifications.return_(
                session,
                repair.case.admin,
                repair.id,
                reason=reason,
                days=days,
                settings=settings,
                now=CHECKED,
            )
        assert [error.field for error in refused.value.errors] == fields


def test_a_promise_is_struck_off_on_its_papers(database, settings):
    """There is no line to call; someone else than the reporter looks at what was sent."""
    with database.write() as session:
        repair = a_repair(session, settings)
        one = a_commitment(session, settings, repair, unit_id=repair.case.unit_id)
        given = {"body": "已落实", "reporter": "李局长", "settings": settings, "now": LATER}
        rectifications.report(session, repair.case.unit, one.id, **given)
        with pytest.raises(Conflict, match="没有在用的线路"):
            rechecks.open(session, repair.case.admin, one.id, settings=settings, now=LATER)
        rectifications.close(session, repair.case.admin, one.id, now=LATER)
        assert (one.state, one.closed_by, one.verified_by) == ("closed", "review", "review")


def test_a_withdrawn_line_is_struck_off_on_its_papers(sqlite_database, settings):
    with sqlite_database.write() as session:
        repair = a_repair(session, settings)
        report(session, settings, repair)
        session.get_one(Line, repair.case.line_id).status = "retired"
        session.flush()
        assert rectifications.close(session, repair.case.admin, repair.id, now=LATER).closed_at


# ---- put off


def test_an_extension_keeps_both_dates_and_the_reason(database, settings):
    with database.write() as session:
        repair = a_repair(session, settings)
    with database.write() as session:
        rectifications.extend(
            session,
            repair.case.admin,
            repair.id,
            due_on=date(2026, 12, 4),
            reason="更换线路须运营商施工",
            settings=settings,
            now=REPORTED,
        )
    with database.read() as session:
        one, kept = repair.found(session), session.scalars(select(Extension)).one()
        assert (one.due_on, one.working_days, one.state) == (date(2026, 12, 4), None, "issued")
        assert (kept.old_due_on, kept.new_due_on) == (date(2026, 11, 24), date(2026, 12, 4))
        assert (kept.granted_by, kept.reason) == ("review", "更换线路须运营商施工")
        assert repair.steps(session) == ["open", "extend"]


@pytest.mark.parametrize(
    ("due_on", "now"),
    [
        (date(2026, 11, 24), REPORTED),  # as before
        (date(2026, 11, 20), REPORTED),
        (date(2026, 12, 5), REPORTED),  # a Saturday
        (date(2126, 12, 5), REPORTED),
        (date(2026, 11, 30), on(30, "09:00", month=12)),  # already past
    ],
)
def test_a_date_is_put_off_to_a_later_working_day(sqlite_database, settings, due_on, now):
    with sqlite_database.write() as session:
        repair = a_repair(session, settings)
        given = {"due_on": due_on, "reason": "施工", "settings": settings, "now": now}
        with pytest.raises(Invalid) as refused:
            rectifications.extend(session, repair.case.admin, repair.id, **given)
        assert [error.field for error in refused.value.errors] == ["due_on"]


# ---- appeals


def test_the_days_that_were_left_run_on_after_an_appeal(database, settings):
    with database.write() as session:
        repair = a_repair(session, settings)
        given = {"by": "unit", "settings": settings}
        hold = rectifications.hold
        hold(session, repair.case.finding_id, True, now=on(19, "15:00"), **given)
        one = repair.found(session)
        assert not missed_dates.is_overdue(one, date(2026, 12, 1))
        hold(session, repair.case.finding_id, False, now=on(1, "09:00", month=12), **given)
        # From the 19th three working days were left: 20, 23 and 24 November.
        assert (one.counted_from, one.working_days) == (date(2026, 12, 1), 3)
        assert one.due_on == date(2026, 12, 4)
        assert repair.steps(session) == ["open", "hold", "release"]


def test_a_revoked_finding_leaves_nothing_to_do_and_ends_its_recheck(database, settings):
    with database.write() as session:
        repair = a_repair(session, settings)
        bring_to(session, settings, repair, "rechecking")
        given = {"by": "review", "now": LATER, "reason": "申诉成立"}
        one = rectifications.cancel_for_finding(session, repair.case.finding_id, **given)
        assert (one.state, one.held) == ("cancelled", False)
        assert not repair.recheck(session).round.is_open
        again = rectifications.cancel_for_finding(session, repair.case.finding_id, **given)
        assert again is None


# ---- overdue, and seen


def test_overdue_is_a_matter_of_the_day_the_state_and_the_appeal(database, settings):
    with database.write() as session:
        repair = a_repair(session, settings)
    due, after = date(2026, 11, 24), date(2026, 11, 25)

    def late(session, day) -> bool:
        one = repair.found(session)
        query = select(Rectification.id).where(missed_dates.overdue(day))
        found = session.scalars(query).all() == [one.id]
        assert found is missed_dates.is_overdue(one, day)
        return found

    with database.write() as session:
        assert (late(session, due), late(session, after)) == (False, True)
        report(session, settings, repair)
        assert not late(session, after)
        rectifications.return_(
            session, repair.case.admin, repair.id, reason="x", settings=settings, now=CHECKED
        )
        assert not late(session, after)
        assert late(session, date(2026, 12, 1))


def test_it_is_seen_by_those_who_may_see_the_paper(sqlite_database, settings):
    with sqlite_database.write() as session:
        repair = a_repair(session, settings, HANGUP)
        repair.people["none"] = actor_for(session, "unit_reader", name="none", area_code="130100")
        seen = set()
        for who, actor in repair.people.items():
            try:
                rectifications.get_for(session, actor, repair.id)
                seen.add(who)
            except NotFound:
                pass
        assert seen == {"admin", "other", "province", "inspector", "province_inspector", "unit"}
