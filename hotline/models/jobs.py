"""What the scheduler has done and is doing, and which of its processes are alive."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Table, UtcDateTime

JOB_STATES = ("running", "done", "failed")
ALWAYS = "always"
EARLIER = "earlier"


class JobRun(Table):
    """One period of one job; the row is the claim, so that it runs once however many schedulers.

    `token`: of the process that holds it until `lease_until`, which its heartbeat puts off. After
    that anyone may take it over. `retry_at`: when a failed run is tried again; None: not by itself,
    its time is over. Failed without attempts: a person asked for it. A job that goes on all the
    time has one row, whose period is ALWAYS. `result[EARLIER]`: what runs came to that a person
    had done once more, oldest first, each with the moment it was `done_at`.
    """

    __tablename__ = "job_runs"
    __table_args__ = (
        UniqueConstraint("job", "period"),
        CheckConstraint(f"state IN {JOB_STATES}", name="state"),
        Index("ix_job_runs_job_started", "job", "started_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    job: Mapped[str] = mapped_column(String(40))
    period: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(10))
    token: Mapped[str] = mapped_column(String(40))
    runner: Mapped[str] = mapped_column(String(120))
    attempts: Mapped[int] = mapped_column(default=1)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime] = mapped_column(UtcDateTime)
    retry_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(Text)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class JobPlan(Table):
    """When a job is next due, as the scheduler that looked last saw it; None: not by itself."""

    __tablename__ = "job_plans"

    job: Mapped[str] = mapped_column(String(40), primary_key=True)
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Runner(Table):
    """A scheduler process. Alive: its heartbeat is young and it has not stopped."""

    __tablename__ = "runners"

    token: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    heartbeat_at: Mapped[datetime] = mapped_column(UtcDateTime)
    stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
