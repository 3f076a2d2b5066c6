"""Runs what is due: claim, work, settle; the lease is put off while the work goes on."""

import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from hotline import clock
from hotline.db import Database, insert_for
from hotline.errors import explain
from hotline.models.jobs import ALWAYS, JobPlan, JobRun, Runner
from hotline.settings import Settings
from scheduler.claim import LEASE, Claim, claim, fail, pass_over, put_off, settle
from scheduler.periods import Due

BEAT_S = 20.0
_FIRST = "first-start"
_log = structlog.get_logger()


@dataclass(frozen=True)
class Office:
    """What jobs work with; `name` tells this process apart from other schedulers.

    A job that can end early without loss asks `stopping` whether it should.
    """

    database: Database
    settings: Settings
    secret_key: str = ""
    name: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}")
    token: str = field(default_factory=lambda: secrets.token_urlsafe(18))
    lease: timedelta = LEASE
    now: Callable[[], datetime] = clock.now
    stopping: Callable[[], bool] = lambda: False


Effect = Callable[[Office, Claim, datetime], None]


@dataclass(frozen=True)
class Job:
    """`calendar`: its periods from a moment on, oldest first, without end; None: it goes on always.

    `every_s`: how often it looks what is due, in seconds; people are told that it is a minute.
    `effect` must settle its claim: in the transaction of what it does where that is one, else at
    its end, and then each part of it must be safe to do twice. `latest_only`: of several periods
    missed only the last is worth doing.
    """

    name: str
    every_s: int
    effect: Effect
    calendar: Callable[[Office, datetime], Iterator[Due]] | None = None
    latest_only: bool = False


def in_one_transaction(
    use_case: Callable[[Session, Office, Claim, datetime], Mapping[str, Any]],
) -> Effect:
    """An effect that stands or falls with its claim."""

    def effect(office: Office, held: Claim, now: datetime) -> None:
        with office.database.write() as session:
            settle(session, held, use_case(session, office, held, now), now=now)

    return effect


def run_due(office: Office, job: Job) -> int:
    """Run every period of a job that is due and free; how many were run here."""
    return len(run_each(office, job))


def run_each(office: Office, job: Job) -> list[bool]:
    """The same; of each run whether it succeeded.

    What a person asked for is run whatever the calendar says. A failed period that is not due (any
    more) is passed over.
    """
    now = office.now()
    due: list[str] = [ALWAYS]
    following: datetime | None = now + timedelta(seconds=job.every_s)
    if job.calendar is not None:
        due, following = [], None
        for period, moment in job.calendar(office, first_start(office.database, now)):
            if moment > now:
                following = moment
                break
            due.append(period)
    unsettled = _unsettled(office.database, job.name)
    asked = {run.period for run in unsettled if run.state == "failed" and run.attempts == 0}
    if job.latest_only:
        due = due[-1:]
    due = sorted(asked - set(due)) + due
    if any(run.period not in due for run in unsettled):
        pass_over(office.database, job.name, keep=due, now=now)
    succeeded = []
    for period in _undone(office.database, job.name, due):
        held = claim(
            office.database,
            job.name,
            period,
            runner=office.name,
            now=office.now(),
            lease=office.lease,
        )
        if held is not None:
            succeeded.append(_run(office, job, held))
    _tell_next(office, job, following)
    return succeeded


def _tell_next(office: Office, job: Job, following: datetime | None) -> None:
    """For the people who look when a job is next due; None: never by itself."""
    with office.database.read() as session:
        planned = session.execute(select(JobPlan.next_at).where(JobPlan.job == job.name)).all()
        if planned and planned[0].next_at == following:
            return
    with office.database.write() as session:
        plan = insert_for(session, JobPlan).values(job=job.name, next_at=following)
        session.execute(
            plan.on_conflict_do_update(
                index_elements=[JobPlan.job], set_={"next_at": plan.excluded.next_at}
            )
        )


def _unsettled(database: Database, job: str) -> Sequence[JobRun]:
    """Runs that are under way, asked for or to be tried again."""
    failed = and_(JobRun.state == "failed", JobRun.retry_at.is_not(None))
    query = select(JobRun).where(JobRun.job == job, or_(failed, JobRun.state == "running"))
    with database.read() as session:
        return session.scalars(query).all()


def _undone(database: Database, job: str, due: list[str]) -> list[str]:
    past = [period for period in due if period != ALWAYS]
    if not past:
        return due
    query = select(JobRun.period).where(
        JobRun.job == job, JobRun.state == "done", JobRun.period.in_(past)
    )
    with database.read() as session:
        done = set(session.scalars(query))
    return [period for period in due if period not in done]


def _run(office: Office, job: Job, held: Claim) -> bool:
    log = _log.bind(job=job.name, period=held.period, run=held.run_id, attempt=held.attempt)
    began = time.monotonic()
    try:
        with _lease_kept(office, held):
            job.effect(office, held, office.now())
    except Exception as error:
        # Whatever goes wrong in one job, the others go on; it is kept, shown and tried again.
        log.exception("job failed", ms=_ms_since(began))
        fail(office.database, held, explain(error)[:2000], now=office.now())
        return False
    log.info("job done", ms=_ms_since(began))
    return True


def _ms_since(began: float) -> float:
    return round((time.monotonic() - began) * 1000, 1)


@contextmanager
def _lease_kept(office: Office, held: Claim) -> Iterator[None]:
    over = threading.Event()

    def beat() -> None:
        while not over.wait(office.lease.total_seconds() / 4):
            put_off(office.database, held, now=office.now(), lease=office.lease)

    beating = threading.Thread(target=beat, name=f"lease {held.job}", daemon=True)
    beating.start()
    try:
        yield
    finally:
        over.set()
        beating.join()


def first_start(database: Database, now: datetime) -> datetime:
    """When a scheduler first looked at this database: what was due before is nobody's business.

    One later than `now` was looked at with a wrong clock, and is `now` from here on.
    """
    query = select(JobRun.started_at).where(JobRun.job == _FIRST)
    with database.read() as session:
        known = session.scalar(query)
    if known is not None and known <= now:
        return known
    row = {
        "job": _FIRST,
        "period": _FIRST,
        "state": "done",
        "token": "",
        "runner": "",
        "attempts": 1,
        "started_at": now,
        "lease_until": now,
        "finished_at": now,
    }
    with database.write() as session:
        session.execute(insert_for(session, JobRun).values(row).on_conflict_do_nothing())
        wrong = (JobRun.job == _FIRST, JobRun.started_at > now)
        session.execute(update(JobRun).where(*wrong).values(started_at=now, finished_at=now))
        return session.execute(query).scalar_one()


def show_up(office: Office) -> None:
    """The heartbeat of this process, for the people who look whether a scheduler is alive."""
    now = office.now()
    with office.database.write() as session:
        seen = (
            update(Runner)
            .where(Runner.token == office.token)
            .values(heartbeat_at=now)
            .returning(Runner.token)
        )
        if session.execute(seen).one_or_none() is None:
            session.add(
                Runner(token=office.token, name=office.name, started_at=now, heartbeat_at=now)
            )


def sign_off(office: Office) -> None:
    """This process stops because it was told to."""
    with office.database.write() as session:
        gone = update(Runner).where(Runner.token == office.token)
        session.execute(gone.values(stopped_at=office.now()))
