"""What a reviewer changes about a paper before its issue: findings dropped, text of one's own.

Whoever changes one has a hand in it and may not issue it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from hotline import audit, rights
from hotline.errors import Conflict, FieldError, Invalid, NotFound, T
from hotline.models.inspection import Check, Round
from hotline.models.papers import Finding, Notice
from hotline.papers import notices
from hotline.papers.notice_documents import slots
from hotline.rights import Actor
from hotline.settings import Settings
from hotline.texts import clean, mistake_of_lines

LONGEST = 3_000


def drop_finding(
    session: Session, actor: Actor, finding_id: int, *, reason: str, now: datetime
) -> Finding:
    """Leave a finding out of the papers that name it. Raises Conflict once one is issued."""
    reason = clean(reason)
    if not reason:
        raise Invalid.one("reason", T("请写明剔除的原因。"))
    if wrong := mistake_of_lines(reason, longest=LONGEST):
        raise Invalid.one("reason", wrong)
    finding, papers = _hold(session, actor, finding_id)
    if finding.state != "new":
        raise Conflict(T("这个问题已经剔除或下达，不能再剔除。"))
    finding.state, finding.drop_reason = "dropped", reason
    finding.dropped_by, finding.dropped_at = actor.name, now
    _note(session, actor, finding, papers, "finding.drop", reason, now)
    return finding


def restore_finding(session: Session, actor: Actor, finding_id: int, *, now: datetime) -> Finding:
    """Take a dropped finding back into its papers. Raises Conflict if it was not dropped."""
    finding, papers = _hold(session, actor, finding_id)
    if finding.state != "dropped":
        raise Conflict(T("这个问题没有剔除，无须恢复。"))
    finding.state, finding.drop_reason = "new", None
    finding.dropped_by = finding.dropped_at = None
    _note(session, actor, finding, papers, "finding.restore", None, now)
    return finding


def edit(
    session: Session,
    actor: Actor,
    notice_id: int,
    insertions: Mapping[str, str],
    *,
    settings: Settings,
    now: datetime,
) -> Notice:
    """Put text of one's own between the generated parts: slot → text, empty takes it out.

    Raises Invalid with every mistake, Conflict once it is issued or withdrawn.
    """
    notice = notices.hold(session, actor, notice_id)
    if notice.state not in ("draft", "submitted"):
        raise Conflict(T("已签发或撤回的文书不能修改。"))
    known = {name for name, _ in slots(notice, settings=settings)}
    typed = {name: clean(text) for name, text in insertions.items()}
    errors = [FieldError(name, T("文书里没有这个位置。")) for name in typed if name not in known]
    for name, text in typed.items():
        if name in known and (wrong := mistake_of_lines(text, longest=LONGEST)):
            errors.append(FieldError(name, wrong))
    if errors:
        raise Invalid(errors)
    before = dict(notice.insertions)
    kept = {name: text for name, text in {**before, **typed}.items() if text}
    if kept == before:
        return notice
    notice.insertions = kept
    notices.note_hand(notice, actor)
    session.flush()
    audit.record(
        session,
        actor=actor.name,
        action="notice.edit",
        subject="notice",
        subject_id=notice.id,
        old=before,
        new=kept,
        now=now,
    )
    return notice


def _hold(session: Session, actor: Actor, finding_id: int) -> tuple[Finding, Sequence[Notice]]:
    """A finding and the papers that name it; the papers are locked first, as issuing does."""
    query = (
        select(Finding)
        .join(Round)
        .where(Finding.id == finding_id, rights.managed_rounds(actor))
        .options(joinedload(Finding.check).joinedload(Check.unit))
    )
    if session.scalar(query) is None:
        raise NotFound(T("没有这个问题，或您无权处理。"))
    papers = notices.hold_naming(session, finding_id)
    finding = session.get_one(Finding, finding_id, with_for_update=True, populate_existing=True)
    issued = next((paper for paper in papers if not paper.is_draft), None)
    if issued is not None:
        raise Conflict(
            T("问题已由 {number} 下达，不能剔除；有异议请走申诉。", number=issued.number)
        )
    return finding, papers


def _note(
    session: Session,
    actor: Actor,
    finding: Finding,
    papers: Sequence[Notice],
    action: str,
    reason: str | None,
    now: datetime,
) -> None:
    for paper in papers:
        notices.note_hand(paper, actor)
    session.flush()
    audit.record(
        session,
        actor=actor.name,
        action=action,
        subject="finding",
        subject_id=finding.id,
        new={"number": finding.check.number, "unit": finding.check.unit.name},
        reason=reason,
        now=now,
    )
