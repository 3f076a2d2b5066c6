"""Letters of rounds that were measured again: what is not issued follows, what is stays."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from hotline import audit
from hotline.models.inspection import Check, Round
from hotline.models.papers import Finding, Notice, NoticeFinding
from hotline.models.registry import Unit
from hotline.papers import notices
from hotline.papers.notice_documents import draft_title
from hotline.papers.notices import RECTIFICATION
from hotline.rights import Actor
from hotline.settings import Settings


def follow(
    session: Session,
    actor: Actor,
    found: Round,
    *,
    to_rectify: Collection[int],
    let_off: Collection[int],
    reason: str,
    settings: Settings,
    now: datetime,
) -> None:
    """Name findings in their unit's letter, and take others out of it; the drafts are locked.

    A unit whose letter was issued gets another. One that names nothing any more is withdrawn.
    """
    _take_out(session, actor, found, let_off, reason, now)
    query = (
        select(Check.unit_id, Finding.id)
        .join_from(Finding, Check)
        .where(Finding.id.in_(to_rectify))
        .order_by(Check.area_code, Check.unit_id, Check.number)
    )
    by_unit: dict[int, list[int]] = {}
    for unit_id, finding_id in session.execute(query):
        by_unit.setdefault(unit_id, []).append(finding_id)
    for unit_id, finding_ids in by_unit.items():
        _name(session, actor, found, unit_id, finding_ids, settings, now)


def _take_out(
    session: Session,
    actor: Actor,
    found: Round,
    finding_ids: Collection[int],
    reason: str,
    now: datetime,
) -> None:
    named = (
        select(NoticeFinding.notice_id).where(NoticeFinding.finding_id.in_(finding_ids)).distinct()
    )
    query = (
        select(Notice)
        .where(
            Notice.id.in_(named),
            Notice.round_id == found.id,
            Notice.kind == RECTIFICATION,
            Notice.number.is_(None),
        )
        .order_by(Notice.id)
    )
    for letter in session.scalars(query).all():
        gone = (NoticeFinding.notice_id == letter.id) & NoticeFinding.finding_id.in_(finding_ids)
        session.execute(delete(NoticeFinding).where(gone))
        left = select(NoticeFinding.finding_id).where(NoticeFinding.notice_id == letter.id)
        if letter.state == "withdrawn" or session.scalar(left.limit(1)) is not None:
            continue
        letter.state, letter.return_reason = "withdrawn", reason
        letter.returned_at, letter.returned_by = now, actor.name
        session.flush()
        audit.record(
            session,
            actor=actor.name,
            action="notice.withdraw",
            subject="notice",
            subject_id=letter.id,
            new={"title": letter.title, "round": found.code},
            reason=reason,
            now=now,
        )


def _name(
    session: Session,
    actor: Actor,
    found: Round,
    unit_id: int,
    finding_ids: Collection[int],
    settings: Settings,
    now: datetime,
) -> None:
    query = (
        select(Notice)
        .where(Notice.round_id == found.id, Notice.kind == RECTIFICATION, Notice.unit_id == unit_id)
        .order_by(Notice.id)
    )
    letters = session.scalars(query).all()
    draft = next((one for one in letters if one.state in ("draft", "submitted")), None)
    if draft is not None:
        rows = [{"notice_id": draft.id, "finding_id": one} for one in finding_ids]
        session.execute(insert(NoticeFinding), rows)
        notices.note_hand(draft, actor)
        session.flush()
        return
    first = f"{RECTIFICATION}:{unit_id}"
    issued = sum(not one.is_draft for one in letters)
    notices.draft_for(
        session,
        actor,
        found,
        key=f"{first}:{issued + 1}" if issued else first,
        kind=RECTIFICATION,
        title=draft_title(
            RECTIFICATION, found, unit=session.get_one(Unit, unit_id), settings=settings
        ),
        unit_id=unit_id,
        finding_ids=finding_ids,
        now=now,
    )


def reason_of(earlier: Round) -> str:
    """What a withdrawn letter and a talk called off say."""
    return f"较早的 {earlier.code} 后来关闭，按其结果重新认定，不再构成条件。"
