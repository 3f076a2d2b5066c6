"""Notices: drafted when a round closes, composed from the round as it stands."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from hotline import circulars, rectification_facts, rights
from hotline.errors import NotFound, T
from hotline.models.inspection import Round
from hotline.models.papers import Notice
from hotline.rights import Actor
from hotline.settings import Settings
from reports import circular, circular_text, rectification
from reports.circular_facts import Circular
from reports.workbook import workbook

CIRCULAR, RECTIFICATION = "circular", "rectification"


def draft(
    session: Session, actor: Actor, found: Round, *, settings: Settings, now: datetime
) -> int:
    """One 通报 for a round that has just been closed, one 整改通知书 a unit; returns how many."""
    whole = circulars.facts(session, actor, found, settings=settings, now=now)
    drafted = [_notice(found, CIRCULAR, None, circular_text.title(whole), actor, now)]
    for unit_id, facts in rectification_facts.facts(
        session, found, settings=settings, now=now
    ).items():
        title = rectification.title(facts)
        drafted.append(_notice(found, RECTIFICATION, unit_id, title, actor, now))
    session.add_all(drafted)
    session.flush()
    return len(drafted)


def find(
    session: Session, actor: Actor, *, round_code: str | None = None, kind: str | None = None
) -> Sequence[Notice]:
    """The papers in the actor's scope, the latest first, a round's 通报 before its letters."""
    query = (
        select(Notice)
        .join(Round)
        .where(rights.notices(actor))
        .options(joinedload(Notice.round).joinedload(Round.area), joinedload(Notice.unit))
        .order_by(Round.ends_on.desc(), Round.code, Notice.kind, Notice.id)
    )
    if round_code is not None:
        query = query.where(Round.code == round_code)
    if kind is not None:
        query = query.where(Notice.kind == kind)
    return session.scalars(query).all()


def get_for(session: Session, actor: Actor, notice_id: int) -> Notice:
    """Raises NotFound outside the actor's scope."""
    query = (
        select(Notice)
        .join(Round)
        .where(Notice.id == notice_id, rights.notices(actor))
        .options(joinedload(Notice.round).joinedload(Round.area), joinedload(Notice.unit))
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound(T("没有这份文书，或您无权查看。"))
    return found


def pdf(session: Session, notice: Notice, *, settings: Settings, now: datetime) -> bytes:
    """The paper as it stands."""
    faces = cast(Mapping[str, tuple[str, ...]], settings.papers.fonts)
    if notice.kind == CIRCULAR:
        return circular.draw(_circular(session, notice, settings, now), faces)
    found = rectification_facts.facts(session, notice.round, settings=settings, now=now)
    return rectification.draw(found[cast(int, notice.unit_id)], faces)


def annexes(session: Session, notice: Notice, *, settings: Settings, now: datetime) -> bytes:
    """Annexes 1 and 2 of a 通报 as an Excel file. Raises NotFound for another kind of paper."""
    if notice.kind != CIRCULAR:
        raise NotFound(T("只有通报带附件表格。"))
    return workbook(circular.annexes(_circular(session, notice, settings, now)))


def render(
    session: Session,
    actor: Actor,
    round_code: str,
    folder: Path,
    *,
    settings: Settings,
    now: datetime,
) -> Iterator[Path]:
    """Write a round's papers into a folder, and each 通报's annexes as Excel; yields the files."""
    folder.mkdir(parents=True, exist_ok=True)
    for notice in find(session, actor, round_code=round_code):
        path = folder / f"{file_name(notice)}.pdf"
        path.write_bytes(pdf(session, notice, settings=settings, now=now))
        yield path
        if notice.kind == CIRCULAR:
            path = folder / f"{file_name(notice)}-附件.xlsx"
            path.write_bytes(annexes(session, notice, settings=settings, now=now))
            yield path


def file_name(notice: Notice) -> str:
    """A name without ending that tells papers of one round apart, safe on every file system."""
    if notice.unit is None:
        return f"{notice.round.code}-通报"
    plain = "".join(c if c.isalnum() else "_" for c in notice.unit.name)[:40]
    return f"{notice.round.code}-整改通知书-{notice.unit_id}-{plain}"


def _circular(session: Session, notice: Notice, settings: Settings, now: datetime) -> Circular:
    reader = Actor.operator("papers")
    return circulars.facts(session, reader, notice.round, settings=settings, now=now)


def _notice(
    found: Round,
    kind: str,
    unit_id: int | None,
    title: str,
    actor: Actor,
    now: datetime,
) -> Notice:
    return Notice(
        round_id=found.id,
        key=kind if unit_id is None else f"{kind}:{unit_id}",
        kind=kind,
        unit_id=unit_id,
        title=title,
        drafted_at=now,
        drafted_by=actor.name,
    )
