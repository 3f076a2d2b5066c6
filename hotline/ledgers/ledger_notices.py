"""The ledger of papers (文书台账): drafts and what was issued, its delivery and its receipts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from hotline import rights
from hotline.errors import T, Text
from hotline.ledgers.ledger_pages import (
    PAGE_SIZE,
    LedgerPage,
    Order,
    Query,
    Sorting,
    has_words,
    page_of,
)
from hotline.models.inspection import Round
from hotline.models.papers import Delivery, Notice, NoticeOpening, Receipt
from hotline.models.registry import Area, Unit
from hotline.rights import Actor
from hotline.settings import Settings
from hotline.words import DELIVERY_STATE, NOTICE_STATE

DELIVERY: Mapping[str, Text] = {
    **{state: DELIVERY_STATE[state] for state in ("unknown", "failed", "queued", "sent")},
    "none": T("未用邮件"),
}
"""The gravest of a paper's e-mails first."""
RECEIPT: Mapping[str, Text] = {"signed": T("已签收"), "unsigned": T("未签收")}
USUAL = Sorting("round", down=True)


@dataclass(frozen=True)
class Sought:
    """What is asked for; None or "" asks for nothing. `own`: only of rounds the actor manages.

    `search`: words that must all occur in title, number, unit or area.
    """

    search: str = ""
    kind: str | None = None
    state: str | None = None
    round_code: str | None = None
    delivery: str | None = None
    receipt: str | None = None
    unit_id: int | None = None
    own: bool = False
    sorting: Sorting = USUAL


@dataclass(frozen=True)
class ListedNotice:
    """One paper without its words.

    `delivery`: one of DELIVERY; None while it is not issued. `receipts`: how many units signed;
    for a unit's reader, whether theirs did.
    """

    id: int
    kind: str
    title: str
    state: str
    number: str | None
    unit_id: int | None
    unit: str | None
    area: str
    round_code: str
    round_area: str
    period: str
    level: str
    drafted_by: str
    drafted_at: datetime
    submitted_at: datetime | None
    issued_at: datetime | None
    issued_by: str | None
    returned: bool
    delivery: str | None
    receipts: int
    signed_at: datetime | None
    openings: int


def find(
    session: Session,
    actor: Actor,
    sought: Sought,
    *,
    settings: Settings,
    now: datetime,
    page: int = 1,
    size: int = PAGE_SIZE,
) -> LedgerPage[ListedNotice]:
    """The papers in the actor's scope; two queries."""
    parts = _Parts(actor, settings, now)
    query = parts.joined(select(*parts.columns())).where(
        rights.notices(actor), *_which(actor, sought), *parts.which(sought)
    )
    order = sought.sorting.of(_orders(), Notice.id)
    return page_of(
        session, query.order_by(*order), lambda row: ListedNotice(*row), page=page, size=size
    )


def count(
    session: Session, actor: Actor, sought: Sought, *, settings: Settings, now: datetime
) -> int:
    """How many papers are sought."""
    parts = _Parts(actor, settings, now)
    query = parts.joined(select(func.count())).where(
        rights.notices(actor), *_which(actor, sought), *parts.which(sought)
    )
    return session.scalar(query) or 0


def state_counts(
    session: Session, actor: Actor, sought: Sought, *, settings: Settings, now: datetime
) -> Mapping[str, int]:
    """How many papers of each state there are among what is sought, whatever state was asked."""
    parts = _Parts(actor, settings, now)
    query = parts.joined(select(Notice.state, func.count()))
    query = query.where(
        rights.notices(actor), *_which(actor, sought, any_state=True), *parts.which(sought)
    ).group_by(Notice.state)
    counted = {row[0]: row[1] for row in session.execute(query)}
    return {state: counted.get(state, 0) for state in NOTICE_STATE}


def rounds_of(session: Session, actor: Actor) -> Sequence[tuple[str, str, str]]:
    """Code, area and period of the rounds that papers may be chosen of, the latest first."""
    with_papers = (
        select(Notice.round_id)
        .join(Round, Round.id == Notice.round_id)
        .where(rights.notices(actor))
        .correlate(None)
    )
    query = (
        select(Round.code, Area.name, Round.period)
        .join(Area, Area.code == Round.area_code)
        .where(Round.id.in_(with_papers))
        .order_by(Round.ends_on.desc(), Round.code)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


_Place = aliased(Area)


class _Parts:
    """What became of each paper: its e-mails, receipts and openings, each counted once."""

    def __init__(self, actor: Actor, settings: Settings, now: datetime) -> None:
        lease = timedelta(minutes=settings.deliveries.lease_minutes)
        lost = and_(Delivery.state == "sending", Delivery.claimed_at <= now - lease)
        said = case(
            (or_(Delivery.state == "unknown", lost), literal(0)),
            (Delivery.state == "failed", literal(1)),
            (Delivery.state.in_(("queued", "sending")), literal(2)),
            else_=literal(3),
        )
        self.mails = (
            select(Delivery.notice_id, func.min(said).label("worst"))
            .group_by(Delivery.notice_id)
            .subquery("mails")
        )
        signed = select(
            Receipt.notice_id, func.count().label("n"), func.max(Receipt.at).label("at")
        )
        if actor.role == "unit_reader":
            signed = signed.where(Receipt.unit_id == actor.unit_id)
        self.signed = signed.group_by(Receipt.notice_id).subquery("signed")
        self.opened = (
            select(NoticeOpening.notice_id, func.count().label("n"))
            .group_by(NoticeOpening.notice_id)
            .subquery("opened")
        )
        worst = {n: name for n, name in enumerate(DELIVERY) if name != "none"}
        self.delivery = case(
            (Notice.number.is_(None), None),
            else_=case(worst, value=self.mails.c.worst, else_=literal("none")),
        )

    def columns(self) -> Sequence[Any]:
        return (
            Notice.id,
            Notice.kind,
            Notice.title,
            Notice.state,
            Notice.number,
            Notice.unit_id,
            Unit.name,
            _Place.name,
            Round.code,
            Area.name,
            Round.period,
            Round.level,
            Notice.drafted_by,
            Notice.drafted_at,
            Notice.submitted_at,
            Notice.issued_at,
            Notice.issued_by,
            and_(Notice.state == "draft", Notice.returned_at.is_not(None)),
            self.delivery,
            func.coalesce(self.signed.c.n, 0),
            self.signed.c.at,
            func.coalesce(self.opened.c.n, 0),
        )

    def joined(self, query: Query) -> Query:
        place = func.coalesce(Unit.area_code, Notice.area_code, Round.area_code)
        return (
            query.select_from(Notice)
            .join(Round, Round.id == Notice.round_id)
            .join(Area, Area.code == Round.area_code)
            .outerjoin(Unit, Unit.id == Notice.unit_id)
            .join(_Place, _Place.code == place)
            .outerjoin(self.mails, self.mails.c.notice_id == Notice.id)
            .outerjoin(self.signed, self.signed.c.notice_id == Notice.id)
            .outerjoin(self.opened, self.opened.c.notice_id == Notice.id)
        )

    def which(self, sought: Sought) -> list[ColumnElement[bool]]:
        conditions: list[ColumnElement[bool]] = []
        if sought.delivery in DELIVERY:
            conditions.append(self.delivery == sought.delivery)
        if sought.receipt == "signed":
            conditions.append(self.signed.c.n > 0)
        elif sought.receipt == "unsigned":
            waits = and_(Notice.number.is_not(None), Notice.unit_id.is_not(None))
            conditions.append(and_(waits, self.signed.c.n.is_(None)))
        return conditions


def _which(actor: Actor, sought: Sought, *, any_state: bool = False) -> list[ColumnElement[bool]]:
    conditions = has_words(sought.search, Notice.title, Notice.number, Unit.name, _Place.name)
    for column, value in (
        (Round.code, sought.round_code),
        (Notice.kind, sought.kind),
        (Notice.unit_id, sought.unit_id),
        (Notice.state, None if any_state else sought.state),
    ):
        if value:
            conditions.append(column == value)
    if sought.own:
        conditions.append(rights.managed_rounds(actor))
    return conditions


def _orders() -> Mapping[str, Order]:
    """By round: its 通报 before its letters."""
    return {
        "round": (Round.ends_on, Round.code, _kind_rank),
        "kind": (_kind_rank,),
        "unit": (_Place.code, Unit.name),
        "number": (Notice.year, Notice.word, Notice.serial),
        "issued": (Notice.issued_at,),
        "state": (case({state: n for n, state in enumerate(NOTICE_STATE)}, value=Notice.state),),
    }


_kind_rank: ColumnElement[int] = case((Notice.kind == "circular", 1), else_=0)
SORTS = tuple(_orders())
