"""Rounds of one level and area in the order of their periods, whichever is closed first."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from hotline.models.inspection import Round


def open_before(session: Session, found: Round) -> Sequence[Round]:
    """The rounds of earlier periods that are not closed yet, the earliest first."""
    return _rounds(session, found, Round.period < found.period, Round.closed_at.is_(None))


def closed_after(session: Session, found: Round) -> Sequence[Round]:
    """The rounds of later periods that were closed already, the earliest first."""
    return _rounds(session, found, Round.period > found.period, Round.closed_at.is_not(None))


def _rounds(session: Session, found: Round, *which: ColumnElement[bool]) -> Sequence[Round]:
    query = (
        select(Round)
        .where(
            Round.purpose == "sample",
            Round.level == found.level,
            Round.area_code == found.area_code,
            *which,
        )
        .order_by(Round.period)
    )
    return session.scalars(query).all()
