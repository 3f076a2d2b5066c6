"""What a unit finds behind a paper's link: its receipt, its tasks, what it may dispute."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from hotline.clock import local
from hotline.delivery import receipts
from hotline.delivery.links import Visit
from hotline.errors import NotFound, T
from hotline.ladder import due_dates, missed_dates
from hotline.ladder.due_dates import DueDate
from hotline.loop import appeals, attachments, rectification_sheets, rectification_steps
from hotline.models.inspection import Check
from hotline.models.loop import (
    Appeal,
    Attachment,
    Rectification,
    RectificationReport,
    RectificationStep,
)
from hotline.models.papers import Finding, NoticeFinding, Receipt
from hotline.rules.rectification import Deed, State
from hotline.settings import Settings


@dataclass(frozen=True)
class Task:
    """A rectification with its history; `files`: of its reports, by the report's id.

    `state` and `steps`: as the unit may know them, for a running re-check is unannounced.
    """

    rectification: Rectification
    state: State
    due: DueDate
    overdue: bool
    may_report: bool
    steps: Sequence[RectificationStep]
    reports: Sequence[RectificationReport]
    files: dict[int, list[Attachment]]


@dataclass(frozen=True)
class Disputable:
    """A finding of the unit that the paper names. `may_appeal`: in time, and not disputed yet."""

    finding: Finding
    appeal: Appeal | None
    may_appeal: bool
    until: date | None


@dataclass(frozen=True)
class Opened:
    """Everything on the page. `receipt` None: nobody has signed yet."""

    visit: Visit
    receipt: Receipt | None
    tasks: Sequence[Task]
    findings: Sequence[Disputable]


def look(session: Session, visit: Visit, *, settings: Settings, now: datetime) -> Opened:
    """What the visitor may see of this paper, and nothing of other units."""
    query = (
        select(Rectification)
        .where(
            Rectification.notice_id.in_(_papers_of_tasks(visit)),
            Rectification.unit_id == visit.unit.id,
        )
        .options(joinedload(Rectification.line), joinedload(Rectification.finding))
        .order_by(Rectification.id)
    )
    return Opened(
        visit=visit,
        receipt=receipts.by_unit(session, visit.notice, visit.unit.id),
        tasks=[_task(session, visit, one, settings, now) for one in session.scalars(query)],
        findings=[
            _disputable(session, visit, one, settings, now) for one in _findings(session, visit)
        ],
    )


def require_task(session: Session, visit: Visit, rectification_id: int) -> None:
    """Raises NotFound for a task that is not the unit's from this paper."""
    found = session.get(Rectification, rectification_id)
    if (
        found is None
        or found.notice_id not in _papers_of_tasks(visit)
        or found.unit_id != visit.unit.id
    ):
        raise NotFound(T("这份文书没有这一项整改。"))


def _papers_of_tasks(visit: Visit) -> set[int]:
    """The paper, and for a 督办通知 the one that set the tasks it urges."""
    urged = visit.notice.refers_to_id if visit.notice.kind == "overdue" else None
    return {visit.notice.id} if urged is None else {visit.notice.id, urged}


def require_finding(session: Session, visit: Visit, finding_id: int) -> None:
    """Raises NotFound for a finding that is not the unit's in this paper."""
    if finding_id not in {finding.id for finding in _findings(session, visit)}:
        raise NotFound(T("这份文书没有这一个问题。"))


def _findings(session: Session, visit: Visit) -> Sequence[Finding]:
    query = (
        select(Finding)
        .join(NoticeFinding, NoticeFinding.finding_id == Finding.id)
        .join(Finding.check)
        .where(
            NoticeFinding.notice_id == visit.notice.id,
            Check.unit_id == visit.unit.id,
            Finding.state.not_in(("new", "dropped")),
        )
        .options(joinedload(Finding.check))
        .order_by(Finding.id)
    )
    return session.scalars(query).all()


def _task(
    session: Session, visit: Visit, found: Rectification, settings: Settings, now: datetime
) -> Task:
    today = local(now).date()
    knows = rectification_steps.knows_recheck(session, visit.actor, found)
    query = select(RectificationReport).where(RectificationReport.rectification_id == found.id)
    reports = session.scalars(query.order_by(RectificationReport.id)).all()
    barred = rectification_steps.obstacle(session, visit.actor, found, Deed.REPORT)
    return Task(
        rectification=found,
        state=rectification_steps.state_for(found, knows),
        due=due_dates.explained(
            found.counted_from, found.working_days, found.due_on, settings.working_days
        ),
        overdue=missed_dates.is_overdue(found, today),
        may_report=barred is None,
        steps=rectification_sheets.history(session, found, knows),
        reports=reports,
        files=attachments.of_reports(session, [report.id for report in reports]),
    )


def _disputable(
    session: Session, visit: Visit, finding: Finding, settings: Settings, now: datetime
) -> Disputable:
    appeal = session.scalar(select(Appeal).where(Appeal.finding_id == finding.id))
    term = appeals.term(session, finding, settings=settings)
    return Disputable(
        finding,
        appeal,
        appeals.may_file(session, visit.actor, finding, settings=settings, now=now),
        term.until.on if term else None,
    )
