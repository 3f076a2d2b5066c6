"""The way of a paper: 拟稿 → 审核 → 签发. Nobody who had a hand in one may issue it."""

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hotline import audit, rights
from hotline.clock import local
from hotline.delivery import deliveries
from hotline.errors import Conflict, Forbidden, Invalid, T
from hotline.files import storage
from hotline.inspection.rounds import get_for as round_for
from hotline.issuing import numbering, paper_checks, shown_papers, signing
from hotline.loop import appeals, rectifications, talk_records, talks
from hotline.models.papers import Finding, Notice, NoticeFinding
from hotline.papers import notice_documents, notices
from hotline.papers.notice_documents import Issued
from hotline.rights import Actor
from hotline.settings import Settings
from hotline.texts import clean

_AFTER: dict[str, Callable[..., object]] = {
    "rectification": rectifications.open_for,
    "talk": talks.notified,
    "talk_record": talk_records.recorded,
    "correction": appeals.corrected,
}
_CODE_BYTES = 12


def submit(session: Session, actor: Actor, notice_id: int, *, now: datetime) -> Notice:
    """Send a draft to review; whoever does it has a hand in it. Raises Conflict if it is none."""
    notice = notices.hold(session, actor, notice_id)
    return _submit(session, actor, notice, now)


def submit_round(session: Session, actor: Actor, code: str, *, now: datetime) -> list[Notice]:
    """Send a round's drafts to review. Raises Conflict if there are none."""
    held = _hold_round(session, actor, code)
    drafts = [notice for notice in held if notice.state == "draft"]
    if not drafts:
        raise Conflict(T("{code} 没有待送审的草稿。", code=code))
    return [_submit(session, actor, notice, now) for notice in drafts]


def return_(
    session: Session, actor: Actor, notice_id: int, *, reason: str, now: datetime
) -> Notice:
    """Give a submitted paper back to whoever drafts, with the reason."""
    reason = _given(reason, Invalid.one("reason", T("请写明退回的原因。")))
    notice = notices.hold(session, actor, notice_id)
    if notice.state != "submitted":
        raise Conflict(T("只有已送审的文书可以退回。"))
    _send_back(session, actor, notice, "draft", "notice.return", reason, now)
    return notice


def withdraw(
    session: Session, actor: Actor, notice_id: int, *, reason: str, now: datetime
) -> Notice:
    """Take a paper out of the way to issue, with the reason. Not one that is issued."""
    reason = _given(reason, Invalid.one("reason", T("请写明撤回的原因。")))
    notice = notices.hold(session, actor, notice_id)
    if notice.state not in ("draft", "submitted"):
        raise Conflict(T("只有草稿和已送审的文书可以撤回。"))
    _send_back(session, actor, notice, "withdrawn", "notice.withdraw", reason, now)
    return notice


def issue(
    session: Session,
    actor: Actor,
    notice_id: int,
    *,
    settings: Settings,
    now: datetime,
    seen: str | None = None,
) -> Notice:
    """Number a submitted paper and freeze its words and bytes; queue it for delivery.

    `seen`: the mark of the paper (`shown_papers`) as the issuer saw it; None: as it stands.
    Raises Forbidden for whoever had a hand in it, Conflict naming what stands in the way.
    """
    seal = signing.load(settings, now=now)
    notice = notices.hold(session, actor, notice_id)
    _require_issuable(session, actor, [notice])
    if seen is not None:
        shown_papers.require_seen(session, [notice], seen, settings=settings, now=now)
    return _issue(session, actor, notice, seal, settings, now)


def issue_round(
    session: Session,
    actor: Actor,
    code: str,
    *,
    settings: Settings,
    now: datetime,
    seen: str | None = None,
) -> list[Notice]:
    """Issue what was submitted of a round, its 通报 first: all of it, or nothing and why.

    `seen`: the mark of all that would be issued, as the issuer saw it; None: as it stands.
    Papers that the actor had a hand in stay submitted; Forbidden if there are no others.
    """
    seal = signing.load(settings, now=now)
    held = _hold_round(session, actor, code)
    submitted = [notice for notice in held if notice.state == "submitted"]
    if not submitted:
        raise Conflict(T("{code} 没有已送审、待签发的文书。", code=code))
    theirs = [one for one in submitted if paper_checks.why_not_theirs(actor, one) is None]
    _require_issuable(session, actor, theirs or submitted)
    if seen is not None:
        shown_papers.require_seen(session, theirs, seen, settings=settings, now=now)
    return [_issue(session, actor, notice, seal, settings, now) for notice in theirs]


def _hold_round(session: Session, actor: Actor, code: str) -> Sequence[Notice]:
    """All papers of a round, locked in one order and before anything else is."""
    found = round_for(session, actor, code)
    rights.require_manages(actor, found.level, found.area_code)
    query = (
        select(Notice)
        .where(Notice.round_id == found.id)
        .order_by(Notice.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return session.scalars(query).all()


def _submit(session: Session, actor: Actor, notice: Notice, now: datetime) -> Notice:
    if notice.state != "draft":
        raise Conflict(T("只有草稿可以送审。"))
    notice.state = "submitted"
    notice.submitted_at, notice.submitted_by = now, actor.name
    notices.note_hand(notice, actor)
    session.flush()
    _journal(session, actor, notice, "notice.submit", now)
    return notice


def _send_back(
    session: Session,
    actor: Actor,
    notice: Notice,
    state: str,
    action: str,
    reason: str,
    now: datetime,
) -> None:
    notice.state = state
    notice.returned_at, notice.returned_by, notice.return_reason = now, actor.name, reason
    session.flush()
    _journal(session, actor, notice, action, now, reason)


def _require_issuable(session: Session, actor: Actor, wanted: Sequence[Notice]) -> None:
    for notice in wanted:
        if (why := paper_checks.not_submitted(notice)) is not None:
            raise Conflict(why)
        if (why := paper_checks.why_not_theirs(actor, notice)) is not None:
            raise Forbidden(why)
    said = paper_checks.obstacles(session, wanted)
    if said:
        raise Conflict(T("还有 {n} 项未处理，不能签发。", n=len(said)), said)


def _issue(
    session: Session,
    actor: Actor,
    notice: Notice,
    seal: signing.Seal | None,
    settings: Settings,
    now: datetime,
) -> Notice:
    found = notice.round
    word = settings.numbering_word(found.area_code, found.area.name)
    year = numbering.year_of(now)
    serial = numbering.next_serial(session, word, year)
    number = numbering.number(word, year, serial)
    code = secrets.token_urlsafe(_CODE_BYTES)
    issued = Issued(
        number=number,
        date=local(now).date().isoformat(),
        verify_url=f"{settings.public_url}/verify/{code}",
    )
    document = notice_documents.compose(session, notice, settings=settings, now=now, issued=issued)
    if missing := paper_checks.missing(document, settings):
        raise Conflict(
            T("字体中没有以下字符，不能签发；请改用其他字，或由管理员配置字体。"), missing
        )
    content = notices.drawn(document, settings)
    if seal is not None:
        content = signing.sign(content, seal)
    digest = storage.keep(session, content, now=now)
    notice.word, notice.year, notice.serial, notice.number = word, year, serial, number
    notice.verification_code = code
    notice.title = notice_documents.title_of(document)
    notice.document = notice_documents.to_json(document)
    notice.file = digest
    notice.issued_at, notice.issued_by, notice.state = now, actor.name, "issued"
    session.flush()
    _mark_findings(session, notice)
    after = _AFTER.get(notice.kind)
    if after is not None:
        after(session, notice, settings=settings, now=now)
    deliveries.queue_for(session, notice, settings=settings, now=now)
    _journal(session, actor, notice, "notice.issue", now, notice_number=number, digest=digest)
    return notice


def _mark_findings(session: Session, notice: Notice) -> None:
    named = select(NoticeFinding.finding_id).where(NoticeFinding.notice_id == notice.id)
    session.execute(
        update(Finding).where(Finding.id.in_(named), Finding.state == "new").values(state="issued")
    )


def _given(reason: str, refusal: Invalid) -> str:
    reason = clean(reason)
    if not reason:
        raise refusal
    return reason


def _journal(
    session: Session,
    actor: Actor,
    notice: Notice,
    action: str,
    now: datetime,
    reason: str | None = None,
    **more: object,
) -> None:
    audit.record(
        session,
        actor=actor.name,
        action=action,
        subject="notice",
        subject_id=notice.id,
        new={"title": notice.title, "round": notice.round.code, **more},
        reason=reason,
        now=now,
    )
