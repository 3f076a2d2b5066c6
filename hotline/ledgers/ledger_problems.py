"""The ledger of problems (问题台账): every finding, and what its unit has to put right.

A row is a finding with its rectification, or the rectification of a promise made in a talk.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    case,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from hotline import rights
from hotline.clock import local
from hotline.errors import T, T_in, Text
from hotline.ladder import due_dates, missed_dates
from hotline.ladder.rectification_figures import Completion, Due, completion
from hotline.ledgers.ledger_pages import (
    PAGE_SIZE,
    FoundRow,
    LedgerPage,
    Order,
    Query,
    Sorting,
    has_words,
    page_of,
)
from hotline.loop import loop_rights
from hotline.loop.rectification_steps import STEPS_OF_APPEALS
from hotline.models.inspection import Check, Round
from hotline.models.loop import Appeal, Rectification, RectificationStep
from hotline.models.papers import Finding, Notice, NoticeFinding
from hotline.models.registry import Area, Line, Unit
from hotline.rights import Actor, Condition
from hotline.settings import Settings

STATES: Mapping[str, Text] = {
    "new": T("新建"),
    "named": T("已通报"),
    "issued": T("已下达"),
    "in_progress": T("整改中"),
    "reported": T("已报送"),
    "rechecking": T("复查中"),
    "returned": T_in("state", "退回"),
    "held": T("申诉中"),
    "closed": T("已销号"),
    "dropped": T("不予下达"),
    "revoked": T("已撤销"),
}
"""`named`: in a 通报 only, with nothing to put right; the rest are those of a rectification."""
OVERDUE = "overdue"
OPEN_STATES = ("issued", "in_progress", "reported", "rechecking", "returned", "held")
USUAL = Sorting("todo")


@dataclass(frozen=True)
class Sought:
    """What is asked for; None or "" asks for nothing. `flag`: OVERDUE.

    `state`: one of STATES, or `open`: everything that is still to be struck off. `own`: only of
    rounds that the actor manages. `search`: words that must all occur in number, unit, area, what
    is to be done or the paper's number.
    """

    search: str = ""
    state: str | None = None
    flag: str | None = None
    klass: str | None = None
    group: str | None = None
    period: str | None = None
    round_code: str | None = None
    unit_id: int | None = None
    own: bool = False
    sorting: Sorting = USUAL


@dataclass(frozen=True)
class Problem:
    """One row. `number` and `klass` None: a promise made in a talk, which `what` tells.

    `appeal_id`: of an appeal, decided or not. `provisional`: the calendar that the due date
    hangs on is not published yet.
    """

    finding_id: int | None
    check_id: int | None
    rectification_id: int | None
    appeal_id: int | None
    number: str | None
    what: str | None
    unit_id: int
    unit: str
    area: str
    klass: str | None
    repeated: bool
    round_code: str
    round_area: str
    period: str
    notice_id: int | None
    notice_number: str | None
    owner: str | None
    due_on: date | None
    state: str
    overdue: bool
    returns: int
    step: str | None
    step_at: datetime | None
    provisional: bool = False


@dataclass(frozen=True)
class Summary:
    """Counts over what is sought, whatever state and flag were asked for."""

    states: Mapping[str, int]
    overdue: int
    completion: Completion

    @property
    def total(self) -> int:
        return sum(self.states.values())

    @property
    def open(self) -> int:
        return sum(self.states.get(state, 0) for state in OPEN_STATES)


def find(
    session: Session,
    actor: Actor,
    sought: Sought,
    *,
    settings: Settings,
    now: datetime,
    page: int = 1,
    size: int = PAGE_SIZE,
) -> LedgerPage[Problem]:
    """The problems in the actor's scope; two queries."""
    today = local(now).date()
    query = _found(actor, sought, today).where(_of_state(actor, sought, today))
    order = sought.sorting.of(_orders(actor), _places.c.place)
    return page_of(session, query.order_by(*order), _builder(settings), page=page, size=size)


def summary(session: Session, actor: Actor, sought: Sought, *, now: datetime) -> Summary:
    """One query."""
    today = local(now).date()
    columns = (
        _state(actor).label("state"),
        _overdue(today).label("overdue"),
        Rectification.due_on,
        Rectification.held,
        Rectification.reported_at,
        Rectification.state.label("own_state"),
    )
    states = dict.fromkeys(STATES, 0)
    overdue, due = 0, []
    for row in session.execute(_found(actor, sought, today, columns)):
        states[row.state] += 1
        overdue += bool(row.overdue)
        if row.due_on is not None:
            due.append(Due(row.due_on, row.own_state, row.held, row.reported_at))
    return Summary(states, overdue, completion(due, today))


def periods(session: Session, actor: Actor) -> Sequence[str]:
    """The periods that problems may be chosen of, the latest first."""
    query = _joined(select(Round.period, func.max(Round.ends_on)), actor).where(_visible(actor))
    rows = session.execute(query.group_by(Round.period).order_by(func.max(Round.ends_on).desc()))
    return [row[0] for row in rows]


# A finding with its rectification, then the rectifications that come from promises.
_places = union_all(
    select(
        Finding.id.label("finding_id"),
        Rectification.id.label("rectification_id"),
        (Finding.id * 2).label("place"),
    )
    .select_from(Finding)
    .outerjoin(Rectification, Rectification.finding_id == Finding.id),
    select(null(), Rectification.id, Rectification.id * 2 + 1).where(
        Rectification.finding_id.is_(None)
    ),
).subquery("places")
_Group = aliased(Area)
_Place = aliased(Area)
_Paper = aliased(Notice)
_OwnLine = aliased(Line)
_TOLD = ("issued", "held", "revoked")


def _state(actor: Actor) -> ColumnElement[str]:
    """To whoever may not know of a running re-check, the report is still being looked at."""
    unannounced = and_(Rectification.state == "rechecking", ~loop_rights.knows_recheck(actor))
    return case(
        (Finding.state == "dropped", literal("dropped")),
        (or_(Finding.state == "revoked", Rectification.state == "cancelled"), literal("revoked")),
        (Rectification.state == "closed", literal("closed")),
        (or_(Finding.state == "held", Rectification.held), literal("held")),
        (unannounced, literal("reported")),
        (Rectification.id.is_not(None), Rectification.state),
        (Finding.state == "issued", literal("named")),
        else_=literal("new"),
    )


def _found(
    actor: Actor, sought: Sought, today: date, columns: Sequence[Any] | None = None
) -> Query:
    wanted = columns or (
        Finding.id,
        Check.id,
        Rectification.id,
        Appeal.id,
        func.coalesce(Check.number, Line.number),
        Rectification.what,
        Unit.id,
        Unit.name,
        _Place.name,
        Finding.klass,
        func.coalesce(Finding.repeated, False),
        Round.code,
        _Group.name,
        Round.period,
        _Paper.id,
        _Paper.number,
        func.coalesce(Rectification.owner, Line.owner),
        Rectification.due_on,
        _state(actor),
        _overdue(today),
        func.coalesce(Rectification.returns, 0),
        RectificationStep.step,
        RectificationStep.at,
        Rectification.counted_from,
        Rectification.working_days,
    )
    return _joined(select(*wanted), actor).where(_visible(actor), *_which(actor, sought))


def _joined(query: Query, actor: Actor) -> Query:
    last_step = (
        select(func.max(RectificationStep.id))
        .where(
            RectificationStep.rectification_id == Rectification.id,
            or_(
                RectificationStep.state != "rechecking",
                RectificationStep.step.in_(STEPS_OF_APPEALS),
                loop_rights.knows_recheck(actor),
            ),
        )
        .correlate(Rectification)
        .scalar_subquery()
    )
    named_in = (
        select(func.min(Notice.id))
        .join(NoticeFinding, NoticeFinding.notice_id == Notice.id)
        .where(NoticeFinding.finding_id == Finding.id, Notice.number.is_not(None))
        .correlate(Finding)
        .scalar_subquery()
    )
    unit_id = func.coalesce(Check.unit_id, Rectification.unit_id)
    paper_id = func.coalesce(Rectification.notice_id, named_in)
    task_paper = aliased(Notice)
    return (
        query.select_from(_places)
        .outerjoin(Finding, Finding.id == _places.c.finding_id)
        .outerjoin(Check, Check.id == Finding.check_id)
        .outerjoin(Rectification, Rectification.id == _places.c.rectification_id)
        .outerjoin(task_paper, task_paper.id == Rectification.notice_id)
        .join(Round, Round.id == func.coalesce(Finding.round_id, task_paper.round_id))
        .join(_Group, _Group.code == Round.area_code)
        .join(Unit, Unit.id == unit_id)
        .join(_Place, _Place.code == func.coalesce(Check.area_code, Unit.area_code))
        .outerjoin(Line, Line.id == func.coalesce(Check.line_id, Rectification.line_id))
        .outerjoin(_Paper, _Paper.id == paper_id)
        .outerjoin(Appeal, Appeal.finding_id == Finding.id)
        .outerjoin(RectificationStep, RectificationStep.id == last_step)
    )


def _visible(actor: Actor) -> Condition:
    """What is not issued is for those who may approve the paper; the rest, for whom it concerns.

    A re-check is no finding of its own: it belongs to the rectification that it is about.
    """
    told = or_(Rectification.id.is_not(None), Finding.state.in_(_TOLD))
    sampled = Round.purpose == "sample"
    if actor.role == "unit_reader":
        return and_(sampled, told, Unit.id == actor.unit_id)
    if actor.of_city:
        own_round = and_(Round.level == "city", Round.area_code == actor.area_code)
        in_group = exists(
            select(1).where(_OwnLine.unit_id == Unit.id, _OwnLine.group_code == actor.area_code)
        )
        concerned = and_(told, or_(own_round, in_group))
        return and_(sampled, or_(rights.managed_rounds(actor), concerned))
    if actor.role == "province_inspector":
        return and_(sampled, told)
    return and_(sampled, rights.managed_rounds(actor))


def _which(actor: Actor, sought: Sought) -> list[ColumnElement[bool]]:
    texts = (
        func.coalesce(Check.number, Line.number),
        Unit.name,
        _Place.name,
        Rectification.what,
        _Paper.number,
    )
    conditions = has_words(sought.search, *texts)
    for column, value in (
        (Finding.klass, sought.klass),
        (func.coalesce(Check.group_code, Line.group_code, Unit.area_code), sought.group),
        (Round.period, sought.period),
        (Round.code, sought.round_code),
        (Unit.id, sought.unit_id),
    ):
        if value:
            conditions.append(column == value)
    if sought.own:
        conditions.append(rights.managed_rounds(actor))
    return conditions


def _of_state(actor: Actor, sought: Sought, today: date) -> ColumnElement[bool]:
    wanted: list[ColumnElement[bool]] = [true()]
    if sought.state == "open":
        wanted.append(_state(actor).in_(OPEN_STATES))
    elif sought.state in STATES:
        wanted.append(_state(actor) == sought.state)
    if sought.flag == OVERDUE:
        wanted.append(_overdue(today))
    return and_(*wanted)


def _overdue(today: date) -> ColumnElement[bool]:
    return func.coalesce(missed_dates.overdue(today), False)


def _orders(actor: Actor) -> Mapping[str, Order]:
    """By USUAL: what is open first, the longest overdue on top, what is over last."""
    state = _state(actor)
    rank = case({name: n for n, name in enumerate(STATES)}, value=state, else_=len(STATES))
    return {
        USUAL.key: (case((state.in_(OPEN_STATES), 0), else_=1), Rectification.due_on),
        "due": (Rectification.due_on,),
        "number": (func.coalesce(Check.number, Line.number),),
        "unit": (_Place.code, Unit.name),
        "class": (Finding.klass,),
        "round": (Round.ends_on, Round.code),
        "notice": (_Paper.year, _Paper.word, _Paper.serial),
        "state": (rank,),
        "returns": (func.coalesce(Rectification.returns, 0),),
        "step": (RectificationStep.at,),
    }


SORTS = tuple(_orders(Actor("", "auditor")))


def _builder(settings: Settings) -> Any:
    calendar = settings.working_days

    def build(row: FoundRow) -> Problem:
        *values, counted_from, days = row
        one = Problem(*values)
        if one.due_on is None or one.state not in OPEN_STATES:
            return one
        due = due_dates.explained(counted_from, days, one.due_on, calendar)
        return replace(one, provisional=due.provisional)

    return build
