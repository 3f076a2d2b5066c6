"""What the scheduler did and will do, for the people who look after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import Session

from hotline import audit
from hotline.errors import Conflict, NotFound, T
from hotline.models.jobs import ALWAYS, EARLIER, JobPlan, JobRun, Runner
from hotline.rights import Actor

ALIVE_FOR = timedelta(seconds=90)
SHOWN = 30
# interrupted: its process is gone and another takes it over; asked: a person wants it run once
# more; passed_over: it failed, and its time is over.
STANDINGS = ("done", "running", "interrupted", "asked", "failed", "passed_over")
_FAILED = and_(JobRun.state == "failed", JobRun.attempts > 0, JobRun.retry_at.is_not(None))


@dataclass(frozen=True)
class JobState:
    """A job: its latest run (None: none yet) and when it is next due (None: not by itself).

    `failed`: how many runs stand failed; `retry_at`: when the first of them is tried again.
    """

    name: str
    latest: "RunState | None"
    next_at: datetime | None
    failed: int
    retry_at: datetime | None


@dataclass(frozen=True)
class RunState:
    """A run as it stands, one of STANDINGS. `heartbeat_at`: of its process; None: forgotten."""

    run: JobRun
    standing: str
    heartbeat_at: datetime | None

    @property
    def earlier(self) -> Sequence[tuple[datetime, dict[str, Any]]]:
        """When runs of this period were done that were done once more, and what they came to."""
        kept = (self.run.result or {}).get(EARLIER, ())
        return [(datetime.fromisoformat(one["done_at"]), one) for one in kept]

    @property
    def may_be_asked_for(self) -> bool:
        """Whether a person may have it run once more; what goes on always comes by itself."""
        if self.run.period == ALWAYS:
            return self.standing == "failed"
        return self.standing not in ("running", "asked")


@dataclass(frozen=True)
class Overview:
    """Jobs and runs that failed come first.

    `runners`: the processes that live or were last seen, the youngest heartbeat first.
    """

    jobs: Sequence[JobState]
    runs: Sequence[RunState]
    runners: Sequence[Runner]
    alive: bool


def overview(session: Session, *, now: datetime) -> Overview:
    """Every job that a scheduler knows, its latest runs, and who runs them."""
    latest = select(func.max(JobRun.id)).group_by(JobRun.job)
    by_job = {
        one.run.job: one
        for one in _states(session, now, select(JobRun).where(JobRun.id.in_(latest)))
    }
    failed = failing(session)
    plans = session.scalars(select(JobPlan).order_by(JobPlan.job)).all()
    known = {plan.job for plan in plans}
    runs = (
        select(JobRun)
        .where(JobRun.job.in_(known))
        .order_by(case((_FAILED, 0), else_=1), JobRun.started_at.desc(), JobRun.id.desc())
        .limit(SHOWN)
    )
    runners = select(Runner).order_by(Runner.heartbeat_at.desc()).limit(5)
    jobs = [
        JobState(plan.job, by_job.get(plan.job), plan.next_at, *failed.get(plan.job, (0, None)))
        for plan in plans
    ]
    return Overview(
        jobs=sorted(jobs, key=lambda job: not job.failed),
        runs=_states(session, now, runs),
        runners=session.scalars(runners).all(),
        alive=is_alive(session, now=now),
    )


def _states(session: Session, now: datetime, runs: Select[Any]) -> list[RunState]:
    beat = (
        select(func.max(Runner.heartbeat_at)).where(Runner.name == JobRun.runner).scalar_subquery()
    )
    found = session.execute(runs.add_columns(standing_at(now), beat))
    return [RunState(run, standing, seen) for run, standing, seen in found]


def standing_at(now: datetime) -> ColumnElement[str]:
    """How a run stands, one of STANDINGS, as SQL."""
    return case(
        (JobRun.state == "done", "done"),
        (and_(JobRun.state == "running", JobRun.lease_until > now), "running"),
        (JobRun.state == "running", "interrupted"),
        (JobRun.attempts == 0, "asked"),
        (JobRun.retry_at.is_(None), "passed_over"),
        else_="failed",
    )


def failing(session: Session) -> dict[str, tuple[int, datetime | None]]:
    """Jobs with runs that failed and are to be tried again: how many, and when the first is."""
    found = session.execute(
        select(JobRun.job, func.count(), func.min(JobRun.retry_at))
        .where(_FAILED)
        .group_by(JobRun.job)
        .order_by(JobRun.job)
    )
    return {job: (n, retry_at) for job, n, retry_at in found}


def unreachable(session: Session) -> str | None:
    """Why the mail server could not be reached when e-mails were last to be sent; None: it was."""
    query = select(JobRun.result).where(JobRun.job == "deliver", JobRun.period == ALWAYS)
    result = session.scalar(query.where(JobRun.state.in_(("done", "running"))))
    return (result or {}).get("unreachable")


def is_alive(session: Session, *, now: datetime) -> bool:
    """Whether any scheduler has shown itself lately and was not told to stop.

    One that shows itself in the future does so by a clock that was wrong, and may be gone.
    """
    lately = Runner.heartbeat_at.between(now - ALIVE_FOR, now + ALIVE_FOR)
    living = select(func.count()).where(Runner.stopped_at.is_(None), lately)
    return bool(session.scalar(living))


def run_again(session: Session, actor: Actor, run_id: int, *, now: datetime) -> bool:
    """Let the scheduler do a run once more, whatever the calendar says; whether one is alive.

    What it came to is kept beside what the next comes to.

    Raises NotFound, or Conflict while it runs.
    """
    run = session.get(JobRun, run_id, with_for_update=True, populate_existing=True)
    if run is None:
        raise NotFound(T("没有这次任务。"))
    if run.state == "running" and run.lease_until > now:
        raise Conflict(T("这次任务正在进行，请等它结束。"))
    before = run.state
    if before == "done" and run.result is not None and run.finished_at is not None:
        came_to = {key: value for key, value in run.result.items() if key != EARLIER}
        came_to["done_at"] = run.finished_at.isoformat()
        run.result = {EARLIER: [*run.result.get(EARLIER, ()), came_to]}
    run.state, run.retry_at, run.attempts = "failed", now, 0
    session.flush()
    audit.record(
        session,
        actor=actor.name,
        action="job.again",
        subject="job",
        subject_id=f"{run.job} {run.period}",
        old={"state": before},
        now=now,
    )
    return is_alive(session, now=now)
