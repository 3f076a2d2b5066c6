"""What is due is done, also after a pause; what fails is kept and does not stop the rest."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import select

from hotline import audit
from hotline.clock import Calendar, at
from hotline.errors import FieldError, Invalid, T
from hotline.models.jobs import JobPlan, JobRun
from hotline.models.journal import AuditEntry
from hotline.operations import job_runs
from scheduler.claim import LEASE, claim, settle
from scheduler.jobs import JOBS
from scheduler.periods import working_days
from scheduler.runner import Job, Office, first_start, in_one_transaction, run_due, run_each
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


def test_what_keeps_failing_is_tried_for_good_and_done_when_it_can_be(office, wall):
    broken = True

    def sometimes(session, office, held, now):
        if broken:
            raise OSError("disk full")
        return note(session, office, held, now)

    job = Job("note", 60, in_one_transaction(sometimes), at_nine)
    run_due(office, job)
    wall.at = MONDAY + timedelta(hours=1)
    for _ in range(7 * 6):
        run_due(office, job)
        wall.at += timedelta(minutes=10)
    broken = False
    wall.at += timedelta(hours=4)
    assert run_due(office, job) == 1
    assert noted(office) == ["2026-09-21"]


def test_a_refusal_is_kept_with_all_it_says(office, wall):
    def refuse(_session, _office, _held, _now):
        raise Invalid([FieldError("area", T("没有这个行政区。"), row=3, value="130999")])

    job = Job("note", 60, in_one_transaction(refuse), at_nine)
    run_due(office, job)
    wall.at = MONDAY + timedelta(hours=1)
    assert run_each(office, job) == [False]
    assert run_of(office, "2026-09-21").error == (
        "有 1 处需要改正。\n  第 3 行 [area] “130999”：没有这个行政区。"
    )


def failing(_session, _office, _held, _now):
    raise OSError("disk full")


def never(_office, _since):
    return iter(())


def run_of(office, period) -> JobRun:
    with office.database.read() as session:
        return session.scalars(select(JobRun).where(JobRun.period == period)).one()


def again(office, period) -> None:
    with office.database.write() as session:
        job_runs.run_again(session, OPERATOR, run_of(office, period).id, now=office.now())


def test_what_a_person_asks_for_is_done_whatever_the_calendar_says(office, wall):
    run_due(office, NOTE)
    wall.at = MONDAY + timedelta(hours=1)
    run_due(office, NOTE)
    silent = Job("note", 60, NOTE.effect, never)
    assert run_due(office, silent) == 0
    again(office, "2026-09-21")
    assert run_due(office, silent) == 1
    assert run_due(office, silent) == 0
    assert run_of(office, "2026-09-21").state == "done"


def test_a_failure_whose_time_is_over_is_no_alarm_any_more(office, wall):
    broken = Job("note", 60, in_one_transaction(failing), at_nine, latest_only=True)
    run_due(office, broken)
    wall.at = MONDAY + timedelta(hours=1)
    run_due(office, broken)
    with office.database.read() as session:
        assert job_runs.failing(session) == {"note": (1, wall.at + timedelta(minutes=1))}
    wall.at = MONDAY + timedelta(days=1, hours=1)
    assert run_due(office, Job("note", 60, NOTE.effect, at_nine, latest_only=True)) == 1
    with office.database.read() as session:
        assert job_runs.failing(session) == {}
    assert (run_of(office, "2026-09-21").state, run_of(office, "2026-09-21").retry_at) == (
        "failed",
        None,
    )


def test_an_abandoned_run_that_is_not_due_does_not_wait_for_ever(office, wall):
    assert claim(office.database, "note", "2026-09-20", runner="gone:1", now=wall.at) is not None
    silent = Job("note", 60, NOTE.effect, never)
    run_due(office, silent)
    assert run_of(office, "2026-09-20").state == "running"
    wall.at += LEASE
    run_due(office, silent)
    kept = run_of(office, "2026-09-20")
    assert (kept.state, kept.retry_at) == ("failed", None)
    assert "中断" in kept.error


def test_every_job_looks_within_the_minute_that_people_are_told_of():
    assert {job.every_s for job in JOBS} == {60}


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


def test_what_earlier_runs_of_a_period_came_to_is_kept(office, wall):
    run_due(office, NOTE)
    came_to = []
    for hours in (2, 3, 4):
        wall.at = MONDAY + timedelta(hours=hours)
        run_due(office, NOTE)
        came_to.append(wall.at.isoformat())
        with office.database.write() as session:
            run = session.scalars(select(JobRun).where(JobRun.job == "note")).one()
            # Asked twice before it runs, it is still one run.
            for _ in range(2):
                job_runs.run_again(session, OPERATOR, run.id, now=wall.at)
    wall.at = MONDAY + timedelta(hours=5)
    run_due(office, NOTE)
    with office.database.read() as session:
        result = session.scalars(select(JobRun.result).where(JobRun.job == "note")).one()
    assert result["at"] == wall.at.isoformat()
    assert [one["at"] for one in result["earlier"]] == came_to


def test_what_no_calendar_names_is_shown_without_a_next_time(office, wall):
    never = Job("never", 60, NOTE.effect, lambda _office, _since: iter(()))
    for _ in range(2):
        assert run_due(office, never) == 0
        with office.database.read() as session:
            assert session.get_one(JobPlan, "never").next_at is None
    run_due(office, Job("never", 60, NOTE.effect, at_nine))
    with office.database.read() as session:
        assert session.get_one(JobPlan, "never").next_at is not None
