"""Complaints of a line by the people who called it: a sign of risk when lines are drawn."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline import audit, rights
from hotline.clock import local
from hotline.errors import FieldError, Invalid, T
from hotline.models.registry import Complaint, Line
from hotline.registry import lines
from hotline.rights import Actor

MATTER_LENGTH = 500


def note(
    session: Session,
    actor: Actor,
    key: int,
    *,
    received_on: date | None,
    matter: str,
    now: datetime,
) -> Complaint:
    """Keep that someone complained of a line. Raises NotFound, Forbidden, or Invalid."""
    line = lines.get_for(session, actor, key)
    rights.require_admin_of(actor, line.group_code)
    matter = matter.strip()
    errors = []
    if received_on is None or received_on > local(now).date():
        errors.append(FieldError("received_on", T("请填收到投诉的日期，不晚于今天。")))
    if not matter:
        errors.append(FieldError("matter", T("请写明投诉的事。")))
    elif len(matter) > MATTER_LENGTH:
        errors.append(FieldError("matter", T("超过 {n} 个字，请缩短。", n=MATTER_LENGTH)))
    if errors or received_on is None:
        raise Invalid(errors)
    noted = Complaint(
        line_id=line.id,
        received_on=received_on,
        matter=matter,
        noted_by=actor.name,
        noted_at=now,
    )
    session.add(noted)
    session.flush()
    audit.record(
        session,
        actor=actor.name,
        action="complaint.note",
        subject="line",
        subject_id=line.line_id,
        new={"received_on": received_on.isoformat(), "matter": matter},
        now=now,
    )
    return noted


def of_line(session: Session, actor: Actor, line: Line) -> Sequence[Complaint]:
    """The complaints of a line, the latest first; only for those who look after it."""
    if not actor.is_admin:
        return ()
    query = (
        select(Complaint)
        .join(Line, Line.id == Complaint.line_id)
        .where(Complaint.line_id == line.id, rights.lines(actor))
        .order_by(Complaint.received_on.desc(), Complaint.id.desc())
    )
    return session.scalars(query).all()
