"""A round to log calls in, and calls to log, in as few words as a test needs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from hotline.inspection import calls
from hotline.inspection.rounds import NewRound, open_round
from hotline.models.inspection import Check, Round
from hotline.settings import Settings
from tests.factories import OPERATOR, SHANGHAI, make_areas, make_line

ITEMS = ("B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8", "D1", "D2", "D3")
NOON_OF_THE_LAST = datetime(2026, 11, 30, 12, 0, tzinfo=SHANGHAI)


def on(day: int, clock: str = "09:30", *, month: int = 11) -> datetime:
    """A moment of 2026 in Shanghai; 2 November is a Monday."""
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


def dial(
    started_at: datetime | None = None, *, outcome: object = 11, attempt: int = 1, **more: object
) -> dict[str, object]:
    """An ordinary call, answered well in 12 s unless said otherwise."""
    raw: dict[str, object] = {
        "started_at": started_at or on(3),
        "attempt": attempt,
        "outcome": outcome,
    }
    if str(outcome) in ("11", "OK"):
        raw |= dict.fromkeys(ITEMS, "是")
    if str(outcome)[0] == "1" or outcome == "OK":
        raw["ring_s"] = "12"
    return raw | more


def a_round(
    session: Session,
    settings: Settings,
    *,
    level: str = "city",
    area: str = "130100",
    period: str = "2026-11",
    inspectors: tuple[int, ...] = (),
    now: datetime = NOON_OF_THE_LAST,
) -> Round:
    new = NewRound(level, area, period, inspectors=inspectors)
    return open_round(session, OPERATOR, new, settings=settings, now=now)


def open_to_all(session: Session, found: Round) -> None:
    """Take back what was dealt to each inspector, for tests that are about something else."""
    free = {"inspector_id": None, "planned_on": None, "planned_half": None}
    session.execute(update(Check).where(Check.round_id == found.id).values(free))


def a_registry(session: Session, lines: int = 1) -> None:
    """Areas, and that many lines of 长安区."""
    make_areas(session)
    for _ in range(lines):
        make_line(session)


def checks_of(session: Session, found: Round) -> list[Check]:
    return list(session.query(Check).filter_by(round_id=found.id).order_by(Check.id))


def log(
    session: Session, settings: Settings, check: Check, raw: dict[str, object], actor=OPERATOR
) -> calls.Recorded:
    return calls.record(session, actor, check.id, raw, settings=settings, now=NOON_OF_THE_LAST)
