"""签收: someone of a unit takes a paper, once a paper and unit."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from hotline import audit, clock, texts
from hotline.errors import Conflict, FieldError, Forbidden, Invalid, NotFound, T, Text
from hotline.loop import rectifications
from hotline.models.papers import Notice, NoticeLink, Receipt
from hotline.papers import notices
from hotline.rights import Actor


def sign(
    session: Session,
    actor: Actor,
    notice_id: int,
    *,
    signer: str,
    post: str = "",
    phone: str = "",
    now: datetime,
    link_id: int | None = None,
) -> Receipt:
    """Take a paper for the actor's unit, by account or by link; its tasks then are in progress.

    Raises Invalid with every mistake, NotFound for a paper that is not the unit's, and Conflict
    where someone has signed already.
    """
    notice = _paper(session, actor, notice_id, link_id)
    unit_id = actor.unit_id
    if actor.role != "unit_reader" or unit_id is None:
        raise Forbidden(T("签收由责任单位办理。"))
    said = _checked(signer=signer, post=post, phone=phone)
    if earlier := by_unit(session, notice, unit_id):
        raise _signed_before(earlier)
    made = Receipt(
        notice_id=notice.id, unit_id=unit_id, by=actor.name, link_id=link_id, at=now, **said
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as error:
        raise _signed_before(by_unit(session, notice, unit_id)) from error
    rectifications.begin(session, notice, unit_id, by=actor.name, now=now)
    audit.record(
        session,
        actor=actor.name,
        action="notice.receipt",
        subject="notice",
        subject_id=notice.id,
        new={"unit_id": unit_id, **said},
        now=now,
    )
    return made


def by_unit(session: Session, notice: Notice, unit_id: int) -> Receipt | None:
    """What a unit has signed for a paper; None: nothing yet."""
    query = select(Receipt).where(Receipt.notice_id == notice.id, Receipt.unit_id == unit_id)
    return session.scalar(query)


def of(session: Session, notice: Notice) -> Sequence[Receipt]:
    """All receipts of a paper, the first one first."""
    query = (
        select(Receipt)
        .where(Receipt.notice_id == notice.id)
        .options(joinedload(Receipt.unit))
        .order_by(Receipt.at, Receipt.id)
    )
    return session.scalars(query).all()


def _paper(session: Session, actor: Actor, notice_id: int, link_id: int | None) -> Notice:
    """The issued paper: in an account's scope, or the one that the link is of."""
    if link_id is None:
        notice = notices.get_for(session, actor, notice_id)
    else:
        link = session.get(NoticeLink, link_id)
        if link is None or (link.notice_id, link.unit_id) != (notice_id, actor.unit_id):
            raise NotFound(T("没有这份文书，或您无权查看。"))
        notice = session.get_one(Notice, notice_id)
    if notice.number is None:
        raise Conflict(T("这份文书还没有签发。"))
    return notice


def _checked(**raw: str) -> dict[str, str]:
    """The three fields, cleaned. Raises Invalid."""
    said = {name: texts.clean(text) for name, text in raw.items()}
    longest = {"signer": 60, "post": 60, "phone": 40}
    wrong: dict[str, Text] = {}
    for name, text in said.items():
        if mistake := texts.mistake(text, longest=longest[name]):
            wrong[name] = mistake
    if not said["signer"]:
        wrong["signer"] = T("请填写签收人姓名。")
    if wrong:
        raise Invalid(FieldError(name, text, value=said[name]) for name, text in wrong.items())
    return said


def _signed_before(earlier: Receipt | None) -> Conflict:
    if earlier is None:
        return Conflict(T("本单位已经签收。"))
    at = f"{clock.local(earlier.at):%Y-%m-%d %H:%M}"
    return Conflict(T("本单位已由{signer}于 {at} 签收。", signer=earlier.signer, at=at))
