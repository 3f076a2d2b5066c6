"""A period runs once, whoever claims it, whoever dies."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from hotline import audit
from hotline.db import Database
from hotline.models.jobs import ALWAYS, JobRun
from hotline.models.journal import AuditEntry
from scheduler.claim import FROM_THEN_ON, LEASE, RETRIES, LostClaim, claim, fail, put_off, settle
from tests.factories import NOW
from tests.scheduler import herd


def take(database, period="2026-11-03", *, now=NOW, job="job"):
    return claim(database, job, period, runner="here:1", now=now)


def finish(database, held, *, now=NOW) -> None:
    with database.write() as session:
        settle(session, held, {"n": 1}, now=now)


def write_and_settle(database, held) -> None:
    with database.write() as session:
        audit.record(session, actor="x", action="x", subject="x", subject_id=1, now=NOW)
        settle(session, held, {}, now=NOW)


def test_a_period_is_claimed_once(database):
    held = take(database)
    assert held.attempt == 1
    assert take(database) is None
    finish(database, held)
    assert take(database, now=NOW + timedelta(days=9)) is None
    assert take(database, "2026-11-04") is not None
    assert take(database, job="other") is not None


def test_many_hands_claim_each_period_once(database):
    url = database.engine.url.render_as_string(hide_password=False)
    own = [Database(url) for _ in range(6)]
    wanted = [(one, f"{period:02d}") for period in range(25) for one in own]
    with ThreadPoolExecutor(6) as pool:
        got = list(pool.map(lambda pair: take(*pair), wanted))
    for one in own:
        one.close()
    assert Counter(held.period for held in got if held) == dict.fromkeys(
        (f"{n:02d}" for n in range(25)), 1
    )


def test_an_abandoned_run_is_taken_over_and_its_old_holder_can_do_nothing(database):
    old = take(database)
    assert take(database, now=NOW + LEASE - timedelta(seconds=1)) is None
    new = take(database, now=NOW + LEASE)
    assert new.attempt == 2
    with pytest.raises(LostClaim):
        write_and_settle(database, old)
    assert not put_off(database, old, now=NOW)
    fail(database, old, "too late", now=NOW)
    finish(database, new)
    with database.read() as session:
        assert session.scalars(select(AuditEntry)).all() == []
        assert session.scalars(select(JobRun)).one().state == "done"


def test_a_heartbeat_keeps_the_run(database):
    held = take(database)
    assert put_off(database, held, now=NOW + timedelta(minutes=4))
    assert take(database, now=NOW + LEASE) is None
    assert take(database, now=NOW + timedelta(minutes=4) + LEASE) is not None


def test_a_failed_run_is_tried_again_later_each_time_and_in_the_end_every_four_hours(database):
    now = NOW
    for attempt, pause in enumerate((*RETRIES, FROM_THEN_ON, FROM_THEN_ON), start=1):
        held = take(database, now=now)
        assert held.attempt == attempt
        fail(database, held, "broken", now=now)
        assert take(database, now=now + pause - timedelta(seconds=1)) is None
        now += pause
    assert timedelta(hours=4) == FROM_THEN_ON
    with database.read() as session:
        run = session.scalars(select(JobRun)).one()
        assert (run.state, run.error, run.retry_at) == ("failed", "broken", now)


def test_what_an_older_version_gave_up_is_tried_again(database):
    fail(database, take(database), "broken", now=NOW)
    with database.write() as session:
        session.scalars(select(JobRun)).one().retry_at = None
    assert take(database, now=NOW) is not None


def test_what_goes_on_all_the_time_has_one_row_and_begins_anew(database):
    for _ in range(3):
        held = take(database, ALWAYS)
        assert held.attempt == 1
        assert take(database, ALWAYS) is None
        finish(database, held)
    with database.read() as session:
        assert session.query(JobRun).count() == 1


def test_three_schedulers_killed_a_hundred_times_do_everything_once(database):
    url = database.engine.url.render_as_string(hide_password=False)
    done = subprocess.run(
        [sys.executable, str(Path(herd.__file__)), url, "100"],
        cwd=herd.ROOT,
        env={"PYTHONPATH": str(herd.ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "100"
    with database.read() as session:
        times = Counter(session.scalars(select(AuditEntry.subject_id)))
        assert times == dict.fromkeys(herd.PERIODS, 1)
        assert audit.verify(session) == (len(herd.PERIODS), [])
        assert {run.state for run in session.scalars(select(JobRun))} == {"done"}
        taken_over = [run for run in session.scalars(select(JobRun)) if run.attempts > 1]
        assert len(taken_over) >= 8
