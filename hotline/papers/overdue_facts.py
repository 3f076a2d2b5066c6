"""The facts of a 督办通知: what a unit was asked to put right and has not reported in time."""

from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from hotline import words
from hotline.clock import Calendar, local
from hotline.ladder.missed_dates import overdue
from hotline.models.loop import Extension, Rectification
from hotline.models.papers import Notice
from hotline.papers.paper_heads import Issued, head, of_round
from hotline.papers.paper_words import unit_name
from hotline.papers.rectification_facts import copies_up
from hotline.settings import Settings
from reports.overdue_facts import Overdue, OverdueItem


def facts(
    session: Session, notice: Notice, *, settings: Settings, now: datetime, issued: Issued | None
) -> Overdue:
    """What is overdue at this moment of the unit, out of the paper that this one refers to."""
    found, today = notice.round, local(now).date()
    query = (
        select(Rectification)
        .where(Rectification.unit_id == notice.unit_id, overdue(today))
        .options(joinedload(Rectification.line), joinedload(Rectification.notice))
        .order_by(Rectification.due_on, Rectification.id)
    )
    if notice.refers_to_id is not None:
        query = query.where(Rectification.notice_id == notice.refers_to_id)
    late = session.scalars(query).all()
    extended = set(
        session.scalars(
            select(Extension.rectification_id).where(
                Extension.rectification_id.in_([one.id for one in late])
            )
        )
    )
    made = head(found, settings=settings, now=now, issued=issued)
    made["copies"] += copies_up(session, found, notice)
    return Overdue(
        **made,
        **of_round(found, unit_name(session, notice.unit, found) if notice.unit else ""),
        items=tuple(
            OverdueItem(
                line=one.line.number if one.line else "",
                what=one.what,
                due_on=one.due_on.isoformat(),
                working_days_late=working_days_between(one.due_on, today, settings.working_days),
                state=str(words.RECTIFICATION_STATE[one.state]),
                number=one.notice.number or "",
                extended=one.id in extended,
            )
            for one in late
        ),
        as_of=today.isoformat(),
        reminders=_reminders(session, notice),
    )


def working_days_between(due_on: date, today: date, calendar: Calendar) -> int:
    """How many working days have begun since the last day in time."""
    days = (due_on + timedelta(days=n + 1) for n in range((today - due_on).days))
    return sum(calendar.is_working(day) for day in days)


def _reminders(session: Session, notice: Notice) -> int:
    """How often the unit was urged before, about the same paper."""
    query = select(func.count(Notice.id)).where(
        Notice.kind == "overdue",
        Notice.unit_id == notice.unit_id,
        Notice.refers_to_id == notice.refers_to_id,
        Notice.number.is_not(None),
        Notice.id != notice.id,
    )
    return session.scalar(query) or 0
