"""Whether the system lives and keeps up: what monitoring asks for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.models.jobs import JobPlan, JobRun
from hotline.models.messages import Message
from hotline.models.papers import Delivery
from hotline.operations import job_runs

PAPER_STATES = ("queued", "sending", "sent", "failed", "unknown")
MESSAGE_STATES = (*PAPER_STATES, "left")


@dataclass(frozen=True)
class JobVitals:
    """A job: its periods by state; when it last succeeded and how long that took, in seconds."""

    periods: Mapping[str, int]
    done_at: datetime | None
    took_s: float | None
    next_at: datetime | None


@dataclass(frozen=True)
class Vitals:
    """`queues`: e-mails by what they carry and by state, the states with none included."""

    scheduler_alive: bool
    jobs: Mapping[str, JobVitals]
    queues: Mapping[str, Mapping[str, int]]


def take(session: Session, *, now: datetime) -> Vitals:
    """Read everything at once, as of one moment."""
    return Vitals(
        scheduler_alive=job_runs.is_alive(session, now=now),
        jobs=_jobs(session, now),
        queues={
            "paper": _by_state(session, Delivery, PAPER_STATES),
            "message": _by_state(session, Message, MESSAGE_STATES),
        },
    )


def _jobs(session: Session, now: datetime) -> dict[str, JobVitals]:
    standing = job_runs.standing_at(now).label("standing")
    runs = select(JobRun.job, standing).subquery()
    counted = select(runs.c.job, runs.c.standing, func.count()).group_by(
        runs.c.job, runs.c.standing
    )
    periods: dict[str, dict[str, int]] = {}
    for job, state, n in session.execute(counted):
        periods.setdefault(job, dict.fromkeys(job_runs.STANDINGS, 0))[state] = n
    latest = (
        select(JobRun.job, func.max(JobRun.finished_at).label("at"))
        .where(JobRun.state == "done")
        .group_by(JobRun.job)
        .subquery()
    )
    ended = select(JobRun.job, JobRun.started_at, JobRun.finished_at).join(
        latest, (latest.c.job == JobRun.job) & (latest.c.at == JobRun.finished_at)
    )
    done = {job: (began, end) for job, began, end in session.execute(ended)}
    plans = session.scalars(select(JobPlan).order_by(JobPlan.job))
    found = {}
    for plan in plans:
        began, end = done.get(plan.job, (None, None))
        found[plan.job] = JobVitals(
            periods=periods.get(plan.job, dict.fromkeys(job_runs.STANDINGS, 0)),
            done_at=end,
            took_s=(end - began).total_seconds() if began and end else None,
            next_at=plan.next_at,
        )
    return found


def _by_state(
    session: Session, mails: type[Delivery] | type[Message], states: Sequence[str]
) -> dict[str, int]:
    counted = select(mails.state, func.count()).group_by(mails.state)
    found = dict.fromkeys(states, 0)
    found.update((state, n) for state, n in session.execute(counted))
    return found
