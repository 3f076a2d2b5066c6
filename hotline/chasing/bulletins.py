"""Bulletins: the 周报 and 月报 of each office, drawn once a period, kept, and sent."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, defer, joinedload

from hotline.chasing import bulletin_facts
from hotline.chasing.bulletin_facts import Span
from hotline.clock import local
from hotline.db import Database, insert_for
from hotline.delivery import messages
from hotline.delivery.messages import Words
from hotline.errors import FieldError, Invalid, NotFound, T
from hotline.files import storage
from hotline.ledgers.ledger_pages import LedgerPage, page_of
from hotline.models.messages import Bulletin
from hotline.models.people import User
from hotline.models.registry import Area, Line
from hotline.papers import notices, stored_documents
from hotline.papers.notice_documents import templates
from hotline.rights import ADMIN_ROLES, Actor, Condition
from hotline.settings import Settings
from reports.bulletin import NAMES, TITLE_NAMES, document
from reports.document import Document
from reports.wording_syntax import WordingError, check


def draw_all(database: Database, period: str, *, settings: Settings, now: datetime) -> int:
    """Draw what is not drawn yet of a period and queue it; how many. Safe to do twice.

    Each office by itself, and nothing is locked while a paper is drawn.
    """
    span, drawn = Span.parse(period), 0
    with database.read() as session:
        areas = [area.code for area in _offices(session)]
    for code in areas:
        with database.read() as session:
            if _known(session, span, code) is not None:
                continue
            area = session.get_one(Area, code)
            made = compose(session, area, span, settings=settings, now=now)
        content = notices.drawn(made, settings)
        with database.write() as session:
            row = {
                "kind": span.kind,
                "period": span.period,
                "area_code": code,
                "title": made.title.replace("\n", ""),
                "starts_on": span.first,
                "ends_on": span.last,
                "document": stored_documents.to_json(made),
                "file": storage.keep(session, content, now=now),
                "created_at": now,
            }
            adding = insert_for(session, Bulletin).values(row).on_conflict_do_nothing()
            new = session.scalar(adding.returning(Bulletin.id))
            if new is not None:
                drawn += 1
                _send(session, session.get_one(Bulletin, new), settings=settings, now=now)
    return drawn


def compose(
    session: Session, area: Area, span: Span, *, settings: Settings, now: datetime
) -> Document:
    """The paper from the figures of the moment. Raises Invalid for wording that is no use."""
    facts = bulletin_facts.facts(session, area, span, settings=settings, now=now)
    try:
        source = templates(settings).source("bulletin")
        check(source, NAMES, TITLE_NAMES)
        return document(source, facts)
    except WordingError as error:
        where = FieldError(error.template, T("周报月报的文字不能用：{why}", why=str(error)))
        raise Invalid([where]) from error


def find(
    session: Session, actor: Actor, *, kind: str = "", area: str = "", page: int = 1
) -> LedgerPage[Bulletin]:
    """The bulletins that the actor may read, the latest first, without their documents' words.

    `kind`, `area` (an office's code): empty asks for all.
    """
    query = (
        select(Bulletin)
        .where(_readable(actor))
        .options(joinedload(Bulletin.area), defer(Bulletin.document))
    )
    if kind:
        query = query.where(Bulletin.kind == kind)
    if area:
        query = query.where(Bulletin.area_code == area)
    order = (Bulletin.ends_on.desc(), Bulletin.kind, Bulletin.area_code)
    return page_of(session, query.order_by(*order), lambda row: row[0], page=page)


def offices_of(session: Session, actor: Actor) -> Sequence[Area]:
    """The offices whose bulletins the actor may read, where there are any, by code."""
    drawn = select(Bulletin.area_code).where(_readable(actor))
    return session.scalars(select(Area).where(Area.code.in_(drawn)).order_by(Area.code)).all()


def get_for(session: Session, actor: Actor, bulletin_id: int) -> Bulletin:
    """Raises NotFound for one that is none of theirs."""
    query = select(Bulletin).where(Bulletin.id == bulletin_id, _readable(actor))
    found = session.scalar(query.options(joinedload(Bulletin.area)))
    if found is None:
        raise NotFound(T("没有这份周报或月报。"))
    return found


def file_name(found: Bulletin) -> str:
    """`2026-W47-河北省-周报.pdf`."""
    return f"{found.period}-{found.area.name}-{'周报' if found.kind == 'week' else '月报'}.pdf"


def _readable(actor: Actor) -> Condition:
    """The province's administrators read all, a city's their own: it tells of open rounds."""
    if actor.role == "province_admin":
        return Bulletin.id.is_not(None)
    if actor.role == "city_admin":
        return Bulletin.area_code == actor.area_code
    return Bulletin.id.is_(None)


def _offices(session: Session) -> Sequence[Area]:
    """The province, and every reporting group with lines in use."""
    groups = select(Line.group_code).where(Line.status != "retired")
    query = select(Area).where(or_(Area.level == "province", Area.code.in_(groups)))
    return session.scalars(query.order_by(Area.code)).all()


def _known(session: Session, span: Span, code: str) -> int | None:
    return session.scalar(
        select(Bulletin.id).where(
            Bulletin.kind == span.kind, Bulletin.period == span.period, Bulletin.area_code == code
        )
    )


def _letter(found: Bulletin, issuer: str, settings: Settings) -> str:
    drawn = local(found.created_at)
    return "\n".join(
        (
            "您好：",
            "",
            f"现将《{found.title}》发给您，见附件。",
            f"往期请登录 {settings.public_url}/bulletins 查阅。",
            "",
            issuer,
            f"{drawn.year}年{drawn.month}月{drawn.day}日",
            "",
            "本邮件由系统发出，请勿直接回复。",
            "",
        )
    )


def _send(session: Session, found: Bulletin, *, settings: Settings, now: datetime) -> None:
    readers = select(User.email).where(
        User.active,
        User.email.is_not(None),
        User.role.in_(ADMIN_ROLES),
        User.area_code == found.area_code,
    )
    area = session.get_one(Area, found.area_code)
    issuer = settings.issuer(area.code, area.name, area.level)
    said = Words(found.title, _letter(found, issuer, settings), found.file, file_name(found))
    for address in sorted({str(address) for address in session.scalars(readers)}):
        messages.queue(
            session,
            kind=found.kind,
            period=f"{found.period} {found.area_code}",
            recipient=address,
            said=said,
            settings=settings,
            now=now,
        )
