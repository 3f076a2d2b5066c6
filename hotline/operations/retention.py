"""What is forgotten after its time. The journal is none of it: nothing prunes that."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from hotline import audit
from hotline.models.jobs import JobRun, Runner
from hotline.models.messages import Message
from hotline.models.papers import NoticeOpening
from hotline.settings import Settings


def tidy(
    session: Session, *, daily_jobs: Collection[str], settings: Settings, now: datetime
) -> dict[str, int]:
    """Delete what is older than config.yaml keeps it; returns how many rows of what.

    Of runs only those of `daily_jobs` go: any other row is how its job knows that a period is done.
    What is not settled (a run under way, an e-mail that waits for a person) stays whatever its age.
    """
    kept = settings.retention

    def before(days: int) -> datetime:
        return now - timedelta(days=days)

    old: dict[str, tuple[Any, ...]] = {
        "runs": (
            JobRun.id,
            JobRun.job.in_(daily_jobs),
            JobRun.state != "running",
            JobRun.period != "always",
            JobRun.started_at < before(kept.job_runs_days),
        ),
        "runners": (Runner.token, Runner.heartbeat_at < before(kept.runners_days)),
        "messages": (
            Message.id,
            Message.state.in_(("sent", "left")),
            Message.created_at < before(kept.messages_days),
        ),
        "openings": (NoticeOpening.id, NoticeOpening.at < before(kept.openings_days)),
    }
    gone = {}
    for name, (key, *conditions) in old.items():
        removed = delete(key.class_).where(*conditions).returning(key)
        if n := len(session.execute(removed).all()):
            gone[name] = n
    if gone:
        audit.record(
            session,
            actor="scheduler",
            action="retention.tidy",
            subject="retention",
            subject_id=now.date().isoformat(),
            old=gone,
            now=now,
        )
    return gone
