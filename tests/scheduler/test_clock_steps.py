"""A clock that is set back neither stops the jobs nor leaves anything to a wrong future."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import time_machine
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import update

from hotline import clock
from hotline.models.jobs import JobRun
from hotline.operations import job_runs
from scheduler.claim import FROM_THEN_ON, LEASE, claim, fail
from scheduler.clock_steps import wake_after_steps
from scheduler.runner import Office, first_start, show_up

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
AHEAD = NOW + timedelta(days=400)


def test_jobs_go_on_where_the_clock_was_set_back():
    woken: list[datetime] = []
    over, clockwork = Event(), BackgroundScheduler(timezone=clock.ZONE)
    often = IntervalTrigger(seconds=0.1, timezone=clock.ZONE)
    watching = Thread(
        target=wake_after_steps, args=(clockwork, over), kwargs={"now": clock.now, "look_s": 0.1}
    )
    with time_machine.travel(AHEAD):
        clockwork.add_job(lambda: woken.append(clock.now()), often)
        clockwork.start()
        watching.start()
        _until(lambda: len(woken) > 2)
        before = len(woken)
    with time_machine.travel(NOW):
        _until(lambda: len(woken) > before + 3)
        over.set()
        watching.join(5)
        clockwork.shutdown(wait=True)
    assert min(woken[:before]) >= AHEAD
    assert all(NOW <= moment < AHEAD for moment in woken[before + 1 :])


def _until(true) -> None:
    for _ in range(100):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("not in time")


def test_a_first_start_in_the_future_was_none(database):
    assert first_start(database, AHEAD) == AHEAD
    assert first_start(database, NOW) == NOW
    assert first_start(database, NOW + timedelta(days=1)) == NOW


def test_a_heartbeat_from_the_future_is_no_sign_of_life(database, settings):
    def alive_at(moment: datetime) -> bool:
        with database.read() as session:
            return job_runs.is_alive(session, now=moment)

    show_up(Office(database, settings, now=lambda: AHEAD))
    assert alive_at(AHEAD)
    assert not alive_at(NOW)
    show_up(Office(database, settings, now=lambda: NOW))
    assert alive_at(NOW)


def test_a_lease_and_a_retry_of_a_wrong_future_hold_nobody_up(database):
    def taken(moment: datetime):
        return claim(database, "x", "2026-11", runner="b", now=moment)

    held = taken(AHEAD)
    assert taken(AHEAD) is None
    assert taken(NOW) is not None
    with database.write() as session:
        session.execute(update(JobRun).values(token=held.token))
    fail(database, held, "x", now=AHEAD)
    assert taken(AHEAD) is None
    assert taken(NOW) is not None


def test_those_of_another_machine_s_clock_hold_as_long_as_they_may(database):
    ahead = NOW + LEASE
    held = claim(database, "x", "2026-11", runner="a", now=ahead)
    assert claim(database, "x", "2026-11", runner="b", now=NOW) is None
    with database.write() as session:
        session.execute(update(JobRun).values(attempts=9))
    fail(database, held, "x", now=ahead)
    assert claim(database, "x", "2026-11", runner="b", now=NOW + FROM_THEN_ON / 2) is not None
