"""督办: what was not reported by its due date calls for a talk, and is urged by a paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from hotline import audit
from hotline.clock import local
from hotline.ladder.missed_dates import overdue
from hotline.ladder.rectification_measures import call_for_talk
from hotline.loop.rectification_steps import note
from hotline.models.loop import Rectification, RectificationStep
from hotline.models.papers import Finding, Notice
from hotline.papers import notices
from hotline.rights import Actor
from hotline.rules.reasons import Reason
from hotline.settings import Settings

SYSTEM = Actor("system", "province_admin")
# Steps that set a due date; one missed date is told of once.
_SETTING = ("open", "return", "recheck_fail", "extend", "release")


@dataclass(frozen=True)
class Called:
    """How many missed dates were told of for the first time, and the 督办通知 drafted for them."""

    rectifications: int
    notices: tuple[Notice, ...]


def call_for_overdue(
    session: Session,
    *,
    settings: Settings,
    now: datetime,
    actor: Actor = SYSTEM,
    draft: bool = False,
) -> Called:
    """A talk for every due date that passed without a report, once a date.

    `draft`: also one 督办通知 a paper and unit. The scheduler calls it every day; calling it twice
    changes nothing, also at once.
    """
    today = local(now).date()
    missed = _not_yet_told(session, today)
    for one in missed:
        trigger = Reason("talk.no_report", {"due": one.due_on.isoformat()})
        note(session, one, "overdue", by=actor.name, now=now)
        call_for_talk(session, one, trigger, now=now)
    drafted = _draft(session, actor, missed, now) if draft else ()
    audit.record_all(
        session,
        [
            {
                "actor": actor.name,
                "action": "rectification.overdue",
                "subject": "rectification",
                "subject_id": one.id,
                "new": {"due_on": one.due_on.isoformat()},
            }
            for one in missed
        ],
        now=now,
    )
    return Called(len(missed), drafted)


def _not_yet_told(session: Session, today: date) -> Sequence[Rectification]:
    """The overdue ones, locked, of whose present due date nobody was told."""
    query = (
        select(Rectification)
        .where(overdue(today))
        .options(
            joinedload(Rectification.notice).joinedload(Notice.round),
            joinedload(Rectification.finding).joinedload(Finding.check),
            joinedload(Rectification.unit),
        )
        .order_by(Rectification.id)
        .with_for_update(of=Rectification)
        .execution_options(populate_existing=True)
    )
    found = session.scalars(query).all()
    last = _last_steps(session, [one.id for one in found])
    return [one for one in found if last.get(one.id) != "overdue"]


def _last_steps(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Rectification id → the last of its steps that set its due date or told that it passed."""
    latest = (
        select(func.max(RectificationStep.id))
        .where(
            RectificationStep.rectification_id.in_(ids),
            RectificationStep.step.in_((*_SETTING, "overdue")),
        )
        .group_by(RectificationStep.rectification_id)
    )
    query = select(RectificationStep.rectification_id, RectificationStep.step)
    rows = session.execute(query.where(RectificationStep.id.in_(latest)))
    return dict(rows.all())


def _draft(
    session: Session, actor: Actor, missed: Sequence[Rectification], now: datetime
) -> tuple[Notice, ...]:
    papers: dict[tuple[int, int], list[Rectification]] = {}
    for one in missed:
        papers.setdefault((one.notice_id, one.unit_id), []).append(one)
    drafted = []
    for (_notice_id, unit_id), items in papers.items():
        source = items[0].notice
        drafted.append(
            notices.draft_for(
                session,
                actor,
                source.round,
                key=_next_key(session, source, unit_id),
                kind="overdue",
                title="饮水安全监督电话整改督办通知",
                now=now,
                unit_id=unit_id,
                refers_to_id=source.id,
                finding_ids=[one.finding_id for one in items if one.finding_id is not None],
            )
        )
    return tuple(drafted)


def _next_key(session: Session, source: Notice, unit_id: int) -> str:
    """`overdue:12:3:1`: the first about paper 12 to unit 3."""
    prefix = f"overdue:{source.id}:{unit_id}:"
    used = select(func.count(Notice.id)).where(
        Notice.round_id == source.round_id, Notice.key.startswith(prefix, autoescape=True)
    )
    return f"{prefix}{(session.scalar(used) or 0) + 1}"
