"""Who runs a period of a job: the row is the claim, the database says who got it.

The holder has a lease and puts it off while it works. When the lease has run out the run may be
taken over; the old holder finds its token gone when it settles, and what it did is undone with
the same transaction.
"""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, or_, select, update
from sqlalchemy.orm import Session

from hotline.db import Database, insert_for
from hotline.models.jobs import ALWAYS, EARLIER, JobRun

LEASE = timedelta(minutes=5)
RETRIES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
# After the last of them; a run that fails for long takes one row and six attempts a day.
FROM_THEN_ON = timedelta(hours=4)


class LostClaim(RuntimeError):
    """Someone else has taken the run over: nothing of this transaction may stand."""


@dataclass(frozen=True)
class Claim:
    """A run that is ours as long as the row holds our token. `attempt` counts from 1."""

    run_id: int
    job: str
    period: str
    token: str
    attempt: int


def claim(
    database: Database,
    job: str,
    period: str,
    *,
    runner: str,
    now: datetime,
    lease: timedelta = LEASE,
) -> Claim | None:
    """Take a period of a job; None: done, held by someone else, or not to be tried again yet.

    A run of ALWAYS may be taken again whenever nobody holds it.
    """
    token = secrets.token_urlsafe(18)
    held = {
        "token": token,
        "runner": runner,
        "state": "running",
        "started_at": now,
        "lease_until": now + lease,
    }
    with database.write() as session:
        run = session.execute(
            insert_for(session, JobRun)
            .values(job=job, period=period, attempts=1, **held)
            .on_conflict_do_nothing(index_elements=[JobRun.job, JobRun.period])
            .returning(JobRun.id, JobRun.attempts)
        ).one_or_none()
        if run is None:
            run = session.execute(
                update(JobRun)
                .where(JobRun.job == job, JobRun.period == period, _free(period, now))
                .values(**held, attempts=_attempt, finished_at=None, retry_at=None)
                .returning(JobRun.id, JobRun.attempts)
            ).one_or_none()
    return None if run is None else Claim(run.id, job, period, token, run.attempts)


# Counted until it succeeds; what goes on all the time begins anew after each success.
_attempt = case((JobRun.state == "done", 1), else_=JobRun.attempts + 1)


def _free(period: str, now: datetime) -> Any:
    # What lies further ahead than anyone puts it was noted by a wrong clock.
    lost = or_(JobRun.lease_until <= now, JobRun.lease_until > now + 2 * LEASE)
    over = or_(JobRun.retry_at <= now, JobRun.retry_at > now + 2 * FROM_THEN_ON)
    abandoned = and_(JobRun.state == "running", lost)
    waited = or_(JobRun.retry_at.is_(None), over)
    to_retry = and_(JobRun.state == "failed", waited)
    if period == ALWAYS:
        return or_(abandoned, to_retry, JobRun.state == "done")
    return or_(abandoned, to_retry)


def put_off(database: Database, held: Claim, *, now: datetime, lease: timedelta = LEASE) -> bool:
    """The heartbeat: the lease runs from now. False: the run is not ours any more."""
    with database.write() as session:
        return _set(session, held, lease_until=now + lease)


def settle(session: Session, held: Claim, result: Mapping[str, Any], *, now: datetime) -> None:
    """Say in the transaction of the effect that it is done. Raises LostClaim if it is not ours.

    What earlier runs of the period came to stays with it.
    """
    said = dict(result)
    before = session.scalar(select(JobRun.result).where(JobRun.id == held.run_id)) or {}
    if EARLIER in before:
        said[EARLIER] = before[EARLIER]
    if not _set(session, held, state="done", result=said, finished_at=now, error=None):
        raise LostClaim(f"{held.job} {held.period}")


def fail(database: Database, held: Claim, error: str, *, now: datetime) -> None:
    """Keep what went wrong, and when it is tried again: after RETRIES, every FROM_THEN_ON."""
    pause = (*RETRIES, FROM_THEN_ON)[min(held.attempt - 1, len(RETRIES))]
    with database.write() as session:
        _set(
            session,
            held,
            state="failed",
            error=error,
            finished_at=now,
            retry_at=now + pause,
        )


def pass_over(database: Database, job: str, *, keep: Collection[str], now: datetime) -> None:
    """Leave failed and abandoned runs alone whose period is not among `keep`.

    Their `retry_at` becomes None: no scheduler tries them any more, unless a person asks.
    """
    late = and_(JobRun.state == "failed", JobRun.retry_at.is_not(None), JobRun.attempts > 0)
    abandoned = and_(JobRun.state == "running", JobRun.lease_until <= now)
    told = case((JobRun.state == "running", "运行中断，没有做完。"), else_=JobRun.error)
    stale = (JobRun.job == job, JobRun.period.not_in(keep), or_(late, abandoned))
    with database.write() as session:
        session.execute(
            update(JobRun).where(*stale).values(state="failed", retry_at=None, error=told)
        )


def _set(session: Session, held: Claim, **values: Any) -> bool:
    ours = (JobRun.id == held.run_id, JobRun.token == held.token, JobRun.state == "running")
    changed = update(JobRun).where(*ours).values(**values).returning(JobRun.id)
    return session.execute(changed).one_or_none() is not None
