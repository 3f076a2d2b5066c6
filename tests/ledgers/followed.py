"""A round whose papers were issued, and its problems at different points of their way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import event, insert, select
from sqlalchemy.orm import Session

from hotline.db import Database
from hotline.loop import rectifications
from hotline.models.inspection import Check, Round
from hotline.models.loop import Rectification, RectificationStep
from hotline.models.papers import Finding, Notice
from hotline.models.registry import Line, Unit
from hotline.papers import paper_edits
from hotline.rights import Actor
from tests.factories import actor_for
from tests.inspection.spot_checks import on
from tests.issuing.closed_rounds import ClosedRound

ISSUED = on(12, "09:00")  # a Thursday: five working days are over on the 19th
LATER = on(23, "09:00")


@dataclass
class Followed:
    """`reader` reads for 长安区水利局, `rival` for 桥西区水利局."""

    closed: ClosedRound
    reader: Actor
    rival: Actor

    @property
    def database(self) -> Database:
        return self.closed.database

    def rows(self, session: Session) -> list[Rectification]:
        return list(session.scalars(select(Rectification).order_by(Rectification.id)))


def follow(closed: ClosedRound) -> Followed:
    """Issue everything; one is reported, one sent back, one struck off."""
    closed.issued()
    with closed.database.write() as session:
        units = {unit.name: unit for unit in session.scalars(select(Unit))}
        reader = actor_for(session, "unit_reader", name="r1", unit=units["长安区水利局"])
        rival = actor_for(session, "unit_reader", name="r2", unit=units["桥西区水利局"])
        found = Followed(closed, reader, rival)
        mine = [one for one in found.rows(session) if one.unit_id == reader.unit_id]
        theirs = [one for one in found.rows(session) if one.unit_id == rival.unit_id]
        _report(session, found, reader, mine[0], on(16))
        _report(session, found, rival, theirs[0], on(13))
        rectifications.return_(
            session,
            closed.chief,
            theirs[0].id,
            reason="未附值班表",
            settings=closed.settings,
            now=on(16),
        )
    return found


def struck_off(session: Session, one: Rectification, at: datetime) -> None:
    """As a re-check that passed leaves it."""
    one.state, one.closed_at, one.closed_by = "closed", at, "chief"
    session.add(
        RectificationStep(rectification_id=one.id, step="close", state="closed", by="chief", at=at)
    )
    session.flush()


def drop_one(closed: ClosedRound, number: str) -> None:
    """A reviewer drops the finding of a line before anything is issued."""
    with closed.database.write() as session:
        query = select(Finding.id).join(Check).where(Check.number == number)
        paper_edits.drop_finding(
            session, closed.reviewer, session.scalar(query), reason="线路抢修", now=on(11, "17:00")
        )


def many(session: Session, round_id: int, count: int) -> None:
    """So many problems more, each under way; made at once, for they are only to be counted."""
    found = session.get_one(Round, round_id)
    pattern = session.scalar(select(Check).where(Check.round_id == round_id).limit(1))
    notice = session.scalar(select(Notice).where(Notice.kind == "rectification").limit(1))
    line = session.get_one(Line, pattern.line_id)
    first = 100_000
    ids = range(first, first + count)
    session.execute(
        insert(Line),
        [
            {
                "id": n,
                "line_id": f"M{n}",
                "number": f"0311-7{n:07d}",
                "unit_id": line.unit_id,
                "level": "county",
                "area_code": line.area_code,
                "group_code": line.group_code,
                "status": "active",
                "created_at": found.opened_at,
            }
            for n in ids
        ],
    )
    session.execute(
        insert(Check),
        [
            {
                "id": n,
                "round_id": round_id,
                "line_id": n,
                "number": f"0311-7{n:07d}",
                "unit_id": pattern.unit_id,
                "area_code": pattern.area_code,
                "group_code": pattern.group_code,
                "duty_hours": pattern.duty_hours,
                "klass": "SLOW",
            }
            for n in ids
        ],
    )
    session.execute(
        insert(Finding),
        [
            {
                "id": n,
                "round_id": round_id,
                "check_id": n,
                "klass": "SLOW",
                "evidence": [],
                "state": "issued",
                "created_at": ISSUED,
            }
            for n in ids
        ],
    )
    session.execute(
        insert(Rectification),
        [
            {
                "id": n,
                "notice_id": notice.id,
                "finding_id": n,
                "unit_id": pattern.unit_id,
                "line_id": n,
                "what": "接转不及时",
                "counted_from": ISSUED.date(),
                "working_days": 5,
                "due_on": on(19).date(),
                "state": "in_progress",
                "created_at": ISSUED,
            }
            for n in ids
        ],
    )
    session.execute(
        insert(RectificationStep),
        [
            {
                "rectification_id": n,
                "step": step,
                "state": "in_progress",
                "by": "chief",
                "at": ISSUED,
            }
            for n in ids
            for step in ("open", "begin")
        ],
    )


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """What is sent to the database meanwhile."""
    asked: list[str] = []

    def listen(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(database.engine, "before_cursor_execute", listen)
    yield asked
    event.remove(database.engine, "before_cursor_execute", listen)


def _report(
    session: Session, found: Followed, actor: Actor, one: Rectification, now: datetime
) -> None:
    rectifications.report(
        session,
        actor,
        one.id,
        body="已换人值守",
        reporter="王某",
        settings=found.closed.settings,
        now=now,
    )
