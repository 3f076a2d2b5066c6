"""What the scheduler did and will do, for the people who look after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline import audit
from hotline.errors import Conflict, NotFound, T
from hotline.models.jobs import JobPlan, JobRun, Runner
from hotline.rights import Actor

ALIVE_FOR = timedelta(seconds=90)
SHOWN = 30


@dataclass(frozen=True)
class JobState:
    """A job: its latest run (None: none yet), when it is next due, how many runs stand failed."""

    name: str
    latest: JobRun | None
    next_at: datetime | None
    failed: int


@dataclass(frozen=True)
class Overview:
    """`runners`: the processes that live or were last seen, the youngest heartbeat first."""

    jobs: Sequence[JobState]
    runs: Sequence[JobRun]
    runners: Sequence[Runner]
    alive: bool


def overview(session: Session, *, now: datetime) -> Overview:
    """Every job that a scheduler knows, its latest runs, and who runs them."""
    latest = select(func.max(JobRun.id)).group_by(JobRun.job)
    by_job = {
        run.job: run for run in session.scalars(select(JobRun).where(JobRun.id.in_(latest))).all()
    }
    failed = dict(
        session.execute(
            select(JobRun.job, func.count()).where(JobRun.state == "failed").group_by(JobRun.job)
        ).all()
    )
    plans = session.scalars(select(JobPlan).order_by(JobPlan.job)).all()
    known = {plan.job for plan in plans}
    runs = (
        select(JobRun)
        .where(JobRun.job.in_(known))
        .order_by(JobRun.started_at.desc(), JobRun.id.desc())
        .limit(SHOWN)
    )
    runners = select(Runner).order_by(Runner.heartbeat_at.desc()).limit(5)
    return Overview(
        jobs=[
            JobState(plan.job, by_job.get(plan.job), plan.next_at, failed.get(plan.job, 0))
            for plan in plans
        ],
        runs=session.scalars(runs).all(),
        runners=session.scalars(runners).all(),
        alive=is_alive(session, now=now),
    )


def is_alive(session: Session, *, now: datetime) -> bool:
    """Whether any scheduler has shown itself lately and was not told to stop."""
    living = select(func.count()).where(
        Runner.stopped_at.is_(None), Runner.heartbeat_at > now - ALIVE_FOR
    )
    return bool(session.scalar(living))


def run_again(session: Session, actor: Actor, run_id: int, *, now: datetime) -> None:
    """Let the scheduler do a run once more at its next look. Raises NotFound, or Conflict while
    it runs.
    """
    run = session.get(JobRun, run_id, with_for_update=True, populate_existing=True)
    if run is None:
        raise NotFound(T("没有这次任务。"))
    if run.state == "running":
        raise Conflict(T("这次任务正在进行，请等它结束。"))
    before = run.state
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
