"""申诉: a unit disputes a finding that a paper names, once and in time; what rests on it stops."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, defer, joinedload

from hotline import audit
from hotline.clock import local
from hotline.errors import Conflict, FieldError, Forbidden, Invalid, NotFound, T
from hotline.ladder import due_dates
from hotline.ladder.due_dates import DueDate
from hotline.loop import attachments, loop_rights, rectifications
from hotline.loop.attachments import Upload
from hotline.models.inspection import Check, Round
from hotline.models.loop import Appeal
from hotline.models.papers import Finding, Notice, NoticeFinding, Receipt
from hotline.models.registry import Unit
from hotline.papers import notices
from hotline.rights import Actor
from hotline.settings import Settings
from hotline.texts import clean, mistake, mistake_of_lines

LONGEST_BODY, LONGEST_NAME = 5_000, 60
# The papers that tell a unit of a finding; one that only repeats it opens no new term.
_TELLING = ("rectification", "circular")


@dataclass(frozen=True)
class Term:
    """Until when a finding may be disputed, by the paper that leaves the most time.

    It runs from the day the unit signed for the paper, else (`signed` False) from its issue.
    """

    notice: Notice
    until: DueDate
    signed: bool

    def open_at(self, now: datetime) -> bool:
        return local(now).date() <= self.until.on


def term(session: Session, finding: Finding, *, settings: Settings) -> Term | None:
    """None while no issued paper names the finding."""
    return terms(session, [finding.id], settings=settings).get(finding.id)


def terms(session: Session, finding_ids: Iterable[int], *, settings: Settings) -> dict[int, Term]:
    """Finding id → its term, in one query; those that no issued paper names are left out."""
    query = (
        select(Finding.id, Notice, Receipt.at)
        .join(NoticeFinding, NoticeFinding.finding_id == Finding.id)
        .join(Notice, Notice.id == NoticeFinding.notice_id)
        .join(Check, Check.id == Finding.check_id)
        .outerjoin(Receipt, (Receipt.notice_id == Notice.id) & (Receipt.unit_id == Check.unit_id))
        .where(
            Finding.id.in_(list(finding_ids)),
            Notice.number.is_not(None),
            Notice.kind.in_(_TELLING),
        )
        # The unit's own letter before the 通报 where both leave the same time.
        .order_by(Notice.kind.desc(), Notice.id)
        .options(defer(Notice.document))
    )
    days, calendar = settings.ladder.appeal_days, settings.working_days
    found: dict[int, Term] = {}
    for finding_id, notice, signed_at in session.execute(query):
        since = signed_at or notice.issued_at or notice.drafted_at
        until = due_dates.after(local(since).date(), days, calendar)
        best = found.get(finding_id)
        if best is None or until.on > best.until.on:
            found[finding_id] = Term(notice, until, signed_at is not None)
    return found


def disputable(
    session: Session, actor: Actor, *, settings: Settings, now: datetime
) -> list[tuple[Finding, Term]]:
    """What the actor's unit may still appeal against at this moment, the most urgent first."""
    query = (
        select(Finding)
        .join(Check)
        .outerjoin(Appeal, Appeal.finding_id == Finding.id)
        .where(Check.unit_id == actor.unit_id, Finding.state == "issued", Appeal.id.is_(None))
        .options(
            joinedload(Finding.check),
            joinedload(Finding.round).joinedload(Round.area),
        )
        .order_by(Finding.id)
    )
    if actor.role != "unit_reader":
        return []
    findings = session.scalars(query).all()
    by_id = terms(session, [one.id for one in findings], settings=settings)
    open_now = [(f, by_id[f.id]) for f in findings if f.id in by_id and by_id[f.id].open_at(now)]
    return sorted(open_now, key=lambda one: one[1].until.on)


def may_file(
    session: Session, actor: Actor, finding: Finding, *, settings: Settings, now: datetime
) -> bool:
    """Is there still something to dispute, for this unit and at this moment?"""
    if actor.role != "unit_reader" or finding.check.unit_id != actor.unit_id:
        return False
    if finding.state != "issued" or of_finding(session, finding.id) is not None:
        return False
    found = term(session, finding, settings=settings)
    return found is not None and found.open_at(now)


def finding_for(session: Session, actor: Actor, finding_id: int) -> Finding:
    """A finding of the actor's unit that it was told of. Raises NotFound for any other."""
    told = select(NoticeFinding.finding_id).join(Notice).where(Notice.number.is_not(None))
    query = (
        select(Finding)
        .join(Check)
        .where(Finding.id == finding_id, Check.unit_id == actor.unit_id, Finding.id.in_(told))
        .options(
            joinedload(Finding.check).joinedload(Check.unit),
            joinedload(Finding.round).joinedload(Round.area),
        )
    )
    found = session.scalar(query)
    if found is None or actor.role != "unit_reader":
        raise NotFound(T("没有这个问题，或您无权查看。"))
    return found


def file(
    session: Session,
    actor: Actor,
    finding_id: int,
    *,
    body: str,
    appellant: str,
    files: Sequence[Upload] = (),
    settings: Settings,
    now: datetime,
) -> Appeal:
    """The unit disputes a finding, with files; the finding and its rectification are held.

    Raises NotFound for another unit's, Conflict out of time or a second time, and Invalid with
    every mistake at `body`, `appellant` and `files`.
    """
    if actor.role != "unit_reader":
        raise Forbidden(T("申诉由责任单位提出。"))
    finding_for(session, actor, finding_id)
    notices.hold_naming(session, finding_id)
    finding = lock(session, finding_id)
    notice = _disputable(session, finding, settings, now)
    body, appellant = clean(body), clean(appellant)
    errors = []
    wrong = mistake_of_lines(body, longest=LONGEST_BODY) if body else T("请写明申诉的事实和理由。")
    if wrong is not None:
        errors.append(FieldError("body", wrong))
    wrong = mistake(appellant, longest=LONGEST_NAME) if appellant else T("请填写申诉人姓名。")
    if wrong is not None:
        errors.append(FieldError("appellant", wrong))
    errors += attachments.mistakes_in(files, settings=settings)
    if errors:
        raise Invalid(errors)
    filed = Appeal(
        finding_id=finding.id,
        notice_id=notice.id,
        unit_id=finding.check.unit_id,
        body=body,
        appellant=appellant,
        filed_by=actor.name,
        filed_at=now,
    )
    session.add(filed)
    finding.state = "held"
    try:
        session.flush()
    except IntegrityError as error:
        raise _twice() from error
    attachments.keep(session, files, now=now, appeal_id=filed.id)
    rectifications.hold(session, finding.id, True, by=actor.name, settings=settings, now=now)
    audit.record(
        session,
        actor=actor.name,
        action="appeal.file",
        subject="appeal",
        subject_id=filed.id,
        new={
            "number": finding.check.number,
            "unit": finding.check.unit.name,
            "notice_number": notice.number,
            "appellant": appellant,
            "files": len(files),
        },
        now=now,
    )
    return filed


def lock(session: Session, finding_id: int) -> Finding:
    """A finding that nobody else disputes or decides on now.

    Without its key: a paper that is drafted meanwhile and names it need not wait, and whoever
    drafts it may hold what the decision waits for.
    """
    return session.get_one(
        Finding, finding_id, with_for_update={"key_share": True}, populate_existing=True
    )


def get_for(session: Session, actor: Actor, appeal_id: int) -> Appeal:
    """An appeal with what its page needs. Raises NotFound outside the actor's scope."""
    query = (
        select(Appeal)
        .join(Notice, Notice.id == Appeal.notice_id)
        .join(Round, Round.id == Notice.round_id)
        .where(Appeal.id == appeal_id, loop_rights.appeals(actor))
        .options(
            joinedload(Appeal.finding).joinedload(Finding.check),
            joinedload(Appeal.finding).joinedload(Finding.round).joinedload(Round.area),
            joinedload(Appeal.notice),
            joinedload(Appeal.unit).joinedload(Unit.area),
            joinedload(Appeal.correction),
        )
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound(T("没有这件申诉，或您无权查看。"))
    return found


def corrected(session: Session, notice: Notice, *, settings: Settings, now: datetime) -> None:
    """Its 更正通知 is issued. Raises Conflict if it is not the one that the decision drafted."""
    appeal = session.scalar(select(Appeal).where(Appeal.correction_id == notice.id))
    if appeal is None or appeal.state not in ("partly", "revoked"):
        raise Conflict(T("没有与这份更正通知相应的申诉决定，不能签发。"))


def _disputable(session: Session, finding: Finding, settings: Settings, now: datetime) -> Notice:
    """The paper that an appeal at this moment is against."""
    if of_finding(session, finding.id) is not None:
        raise _twice()
    if finding.state != "issued":
        raise Conflict(T("这个问题尚未下达或已撤销，无须申诉。"))
    found = term(session, finding, settings=settings)
    if found is None:
        raise Conflict(T("这个问题尚未下达或已撤销，无须申诉。"))
    if not found.open_at(now):
        raise Conflict(
            T("申诉须在收到通知后 {n} 个工作日内提出。", n=settings.ladder.appeal_days),
            [T("期限：{due}", due=str(found.until))],
        )
    return found.notice


def of_finding(session: Session, finding_id: int) -> int | None:
    """The id of the appeal against a finding; None if there was none."""
    return session.scalar(select(Appeal.id).where(Appeal.finding_id == finding_id))


def _twice() -> Conflict:
    return Conflict(T("这个问题已经申诉过，一个问题只能申诉一次。"))
