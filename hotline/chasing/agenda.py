"""What awaits someone today."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from hotline import rights
from hotline.chasing import due_points
from hotline.chasing.paper_duties import PaperDuties, UnitDuties, of_admin, of_unit
from hotline.chasing.points import Point
from hotline.delivery import message_panels
from hotline.inspection import check_lists, dialling_hours, figures, reviews, rounds
from hotline.inspection.figures import RoundFigures
from hotline.models.inspection import Check, Round
from hotline.models.papers import Notice
from hotline.rights import Actor
from hotline.settings import Settings


@dataclass(frozen=True)
class Duties:
    """Checks of open rounds that are the actor's to dial, each open one in one of the first six.

    They are states of the rounds' lists (check_lists.STATES; untested: todo). to_review: what
    awaits this administrator's review. `rounds`: in which rounds each of the first six is, by
    code.
    """

    untested: int = 0
    due: int = 0
    later: int = 0
    over: int = 0
    unused: int = 0
    returned: int = 0
    to_review: int = 0
    rounds: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Agenda:
    """`latest`: the figures of the last closed rounds, the province's and one's own city's.

    `rechecks`, `doubles`: those that are going on. `papers`: for administrators. `unit`: for a
    unit's reader. `points`: what is due soon or overdue, as in the day's e-mail. `messages`: how
    many e-mails that are no papers wait for this administrator's word.
    """

    duties: Duties
    open_rounds: Sequence[rounds.Progress]
    rechecks: Sequence[rounds.Progress]
    doubles: Sequence[rounds.Progress]
    latest: Sequence[RoundFigures]
    notices: Sequence[Notice]
    papers: PaperDuties | None = None
    unit: UnitDuties | None = None
    points: Sequence[Point] = ()
    messages: int = 0


def of(session: Session, actor: Actor, *, settings: Settings, now: datetime) -> Agenda:
    """Everything the first page of the day shows, within the actor's scope."""
    inspects = actor.role in rights.ADMIN_ROLES + rights.INSPECTOR_ROLES
    return Agenda(
        duties=_duties(session, actor, settings, now) if inspects else Duties(),
        open_rounds=rounds.progress(session, actor, only_open=True) if inspects else (),
        rechecks=rounds.progress(session, actor, only_open=True, purpose="recheck")
        if inspects
        else (),
        doubles=rounds.progress(session, actor, only_open=True, purpose="double")
        if inspects
        else (),
        latest=[
            figures.of_round(session, actor, found, settings=settings)
            for found in _latest(session, actor)
        ],
        notices=_notices(session, actor),
        papers=of_admin(session, actor, settings=settings, now=now) if actor.is_admin else None,
        unit=of_unit(session, actor, settings=settings, now=now)
        if actor.role == "unit_reader"
        else None,
        points=due_points.points_of(session, actor, settings=settings, now=now),
        messages=message_panels.waiting(session, actor, settings=settings, now=now),
    )


def _duties(session: Session, actor: Actor, settings: Settings, now: datetime) -> Duties:
    mine = (
        Round.closed_at.is_(None),
        Round.purpose == "sample",
        rights.checks(actor),
        rights.dialled_by(actor),
    )
    openings = dialling_hours.openings(session, settings, now, *mine)
    states = {
        "untested": "todo",
        **{name: name for name in ("due", "later", "over", "unused", "returned")},
    }
    query = (
        select(
            Round.code,
            *(func.count().filter(check_lists.state(name, openings)) for name in states.values()),
        )
        .select_from(Check)
        .join(Round)
        .join(Check.line)
        .where(*mine)
        .group_by(Round.code)
        .order_by(Round.code)
    )
    totals = dict.fromkeys(states, 0)
    where: dict[str, list[str]] = {name: [] for name in states}
    for code, *counts in session.execute(query):
        for name, n in zip(states, counts, strict=True):
            totals[name] += n
            if n:
                where[name].append(code)
    return Duties(**totals, to_review=reviews.count_waiting(session, actor), rounds=where)


def _latest(session: Session, actor: Actor) -> list[Round]:
    """The last closed round of the province; for those who belong to a city, of a city too."""
    found: list[Round] = []
    for level in ("province",) if actor.of_province else ("province", "city"):
        query = (
            select(Round)
            .where(
                Round.level == level,
                Round.purpose == "sample",
                Round.closed_at.is_not(None),
                rights.rounds(actor),
            )
            .options(joinedload(Round.area))
            .order_by(Round.ends_on.desc(), Round.closed_at.desc(), Round.id.desc())
            .limit(1)
        )
        found += session.scalars(query).all()
    return found


def _notices(session: Session, actor: Actor) -> Sequence[Notice]:
    """The papers issued last."""
    query = (
        select(Notice)
        .join(Round)
        .where(rights.notices(actor), Notice.issued_at.is_not(None))
        .options(joinedload(Notice.round), joinedload(Notice.unit))
        .order_by(Notice.issued_at.desc(), Notice.id.desc())
        .limit(5)
    )
    return session.scalars(query).all()
