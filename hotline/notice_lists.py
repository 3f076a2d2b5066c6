"""Lists of papers, and of the talks that rounds called for."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, defer, joinedload

from hotline import rights
from hotline.models.inspection import Round
from hotline.models.papers import MeasureDue, Notice
from hotline.models.registry import Unit
from hotline.rights import Actor
from hotline.rules.escalation import Step

PAGE = 50
DRAFT, ISSUED = "draft", "issued"


@dataclass(frozen=True)
class Wanted:
    """Which papers; None: any. `status`: DRAFT or ISSUED."""

    round_code: str | None = None
    kind: str | None = None
    status: str | None = None


@dataclass(frozen=True)
class NoticePage:
    """One page of papers without their words; `rounds`: those that papers may be chosen of."""

    notices: Sequence[Notice]
    rounds: Sequence[Round]
    page: int
    pages: int
    total: int


def find(session: Session, actor: Actor, wanted: Wanted, *, page: int = 1) -> NoticePage:
    """The papers in the actor's scope, the latest round first, its 通报 before its letters."""
    conditions: list[ColumnElement[bool]] = [rights.notices(actor)]
    if wanted.round_code is not None:
        conditions.append(Round.code == wanted.round_code)
    if wanted.kind is not None:
        conditions.append(Notice.kind == wanted.kind)
    if wanted.status is not None:
        drafts = Notice.number.is_(None)
        conditions.append(drafts if wanted.status == DRAFT else ~drafts)
    counting = select(func.count(Notice.id)).join(Round).where(*conditions)
    total = session.scalar(counting) or 0
    pages = max(1, -(-total // PAGE))
    page = min(max(1, page), pages)
    query = (
        select(Notice)
        .join(Round)
        .where(*conditions)
        .options(
            defer(Notice.document, raiseload=True),
            joinedload(Notice.round).joinedload(Round.area),
            joinedload(Notice.unit).joinedload(Unit.area),
        )
        .order_by(Round.ends_on.desc(), Round.code, Notice.kind, Notice.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return NoticePage(
        notices=session.scalars(query).all(),
        rounds=_rounds_with_papers(session, actor),
        page=page,
        pages=pages,
        total=total,
    )


def talks(session: Session, actor: Actor) -> Sequence[MeasureDue]:
    """Who is to be called to a 约谈 and by what trigger, in the rounds the actor looks after."""
    query = (
        select(MeasureDue)
        .join(Round, Round.id == MeasureDue.round_id)
        .where(MeasureDue.step == Step.TALK.value, rights.managed_rounds(actor))
        .options(
            joinedload(MeasureDue.round).joinedload(Round.area),
            joinedload(MeasureDue.line),
            joinedload(MeasureDue.unit),
            joinedload(MeasureDue.area),
        )
        .order_by(Round.ends_on.desc(), Round.code, MeasureDue.area_code, MeasureDue.id)
    )
    return session.scalars(query).all()


def _rounds_with_papers(session: Session, actor: Actor) -> Sequence[Round]:
    with_papers = select(Notice.round_id).join(Round).where(rights.notices(actor))
    query = (
        select(Round)
        .where(Round.id.in_(with_papers))
        .options(joinedload(Round.area))
        .order_by(Round.ends_on.desc(), Round.code)
    )
    return session.scalars(query).all()
