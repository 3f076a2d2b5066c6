"""Which lines and units were talked with before: a failure after that is copied up (抄送)."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.models.inspection import Check
from hotline.models.loop import Commitment, Rectification, Talk
from hotline.models.papers import MeasureDue


def held_before_dialling(session: Session, check_ids: Iterable[int]) -> dict[int, datetime]:
    """Check id → the last talk about its line held before the dial that decides it, if any was.

    However late that is asked: what was held since the dial is not what it failed after.
    """
    query = (
        select(Check.id, func.max(Talk.held_at))
        .join(MeasureDue, MeasureDue.line_id == Check.line_id)
        .join(Talk, Talk.id == MeasureDue.talk_id)
        .where(Check.id.in_(list(check_ids)), Talk.held_at < Check.decisive_at)
        .group_by(Check.id)
    )
    return {check_id: held for check_id, held in session.execute(query) if held}


def held_for_lines(session: Session, line_ids: Iterable[int]) -> dict[int, datetime]:
    """Line id → when the last talk about it was held; lines without one are left out."""
    query = (
        select(MeasureDue.line_id, func.max(Talk.held_at))
        .join(Talk, Talk.id == MeasureDue.talk_id)
        .where(MeasureDue.line_id.in_(list(line_ids)), Talk.held_at.is_not(None))
        .group_by(MeasureDue.line_id)
    )
    return {line_id: held for line_id, held in session.execute(query) if line_id and held}


def held_before(session: Session, found: Rectification) -> datetime | None:
    """When the talk was held that this rectification comes from, or one about its line."""
    if found.commitment_id is not None:
        query = select(Talk.held_at).join(Commitment).where(Commitment.id == found.commitment_id)
        return session.scalar(query)
    if found.line_id is None:
        return None
    return held_for_lines(session, [found.line_id]).get(found.line_id)
