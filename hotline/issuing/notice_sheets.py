"""A paper as its page shows it: evidence, what stands in its way, and what may be done with it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import RowMapping, select
from sqlalchemy.orm import Session, joinedload

from hotline import rights
from hotline.errors import Conflict, Text
from hotline.inspection import checks, rubrics
from hotline.issuing import paper_checks, shown_papers, verifications
from hotline.loop import loop_rights
from hotline.models.inspection import Round
from hotline.models.loop import Rectification
from hotline.models.papers import Finding, Notice
from hotline.papers import notice_documents, notices
from hotline.rights import Actor
from hotline.rules.rubric import Item, Rubric
from hotline.rules.scoring import NO
from hotline.settings import Settings
from reports import fonts
from reports.document import Document


@dataclass(frozen=True)
class EvidenceDial:
    """One dial that a finding rests on; `failed`: the items answered with no."""

    row: RowMapping
    decisive: bool
    failed: tuple[Item, ...]


@dataclass(frozen=True)
class NamedFinding:
    """A finding that a paper is about, with the dials it rests on."""

    finding: Finding
    dials: tuple[EvidenceDial, ...]


@dataclass(frozen=True)
class NoticeSheet:
    """A paper with all its page needs.

    What only those who manage its round may know is empty for others: `findings`, `obstacles`
    and `missing` (what keeps it from being issued), `not_theirs` (why this one may not issue it),
    `slots` (name, label) for text of one's own, `face_warnings` about typefaces. `seen`: the mark
    of the paper as shown, which issuing asks for.
    """

    notice: Notice
    document: Document
    manages: bool
    findings: Sequence[NamedFinding] = ()
    obstacles: Sequence[Text] = ()
    missing: Sequence[Text] = ()
    not_theirs: Text | None = None
    slots: Sequence[tuple[str, str]] = ()
    face_warnings: Sequence[str] = ()
    seen: str = ""
    corrections: Sequence[Notice] = ()
    rectifications: Sequence[Rectification] = ()

    @property
    def open(self) -> bool:
        """On its way to issue: neither issued nor withdrawn."""
        return self.notice.state in ("draft", "submitted")


def get_for(
    session: Session, actor: Actor, notice_id: int, *, settings: Settings, now: datetime
) -> NoticeSheet:
    """Raises NotFound outside the actor's scope."""
    notice = notices.get_for(session, actor, notice_id)
    document = notice_documents.document_of(session, notice, settings=settings, now=now)
    found = notice.round
    sheet = NoticeSheet(
        notice,
        document,
        rights.manages(actor, found.level, found.area_code),
        corrections=verifications.corrections_of(session, notice),
        rectifications=_rectifications(session, actor, notice),
    )
    if not sheet.manages:
        return sheet
    sheet = replace(
        sheet,
        findings=_named(session, notice),
        not_theirs=paper_checks.why_not_theirs(actor, notice),
    )
    if not sheet.open:
        return sheet
    sheet = replace(
        sheet,
        obstacles=paper_checks.obstacles(session, [notice]),
        slots=notice_documents.slots(notice, settings=settings),
        seen=shown_papers.mark({notice.id: document}),
    )
    try:
        return replace(
            sheet,
            missing=paper_checks.missing(document, settings),
            face_warnings=fonts.warnings(notices.faces_of(settings)),
        )
    except Conflict as no_faces:
        return replace(sheet, obstacles=[no_faces.text, *no_faces.details, *sheet.obstacles])


def _named(session: Session, notice: Notice) -> list[NamedFinding]:
    found = notices.findings_of(session, [notice])[notice.id]
    calls = checks.calls_of(session, [finding.check_id for finding in found])
    rubric = rubrics.load(session, notice.round.rubric.digest)
    return [
        NamedFinding(
            finding,
            tuple(
                _dial(row, finding, rubric)
                for row in calls.get(finding.check_id, ())
                if row["id"] in finding.evidence
            ),
        )
        for finding in found
    ]


def _dial(row: RowMapping, finding: Finding, rubric: Rubric) -> EvidenceDial:
    answers = row["answers"] or {}
    failed = tuple(item for item in rubric.items if answers.get(item.id) == NO)
    return EvidenceDial(row, row["started_at"] == finding.check.decisive_at, failed)


def _rectifications(session: Session, actor: Actor, notice: Notice) -> Sequence[Rectification]:
    query = (
        select(Rectification)
        .join(Notice, Notice.id == Rectification.notice_id)
        .join(Round, Round.id == Notice.round_id)
        .where(Rectification.notice_id == notice.id, loop_rights.rectifications(actor))
        .options(joinedload(Rectification.line), joinedload(Rectification.unit))
        .order_by(Rectification.id)
    )
    return session.scalars(query).all()
