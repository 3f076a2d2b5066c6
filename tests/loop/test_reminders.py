"""Missed dates: told once a date, by a talk and, if wanted, by a 督办通知."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from click.testing import CliRunner
from sqlalchemy import select

from hotline.cli import main
from hotline.loop import rectifications, reminders
from hotline.models.journal import AuditEntry
from hotline.models.loop import Talk
from hotline.models.papers import MeasureDue, Notice, NoticeFinding
from tests.inspection.spot_checks import on
from tests.loop.repairs import CHECKED, a_repair, report

DUE_DAY, AFTER = on(24, "20:00"), on(25, "06:00")


@pytest.fixture
def repair(database, settings):
    with database.write() as session:
        made = a_repair(session, settings)
        session.query(MeasureDue).delete()
        session.query(Talk).delete()
    return made


def tell(database, settings, now=AFTER, **more) -> reminders.Called:
    with database.write() as session:
        return reminders.call_for_overdue(session, settings=settings, now=now, **more)


def measures(session) -> list[list[object]]:
    query = select(MeasureDue).order_by(MeasureDue.id)
    return [[one.step, *one.trigger] for one in session.scalars(query)]


def test_a_missed_date_calls_for_a_talk_once(repair, database, settings):
    assert tell(database, settings, DUE_DAY).rectifications == 0
    assert tell(database, settings).rectifications == 1
    assert tell(database, settings).rectifications == 0
    assert tell(database, settings, on(30)).rectifications == 0
    with database.read() as session:
        assert measures(session) == [["talk", "talk.no_report", {"due": "2026-11-24"}]]
        due = session.scalars(select(MeasureDue)).one()
        assert (due.line_id, due.unit_id) == (repair.case.line_id, repair.case.unit_id)
        assert session.get_one(Talk, due.talk_id).unit_id == repair.case.unit_id
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert (entry.actor, entry.action) == ("system", "rectification.overdue")


@pytest.mark.parametrize("how", ["extended", "returned"])
def test_a_new_date_may_be_missed_anew(repair, database, settings, how):
    tell(database, settings)
    with database.write() as session:
        admin, late = repair.case.admin, on(26)
        at = {"settings": settings, "now": late, "reason": "施工"}
        if how == "extended":
            rectifications.extend(session, admin, repair.id, due_on=date(2026, 12, 1), **at)
        else:
            report(session, settings, repair, now=late)
            rectifications.return_(session, admin, repair.id, days=3, **at)
    assert tell(database, settings, on(1, month=12)).rectifications == 0
    assert tell(database, settings, on(2, month=12)).rectifications == 1
    assert tell(database, settings, on(3, month=12)).rectifications == 0


def test_no_date_is_missed_while_a_report_or_an_appeal_stands(repair, database, settings):
    with database.write() as session:
        held = {"by": "unit", "settings": settings, "now": CHECKED}
        rectifications.hold(session, repair.case.finding_id, True, **held)
    assert tell(database, settings).rectifications == 0
    with database.write() as session:
        rectifications.hold(session, repair.case.finding_id, False, **held)
        report(session, settings, repair, now=CHECKED)
    assert tell(database, settings).rectifications == 0


def test_a_paper_urges_it_and_refers_to_the_first(repair, database, settings):
    (drafted,) = tell(database, settings, draft=True).notices
    with database.read() as session:
        paper = session.get_one(Notice, drafted.id)
        first = repair.found(session).notice
        assert (paper.kind, paper.state, paper.unit_id) == ("overdue", "draft", first.unit_id)
        assert (paper.refers_to_id, paper.round_id) == (first.id, first.round_id)
        assert paper.key == f"overdue:{first.id}:{first.unit_id}:1"
        named = select(NoticeFinding.finding_id).where(NoticeFinding.notice_id == paper.id)
        assert session.scalars(named).all() == [repair.case.finding_id]
    assert tell(database, settings, draft=True).notices == ()


def test_after_a_talk_the_missed_date_is_copied_up(repair, database, settings):
    with database.write() as session:
        talk = Talk(
            round_id=repair.case.round_id,
            unit_id=repair.case.unit_id,
            area_code="130102",
            state="held",
            held_at=on(18),
            created_at=on(18),
        )
        session.add(talk)
        session.flush()
        session.add(
            MeasureDue(
                round_id=repair.case.round_id,
                step="talk",
                trigger=["talk.critical", {}],
                line_id=repair.case.line_id,
                unit_id=repair.case.unit_id,
                area_code="130102",
                talk_id=talk.id,
            )
        )
    tell(database, settings)
    with database.read() as session:
        assert measures(session)[1:] == [
            ["talk", "talk.no_report", {"due": "2026-11-24"}],
            ["copy_up", "copy_up.again", {"held": "2026-11-18"}],
        ]


def test_the_command_tells_and_drafts(sqlite_database, settings):
    with sqlite_database.write() as session:
        a_repair(session, settings)
    environ = {"HOTLINE_DATABASE_URL": str(sqlite_database.url)}
    with time_machine.travel(AFTER, tick=False):
        for n in (1, 0):
            told = CliRunner().invoke(main, ["rectifications", "overdue", "--draft"], env=environ)
            assert told.output == f"到期未报送 {n} 项，起草督办通知 {n} 份。\n"
