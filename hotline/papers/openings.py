"""Who looked at an issued paper, and when."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.models.papers import Notice, NoticeOpening

SHOWN = 50


def note(
    session: Session,
    notice: Notice,
    *,
    way: Literal["page", "pdf"],
    by: str,
    now: datetime,
    link_id: int | None = None,
) -> None:
    """Someone opened a paper; nothing is noted of a draft. It signs for nothing."""
    if notice.number is None:
        return
    session.add(NoticeOpening(notice_id=notice.id, way=way, by=by, link_id=link_id, at=now))
    session.flush()


def of(session: Session, notice: Notice) -> Sequence[NoticeOpening]:
    """The latest openings of a paper, the last one first."""
    query = (
        select(NoticeOpening)
        .where(NoticeOpening.notice_id == notice.id)
        .order_by(NoticeOpening.at.desc(), NoticeOpening.id.desc())
        .limit(SHOWN)
    )
    return session.scalars(query).all()


def count(session: Session, notice: Notice) -> int:
    query = select(func.count(NoticeOpening.id)).where(NoticeOpening.notice_id == notice.id)
    return session.scalar(query) or 0
