"""What is due is done, also after a pause; what fails is kept and does not stop the rest."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import select

from hotline import audit
from hotline.clock import Calendar, at
from hotline.models.jobs import JobPlan, JobRun
from hotline.models.journal import AuditEntry
from hotline.operations import job_runs
from scheduler.claim import settle
from scheduler.periods import working_days
from scheduler.runner import Job, Office, first_start, in_one_transaction, run_due
from tests.factories import OPERATOR, SHANGHAI

MONDAY = datetime(2026, 9, 21, 8, 0, tzinfo=SHANGHAI)
CALENDAR = Calendar()


class Wall:
    """A clock that the test sets."""

    def __init__(self, at: datetime):
        self.at = at

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def wall() -> Wall:
    return Wall(MONDAY)


@pytest.fixture
def office(database, settings, wall) -> Office:
    return Office(database, settings, now=wall)


def note(session, office, held, now):
    audit.record(session, actor="x", action="x", subject="x", subject_id=held.period, now=now)
    return {"at": now.isoformat()}


def at_nine(_office, since):
    return working_days(since, time(9), CALENDAR)


def noted(office) -> list[str]:
    with office.database.read() as session:
        return list(session.scalars(select(AuditEntry.subject_id).order_by(AuditEntry.id)))


NOTE = Job("note", 60, in_one_transaction(note), at_nine)


def test_working_days_pass_over_days_off_and_keep_make_up_days():
    days = working_days(MONDAY, time(9), CALENDAR)
    got = [next(days).period for _ in range(10)]
    # 2026: 9月25日至27日中秋，10月1日至7日国庆；9月20日、10月10日上班。
    assert got == [
        *(f"2026-09-{day}" for day in (21, 22, 23, 24, 28, 29, 30)),
        "2026-10-08",
        "2026-10-09",
        "2026-10-10",
    ]


def test_the_hour_itself_is_due_and_what_was_before_is_not():
    nine = at(MONDAY.date(), time(9))
    assert next(working_days(nine - timedelta(seconds=1), time(9), CALENDAR)).at == nine
    assert next(working_days(nine, time(9), CALENDAR)).period == "2026-09-22"


def test_after_a_pause_everything_that_was_due_is_done_once(office, wall):
    assert run_due(office, NOTE) == 0
    wall.at = MONDAY + timedelta(days=3, hours=2)
    assert run_due(office, NOTE) == 4
    assert run_due(office, NOTE) == 0
    assert noted(office) == [f"2026-09-{day}" for day in (21, 22, 23, 24)]
    with office.database.read() as session:
        assert session.get_one(JobPlan, "note").next_at == at(datetime(2026, 9, 28), time(9))


def test_of_what_is_only_worth_doing_late_just_the_last_is_done(office, wall):
    latest = Job("note", 60, NOTE.effect, at_nine, latest_only=True)
    run_due(office, latest)
    wall.at = MONDAY + timedelta(days=3, hours=2)
    assert run_due(office, latest) == 1
    assert noted(office) == ["2026-09-24"]


def test_a_late_one_is_done_once_more_if_a_person_asks(office, wall):
    latest = Job("note", 60, NOTE.effect, at_nine, latest_only=True)
    run_due(office, latest)
    for days in (1, 2):
        wall.at = MONDAY + timedelta(days=days, hours=2)
        run_due(office, latest)
    with office.database.write() as session:
        first = session.scalars(select(JobRun).where(JobRun.period == "2026-09-22")).one()
        job_runs.run_again(session, OPERATOR, first.id, now=wall.at)
    assert run_due(office, latest) == 1
    assert run_due(office, latest) == 0
    assert noted(office) == ["2026-09-22", "2026-09-23", "note 2026-09-22", "2026-09-22"]


def test_what_was_due_before_the_first_start_is_nobody_s_business(office, wall):
    wall.at = MONDAY + timedelta(hours=2)
    assert run_due(office, NOTE) == 0
    assert noted(office) == []
    assert first_start(office.database, wall.at + timedelta(days=1)) == wall.at


def test_what_fails_undoes_its_effect_is_kept_and_tried_again(office, wall):
    broken = True

    def sometimes(session, office, held, now):
        note(session, office, held, now)
        if broken:
            raise ValueError("no luck")
        return {}

    job = Job("note", 60, in_one_transaction(sometimes), at_nine)
    run_due(office, job)
    wall.at = MONDAY + timedelta(hours=1)
    run_due(office, job)
    assert noted(office) == []
    with office.database.read() as session:
        run = session.scalars(select(JobRun).where(JobRun.job == "note")).one()
        assert (run.state, run.error) == ("failed", "ValueError: no luck")
    run_due(office, job)
    broken = False
    wall.at += timedelta(minutes=1)
    run_due(office, job)
    assert noted(office) == ["2026-09-21"]


def test_a_job_that_goes_on_always_is_done_at_every_wake_up(office, wall):
    def count(office, held, now):
        with office.database.write() as session:
            settle(session, held, note(session, office, held, now), now=now)

    job = Job("always", 60, count)
    for _ in range(3):
        assert run_due(office, job) == 1
        wall.at += timedelta(minutes=1)
    assert noted(office) == ["always"] * 3
    with office.database.read() as session:
        assert session.get_one(JobPlan, "always").next_at == wall.at
