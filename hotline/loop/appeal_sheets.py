"""An appeal as its page shows it: the finding with its evidence, the files, what may be done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline import rights
from hotline.errors import Text
from hotline.inspection import check_sheets
from hotline.inspection.check_sheets import CheckSheet
from hotline.loop import appeal_decisions, appeals
from hotline.loop.appeals import Term
from hotline.models.inspection import Round
from hotline.models.loop import Appeal, Attachment, Rectification
from hotline.models.papers import Finding, Notice
from hotline.rights import Actor
from hotline.settings import Settings


@dataclass(frozen=True)
class AppealSheet:
    """`refusal`: why this administrator may not decide it, None if they may.

    `*_known`: the actor may open the paper. `rectification` None: nothing was to be put right.
    """

    appeal: Appeal
    finding: Finding
    evidence: CheckSheet
    files: Sequence[Attachment]
    rectification: Rectification | None
    manages: bool
    refusal: Text | None
    notice_known: bool
    correction_known: bool

    @property
    def may_decide(self) -> bool:
        return self.manages and self.appeal.state == "filed" and self.refusal is None


@dataclass(frozen=True)
class DisputeSheet:
    """A finding that a unit may dispute. `appeal_id`: it did so already. `term` None: untold."""

    finding: Finding
    appeal_id: int | None
    evidence: CheckSheet
    term: Term | None
    open: bool


def sheet_for(
    session: Session, actor: Actor, appeal_id: int, *, settings: Settings, now: datetime
) -> AppealSheet:
    """Raises NotFound outside the actor's scope."""
    appeal = appeals.get_for(session, actor, appeal_id)
    finding = appeal.finding
    manages = rights.manages(actor, finding.round.level, finding.round.area_code)
    refusal = appeal_decisions.why_not_theirs(session, actor, finding) if manages else None
    return AppealSheet(
        appeal=appeal,
        finding=finding,
        evidence=check_sheets.get_for(session, actor, finding.check_id, settings=settings, now=now),
        files=session.scalars(
            select(Attachment).where(Attachment.appeal_id == appeal.id).order_by(Attachment.id)
        ).all(),
        rectification=session.scalar(
            select(Rectification).where(Rectification.finding_id == finding.id)
        ),
        manages=manages,
        refusal=refusal.text if refusal else None,
        notice_known=_may_open(session, actor, appeal.notice_id),
        correction_known=_may_open(session, actor, appeal.correction_id),
    )


def dispute_for(
    session: Session, actor: Actor, finding_id: int, *, settings: Settings, now: datetime
) -> DisputeSheet:
    """Raises NotFound for another unit's finding, and one that no paper told of."""
    finding = appeals.finding_for(session, actor, finding_id)
    return DisputeSheet(
        finding=finding,
        appeal_id=appeals.of_finding(session, finding.id),
        evidence=check_sheets.get_for(session, actor, finding.check_id, settings=settings, now=now),
        term=appeals.term(session, finding, settings=settings),
        open=appeals.may_file(session, actor, finding, settings=settings, now=now),
    )


def _may_open(session: Session, actor: Actor, notice_id: int | None) -> bool:
    if notice_id is None:
        return False
    query = (
        select(Notice.id)
        .join(Round, Round.id == Notice.round_id)
        .where(Notice.id == notice_id, rights.notices(actor))
    )
    return session.scalar(query) is not None
