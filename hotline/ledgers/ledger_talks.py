"""The ledger of talks (约谈台账): who is called, why, when and where, and what was promised."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from hotline import rights
from hotline.clock import local
from hotline.ladder.talk_calls import triggers_of
from hotline.ledgers.ledger_pages import (
    PAGE_SIZE,
    LedgerPage,
    Order,
    Query,
    Sorting,
    has_words,
    page_of,
)
from hotline.loop import loop_rights
from hotline.models.inspection import Round
from hotline.models.loop import Commitment, Rectification, Talk
from hotline.models.papers import MeasureDue, Notice
from hotline.models.registry import Area, Line, Unit
from hotline.rights import Actor
from hotline.rules.reasons import Reason
from hotline.words import TALK_STATE

OVERDUE = "overdue"
USUAL = Sorting("round", down=True)


@dataclass(frozen=True)
class Sought:
    """What is asked for; None or "" asks for nothing. `flag`: OVERDUE, a report that is due.

    `own`: only of rounds the actor manages. `search`: words that must all occur in the
    unit's or the area's name, or the place.
    """

    search: str = ""
    state: str | None = None
    flag: str | None = None
    period: str | None = None
    round_code: str | None = None
    unit_id: int | None = None
    own: bool = False
    sorting: Sorting = USUAL


@dataclass(frozen=True)
class Trigger:
    """Why: a step of the ladder, with the line it was called for (None: a whole city)."""

    reason: Reason
    number: str | None


@dataclass(frozen=True)
class ListedTalk:
    """One talk. `unit` None: with a city. Of `promised` commitments, `kept` are struck off."""

    id: int
    unit_id: int | None
    unit: str | None
    area: str
    round_code: str
    round_area: str
    period: str
    state: str
    meets_at: datetime | None
    held_at: datetime | None
    place: str
    promised: int
    kept: int
    report_due_on: date | None
    reported_at: datetime | None
    overdue: bool
    triggers: tuple[Trigger, ...] = ()


def find(
    session: Session,
    actor: Actor,
    sought: Sought,
    *,
    now: datetime,
    page: int = 1,
    size: int = PAGE_SIZE,
) -> LedgerPage[ListedTalk]:
    """The talks in the actor's scope, with their triggers; three queries."""
    today = local(now).date()
    query = _joined(select(*_columns(actor, today))).where(
        loop_rights.talks(actor), *_which(actor, sought, today)
    )
    order = sought.sorting.of(_orders(), Talk.id)
    found = page_of(
        session, query.order_by(*order), lambda row: ListedTalk(*row), page=page, size=size
    )
    triggers = _triggers(session, [talk.id for talk in found.rows])
    rows = [replace(talk, triggers=tuple(triggers.get(talk.id, ()))) for talk in found.rows]
    return replace(found, rows=rows)


def state_counts(
    session: Session, actor: Actor, sought: Sought, *, now: datetime
) -> Mapping[str, int]:
    """How many talks of each state there are among what is sought, whatever state was asked."""
    today = local(now).date()
    which = _which(actor, replace(sought, state=None), today)
    query = _joined(select(Talk.state, func.count())).where(loop_rights.talks(actor), *which)
    counted = {row[0]: row[1] for row in session.execute(query.group_by(Talk.state))}
    return {state: counted.get(state, 0) for state in TALK_STATE}


def periods(session: Session, actor: Actor) -> Sequence[str]:
    """The periods that talks may be chosen of, the latest first."""
    query = _joined(select(Round.period)).where(loop_rights.talks(actor))
    query = query.group_by(Round.period).order_by(func.max(Round.ends_on).desc())
    return list(session.scalars(query))


_Of = aliased(Area)


def _columns(actor: Actor, today: date) -> Sequence[Any]:
    # What is only drafted, a new date or the record, is the office's own business.
    managed = rights.managed_rounds(actor)
    told, written = or_(managed, _issued(Talk.notice_id)), or_(managed, _issued(Talk.record_id))
    promised = (
        select(func.count(Commitment.id))
        .where(Commitment.talk_id == Talk.id)
        .correlate(Talk)
        .scalar_subquery()
    )
    kept = (
        select(func.count(Rectification.id))
        .join(Commitment, Commitment.id == Rectification.commitment_id)
        .where(Commitment.talk_id == Talk.id, Rectification.state == "closed")
        .correlate(Talk)
        .scalar_subquery()
    )
    return (
        Talk.id,
        Talk.unit_id,
        Unit.name,
        Area.name,
        Round.code,
        _Of.name,
        Round.period,
        Talk.state,
        case((told, Talk.meets_at)),
        case((written, Talk.held_at)),
        case((and_(written, Talk.held_place != ""), Talk.held_place), (told, Talk.place), else_=""),
        case((written, promised), else_=0),
        kept,
        case((written, Talk.report_due_on)),
        Talk.reported_at,
        func.coalesce(_overdue(today), False),
    )


def _issued(notice_id: Any) -> ColumnElement[bool]:
    return exists(select(1).where(Notice.id == notice_id, Notice.number.is_not(None)))


def _joined(query: Query) -> Query:
    return (
        query.select_from(Talk)
        .join(Round, Round.id == Talk.round_id)
        .join(_Of, _Of.code == Round.area_code)
        .join(Area, Area.code == Talk.area_code)
        .outerjoin(Unit, Unit.id == Talk.unit_id)
    )


def _which(actor: Actor, sought: Sought, today: date) -> list[ColumnElement[bool]]:
    conditions = has_words(sought.search, Unit.name, Area.name, Talk.place, Talk.held_place)
    for column, value in (
        (Talk.state, sought.state),
        (Round.period, sought.period),
        (Round.code, sought.round_code),
        (Talk.unit_id, sought.unit_id),
    ):
        if value:
            conditions.append(column == value)
    if sought.own:
        conditions.append(rights.managed_rounds(actor))
    if sought.flag == OVERDUE:
        conditions.append(_overdue(today))
    return conditions


def _overdue(today: date) -> ColumnElement[bool]:
    """It was held, and its report has not come by the day."""
    return and_(Talk.state == "held", Talk.report_due_on < today)


def _orders() -> Mapping[str, Order]:
    return {
        "round": (Round.ends_on, Round.code),
        "unit": (Area.code, Unit.name),
        "state": (case({state: n for n, state in enumerate(TALK_STATE)}, value=Talk.state),),
        "time": (func.coalesce(Talk.held_at, Talk.meets_at),),
        "report": (Talk.report_due_on,),
    }


def _triggers(session: Session, talk_ids: Sequence[int]) -> Mapping[int, list[Trigger]]:
    query = (
        select(MeasureDue, Line.number)
        .join(Round, Round.id == MeasureDue.round_id)
        .outerjoin(Line, Line.id == MeasureDue.line_id)
        .where(MeasureDue.talk_id.in_(talk_ids))
        .order_by(Round.ends_on, MeasureDue.line_id, MeasureDue.id)
    )
    numbers: dict[int, str | None] = {}
    rows: dict[int, list[MeasureDue]] = {}
    for measure, number in session.execute(query):
        numbers[measure.id] = number
        rows.setdefault(measure.talk_id or 0, []).append(measure)
    return {
        talk_id: [
            Trigger(Reason.from_json(one.trigger), numbers[one.id]) for one in triggers_of(measures)
        ]
        for talk_id, measures in rows.items()
    }


SORTS = tuple(_orders())
