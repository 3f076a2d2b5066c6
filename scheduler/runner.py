"""Runs what is due: claim, work, settle; the lease is put off while the work goes on."""

import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hotline import clock
from hotline.db import Database, insert_for
from hotline.models.jobs import JobPlan, JobRun, Runner
from hotline.settings import Settings
from scheduler.claim import ALWAYS, LEASE, Claim, claim, fail, put_off, settle
from scheduler.periods import Due

BEAT_S = 20.0
_FIRST = "first-start"
_log = structlog.get_logger()


@dataclass(frozen=True)
class Office:
    """What jobs work with; `name` tells this process apart from other schedulers."""

    database: Database
    settings: Settings
    secret_key: str = ""
    name: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}")
    token: str = field(default_factory=lambda: secrets.token_urlsafe(18))
    lease: timedelta = LEASE
    now: Callable[[], datetime] = clock.now


Effect = Callable[[Office, Claim, datetime], None]


@dataclass(frozen=True)
class Job:
    """`calendar`: its periods from a moment on, oldest first, without end; None: it goes on always.

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
    now = office.now()
    due, following = [ALWAYS], now + timedelta(seconds=job.every_s)
    if job.calendar is not None:
        due = []
        for period, moment in job.calendar(office, first_start(office.database, now)):
            if moment > now:
                following = moment
                break
            due.append(period)
    if job.latest_only:
        asked = _asked_for(office.database, job.name)
        due = [period for period in due[:-1] if period in asked] + due[-1:]
    ran = 0
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
            _run(office, job, held)
            ran += 1
    _tell_next(office, job, following)
    return ran


def _tell_next(office: Office, job: Job, following: datetime) -> None:
    """For the people who look when a job is next due."""
    with office.database.write() as session:
        plan = insert_for(session, JobPlan).values(job=job.name, next_at=following)
        session.execute(
            plan.on_conflict_do_update(
                index_elements=[JobPlan.job], set_={"next_at": plan.excluded.next_at}
            )
        )


def _asked_for(database: Database, job: str) -> set[str]:
    """Periods that a person wants once more, however late it is."""
    query = select(JobRun.period).where(
        JobRun.job == job, JobRun.state == "failed", JobRun.attempts == 0
    )
    with database.read() as session:
        return set(session.scalars(query))


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


def _run(office: Office, job: Job, held: Claim) -> None:
    log = _log.bind(job=job.name, period=held.period, run=held.run_id, attempt=held.attempt)
    began = time.monotonic()
    try:
        with _lease_kept(office, held):
            job.effect(office, held, office.now())
    except Exception as error:
        # Whatever goes wrong in one job, the others go on; it is kept, shown and tried again.
        log.exception("job failed", ms=_ms_since(began))
        fail(office.database, held, f"{type(error).__name__}: {error}"[:2000], now=office.now())
    else:
        log.info("job done", ms=_ms_since(began))


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
    """When a scheduler first looked at this database: what was due before is nobody's business."""
    query = select(JobRun.started_at).where(JobRun.job == _FIRST)
    with database.read() as session:
        known = session.scalar(query)
    if known is not None:
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
