"""What a changed calendar means for checks that are open: whether they may be closed, and when the
next dial is due. Both are kept with the check, by the calendar of its last dial."""

from typing import cast

from sqlalchemy import Table, select, update
from sqlalchemy.orm import Session

from hotline.inspection import checks
from hotline.models.inspection import Check, Round
from hotline.settings import Settings

_checks = cast(Table, Check.__table__)


def follow(session: Session, *, settings: Settings) -> int:
    """Judge the checks of all open rounds again by the calendar of today; how many changed."""
    opened = select(Round).where(Round.closed_at.is_(None)).order_by(Round.id)
    changed = 0
    for found in session.scalars(opened).all():
        checks.hold_all(session, found)
        if found.is_open:
            changed += follow_in(session, found, settings=settings)
    return changed


def follow_in(session: Session, found: Round, *, settings: Settings) -> int:
    """The same of one round, whose checks are held."""
    query = checks.with_round().where(_checks.c.round_id == found.id).order_by(_checks.c.id)
    rows = {row["id"]: row for row in session.execute(query).mappings()}
    changed = 0
    for check_id, made in checks.calls_of(session, rows).items():
        row, dials = rows[check_id], checks.dials(made)
        now = checks.openness(checks.of_row(session, row, settings), dials)
        if any(row[name] != value for name, value in now.items()):
            changed += 1
            session.execute(update(Check).where(Check.id == check_id).values(now))
    return changed
