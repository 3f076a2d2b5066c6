"""Addresses by which a unit opens one paper without an account: signed, expiring, revocable."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_urlsafe

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from hotline import audit, rights
from hotline.errors import Conflict, Gone, NotFound, T
from hotline.models.inspection import Round
from hotline.models.papers import Notice, NoticeLink
from hotline.models.registry import Unit
from hotline.papers import notices, recipients
from hotline.rights import Actor
from hotline.settings import Settings


@dataclass(frozen=True)
class Visit:
    """Someone of a unit who came by a link: they may see this paper, and act for this unit."""

    link: NoticeLink
    notice: Notice
    unit: Unit
    actor: Actor


def make(
    session: Session, notice: Notice, unit_id: int, *, by: str, settings: Settings, now: datetime
) -> NoticeLink:
    """A new link of an issued paper for a unit."""
    link = NoticeLink(
        notice_id=notice.id,
        unit_id=unit_id,
        nonce=token_urlsafe(18),
        created_at=now,
        created_by=by,
        expires_at=now + timedelta(days=settings.papers.link_days),
    )
    session.add(link)
    session.flush()
    return link


def standing(
    session: Session, notice: Notice, unit_id: int, *, by: str, settings: Settings, now: datetime
) -> NoticeLink:
    """The link that a unit has already and can still use; else a new one."""
    usable = (
        select(NoticeLink)
        .where(
            NoticeLink.notice_id == notice.id,
            NoticeLink.unit_id == unit_id,
            NoticeLink.revoked_at.is_(None),
            NoticeLink.expires_at > now,
        )
        .order_by(NoticeLink.expires_at.desc())
        .limit(1)
    )
    found = session.scalar(usable)
    return found or make(session, notice, unit_id, by=by, settings=settings, now=now)


def offer(
    session: Session,
    actor: Actor,
    notice_id: int,
    unit_id: int,
    *,
    settings: Settings,
    now: datetime,
) -> NoticeLink:
    """A new link that the office hands to a unit. Raises NotFound for a unit it is not sent to."""
    notice = managed(session, actor, notice_id)
    if unit_id not in {unit.id for unit in recipients.units_of(session, notice)}:
        raise NotFound(T("这份文书不发给这个单位。"))
    link = make(session, notice, unit_id, by=actor.name, settings=settings, now=now)
    _journal(session, actor, "link.make", link, now)
    return link


def revoke(session: Session, actor: Actor, link_id: int, *, now: datetime) -> NoticeLink:
    """Shut a link at once. Raises Conflict for one that is shut."""
    link = session.scalar(
        select(NoticeLink)
        .where(NoticeLink.id == link_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if link is None:
        raise NotFound(T("没有这个链接，或您无权查看。"))
    managed(session, actor, link.notice_id)
    if link.revoked_at is not None:
        raise Conflict(T("这个链接已经停用。"))
    link.revoked_at, link.revoked_by = now, actor.name
    session.flush()
    _journal(session, actor, "link.revoke", link, now)
    return link


def address(link: NoticeLink, *, key: str, settings: Settings) -> str:
    """What a unit opens; the same for the same link as long as the key stands."""
    return f"{settings.public_url}/n/{_signer(key).dumps(link.nonce)}"


def visitor(session: Session, token: str, *, key: str, now: datetime) -> Visit:
    """Who comes with a token. Raises NotFound for an altered one, Gone for one past its time."""
    try:
        nonce = _signer(key).loads(token)
    except BadSignature as error:
        raise _unknown() from error
    if _signer(key).dumps(nonce) != token:
        # The last character of a signature has bits that no reading of it minds.
        raise _unknown()
    paper = joinedload(NoticeLink.notice)
    link = session.scalar(
        select(NoticeLink)
        .where(NoticeLink.nonce == str(nonce))
        .options(
            paper.joinedload(Notice.round).joinedload(Round.area),
            paper.joinedload(Notice.unit),
            paper.joinedload(Notice.area),
            joinedload(NoticeLink.unit),
        )
    )
    if link is None or link.unit is None or link.notice.number is None:
        raise _unknown()
    if link.revoked_at is not None:
        raise Gone(T("这个链接已停用。"))
    if link.expires_at <= now:
        raise Gone(T("这个链接已过期。"))
    return Visit(link, link.notice, link.unit, Actor.visitor(link.id, link.unit.id))


def of(session: Session, notice: Notice) -> Sequence[NoticeLink]:
    """All links of a paper, the newest first."""
    query = (
        select(NoticeLink)
        .where(NoticeLink.notice_id == notice.id)
        .options(joinedload(NoticeLink.unit))
        .order_by(NoticeLink.created_at.desc(), NoticeLink.id.desc())
    )
    return session.scalars(query).all()


def managed(session: Session, actor: Actor, notice_id: int) -> Notice:
    """An issued paper of a round that the actor manages.

    Raises NotFound outside the actor's scope, Forbidden inside it, Conflict for a draft.
    """
    notice = notices.get_for(session, actor, notice_id)
    rights.require_manages(actor, notice.round.level, notice.round.area_code)
    if notice.number is None:
        raise Conflict(T("这份文书还没有签发。"))
    return notice


def _signer(key: str) -> URLSafeSerializer:
    way = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
    return URLSafeSerializer(key, salt="hotline.notice-link", signer_kwargs=way)


def _unknown() -> NotFound:
    return NotFound(T("这个链接不对，可能没有复制完整。"))


def _journal(session: Session, actor: Actor, action: str, link: NoticeLink, now: datetime) -> None:
    said = {"link": link.id, "unit_id": link.unit_id, "expires_at": link.expires_at.isoformat()}
    audit.record(
        session,
        actor=actor.name,
        action=action,
        subject="notice",
        subject_id=link.notice_id,
        new=said,
        now=now,
    )
