"""The facts of a 更正通知: what a paper said, and what holds after an appeal was decided."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from hotline import words
from hotline.clock import local
from hotline.errors import NotFound, T
from hotline.models.loop import Appeal
from hotline.models.papers import Finding, Notice, NoticeFinding
from hotline.models.registry import Unit
from hotline.papers import circulars
from hotline.papers.paper_heads import Issued, head, of_round
from hotline.papers.paper_words import unit_name
from hotline.papers.printed_figures import changed
from hotline.rights import Actor
from hotline.settings import Settings
from reports.correction_facts import Correction, FigureChange, OldPaper


def facts(
    session: Session, notice: Notice, *, settings: Settings, now: datetime, issued: Issued | None
) -> Correction:
    """Old and new of a finding; and of the figures of the 通报 that named it, as printed there."""
    found = notice.round
    appeal = _appeal_of(session, notice)
    unit = unit_name(session, appeal.unit, found)
    old, new = appeal.before or {}, appeal.after or {}
    revoked = appeal.state == "revoked"
    circular = _circular_of(session, appeal)
    paper = notice.refers_to or appeal.notice
    figures: tuple[FigureChange, ...] = ()
    if circular is not None and circular.document is not None:
        now_holds = circulars.facts(
            session, Actor.operator("papers"), found, settings=settings, now=now
        )
        figures = changed(circular.document, now_holds, group=_row_name(session, appeal))
    return Correction(
        **head(found, settings=settings, now=now, issued=issued),
        **of_round(found, unit),
        addressees=(
            settings.addressees(found.area_code, found.level) if notice.unit_id is None else unit
        ),
        paper=_old(paper),
        line=appeal.finding.check.number,
        outcome=appeal.state,
        decision=tuple(line for line in (appeal.decision or "").split("\n") if line.strip()),
        old_label=_label(old, appeal.finding.klass),
        new_label=_label(new, None),
        withdrawn=revoked and new.get("class") == old.get("class"),
        old_score=_score(old),
        new_score=_score(new),
        appealed_on=local(appeal.filed_at).date().isoformat(),
        circular=_old(circular) if circular is not None else None,
        figures=figures,
    )


def _appeal_of(session: Session, notice: Notice) -> Appeal:
    """The appeal whose id is in the paper's key (`correction:7`)."""
    number = notice.key.split(":")[1] if ":" in notice.key else ""
    found = session.scalar(
        select(Appeal)
        .where(Appeal.id == (int(number) if number.isdigit() else 0))
        .options(
            joinedload(Appeal.finding).joinedload(Finding.check),
            joinedload(Appeal.notice),
            joinedload(Appeal.unit).joinedload(Unit.area),
        )
    )
    if found is None:
        raise NotFound(T("没有这件申诉，或您无权查看。"))
    return found


def _circular_of(session: Session, appeal: Appeal) -> Notice | None:
    """The issued 通报 that names the finding."""
    return session.scalar(
        select(Notice)
        .join(NoticeFinding, NoticeFinding.notice_id == Notice.id)
        .where(
            NoticeFinding.finding_id == appeal.finding_id,
            Notice.kind == "circular",
            Notice.number.is_not(None),
        )
        .limit(1)
    )


def _row_name(session: Session, appeal: Appeal) -> str:
    """What the line's row in annex 1 is called."""
    check = appeal.finding.check
    if appeal.finding.round.level == "city":
        return check.area.name
    if check.group_code == appeal.finding.round.area_code:
        return str(words.PROVINCE_ROW)
    return check.group.name


def _old(paper: Notice) -> OldPaper:
    day = local(paper.issued_at).date().isoformat() if paper.issued_at else ""
    return OldPaper(paper.title, paper.number or "", day)


def _label(judged: Mapping[str, Any], otherwise: str | None) -> str:
    return str(words.klass(judged.get("class", otherwise)))


def _score(judged: Mapping[str, Any]) -> float | None:
    tenths = judged.get("score_tenths")
    return None if tenths is None else tenths / 10
