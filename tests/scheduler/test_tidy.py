"""What is past its time goes at night; what something else hangs on stays."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from hotline import audit
from hotline.models.jobs import JobRun, Runner
from hotline.models.journal import AuditEntry
from hotline.models.messages import Message
from hotline.models.papers import NoticeOpening
from hotline.operations.retention import tidy
from hotline.settings import Retention
from scheduler.jobs import JOBS
from scheduler.runner import Office, first_start, run_due
from tests.delivery.papers import a_town, issued
from tests.factories import NOW, SHANGHAI

KEPT = Retention(job_runs_days=90, messages_days=180, openings_days=365, runners_days=1)


@pytest.fixture
def short(settings):
    return settings.model_copy(update={"retention": KEPT})


def run(job: str, period: str, state: str, at: datetime) -> JobRun:
    return JobRun(
        job=job, period=period, state=state, token="", runner="", started_at=at, lease_until=at
    )


def message(period: str, state: str, at: datetime) -> Message:
    return Message(
        kind="digest",
        period=period,
        recipient="a@example.cn",
        subject="x",
        body="x",
        message_id=period,
        state=state,
        created_at=at,
    )


def runner(token: str, at: datetime) -> Runner:
    return Runner(token=token, name="here:1", started_at=at, heartbeat_at=at)


def aged(days: int, more: timedelta = timedelta()) -> datetime:
    return NOW - timedelta(days=days) - more


def left(database, column) -> set[str]:
    with database.read() as session:
        return set(session.scalars(select(column)))


def test_only_what_is_older_than_its_term_goes(database, short):
    second = timedelta(seconds=1)
    with database.write() as session:
        notice = issued(session, a_town(session, short))
        session.add_all(
            [
                run("daily", "old", "done", aged(90, second)),
                run("daily", "old failed", "failed", aged(90, second)),
                run("daily", "old running", "running", aged(90, second)),
                run("daily", "just kept", "done", aged(90)),
                run("monthly", "2020-01", "done", aged(2000)),
                run("deliver", "always", "done", aged(2000)),
                message("old", "sent", aged(180, second)),
                message("old left", "left", aged(180, second)),
                message("old unsettled", "unknown", aged(180, second)),
                message("old failed", "failed", aged(180, second)),
                message("old queued", "queued", aged(180, second)),
                message("just kept", "sent", aged(180)),
                runner("old", aged(1, second)),
                runner("just kept", aged(1)),
                NoticeOpening(notice_id=notice.id, way="page", by="old", at=aged(365, second)),
                NoticeOpening(notice_id=notice.id, way="page", by="just kept", at=aged(365)),
            ]
        )
    with database.write() as session:
        gone = tidy(session, daily_jobs=["daily", "deliver"], settings=short, now=NOW)
    assert gone == {"runs": 2, "runners": 1, "messages": 2, "openings": 1}
    assert left(database, JobRun.period) == {"old running", "just kept", "2020-01", "always"}
    assert left(database, Message.period) == {
        "old unsettled",
        "old failed",
        "old queued",
        "just kept",
    }
    assert left(database, Runner.token) == {"just kept"}
    assert left(database, NoticeOpening.by) == {"just kept"}
    with database.read() as session:
        entry = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "retention.tidy")
        ).one()
        assert entry.actor == "scheduler"
        assert audit.verify(session)[1] == []


def test_it_runs_once_a_night_and_what_it_deleted_is_not_done_again(database, short):
    """Two years: its own runs are deleted too, and no night is done a second time."""
    now = [datetime(2026, 1, 1, 3, 0, tzinfo=SHANGHAI)]
    office = Office(database, short, now=lambda: now[0])
    job = next(job for job in JOBS if job.name == "tidy")
    first_start(database, now[0])
    assert run_due(office, job) == 0
    for _ in range(20):
        now[0] += timedelta(days=35)
        assert run_due(office, job) == 1
        assert run_due(office, job) == 0
    runs = left(database, JobRun.period)
    assert min(runs - {"first-start"}) == "2027-09-22"
    assert len(runs) == 4


def test_the_table_of_jobs_forgets_no_period_that_is_done_one_by_one():
    assert {job.name for job in JOBS if job.latest_only} >= {"tidy"}
    assert all(job.latest_only is False for job in JOBS if job.name.startswith("open-"))
