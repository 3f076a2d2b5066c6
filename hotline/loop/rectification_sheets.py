"""A rectification as its page shows it: its dates, reports, history, and what may be done next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from hotline import rights
from hotline.clock import local
from hotline.errors import Text
from hotline.ladder import due_dates
from hotline.ladder.due_dates import DueDate
from hotline.ladder.missed_dates import is_overdue
from hotline.loop import attachments
from hotline.loop.rechecks import unfinished
from hotline.loop.rectification_steps import (
    STEPS_OF_APPEALS,
    get_for,
    knows_recheck,
    obstacle,
    recheck_of,
    state_for,
)
from hotline.models.inspection import Check, Round
from hotline.models.loop import (
    Appeal,
    Attachment,
    Extension,
    Rectification,
    RectificationReport,
    RectificationStep,
)
from hotline.rights import Actor
from hotline.rules.rectification import Deed, State
from hotline.settings import Settings

_OFFICE = (Deed.RETURN, Deed.RECHECK, Deed.PASS, Deed.CALL_OFF, Deed.CLOSE, Deed.EXTEND)


@dataclass(frozen=True)
class RectificationSheet:
    """`state`: as the actor may know it, for a running re-check is unannounced.

    `barred`: for each deed of the office why the actor may not do it now, None if they may.
    `recheck`: the check of the last re-check that the actor may know of; `recheck_wait`: why its
    result cannot be taken yet; `recheck_late`: its days are over. `files` by report.
    """

    rectification: Rectification
    state: State
    due: DueDate
    overdue: bool
    manages: bool
    reports_here: bool
    barred: Mapping[Deed, Text | None]
    reports: Sequence[RectificationReport]
    files: Mapping[int, list[Attachment]]
    steps: Sequence[RectificationStep]
    extensions: Sequence[Extension]
    recheck: Check | None
    recheck_wait: Text | None
    recheck_late: bool
    appeal: Appeal | None


def sheet_for(
    session: Session, actor: Actor, rectification_id: int, *, settings: Settings, now: datetime
) -> RectificationSheet:
    """Raises NotFound outside the actor's scope."""
    found = get_for(session, actor, rectification_id)
    of_it = RectificationReport.rectification_id == found.id
    reports = session.scalars(
        select(RectificationReport).where(of_it).order_by(RectificationReport.id)
    ).all()
    knows = knows_recheck(session, actor, found)
    recheck = recheck_of(session, found) if knows else _recheck_before(session, actor, found)
    source = found.notice.round
    return RectificationSheet(
        rectification=found,
        state=state_for(found, knows),
        due=due_dates.explained(
            found.counted_from, found.working_days, found.due_on, settings.working_days
        ),
        overdue=is_overdue(found, local(now).date()),
        manages=rights.manages(actor, source.level, source.area_code),
        reports_here=obstacle(session, actor, found, Deed.REPORT) is None,
        barred={deed: _why(session, actor, found, deed) for deed in _OFFICE},
        reports=reports,
        files=attachments.of_reports(session, [report.id for report in reports]),
        steps=history(session, found, knows),
        extensions=session.scalars(
            select(Extension).where(Extension.rectification_id == found.id).order_by(Extension.id)
        ).all(),
        recheck=recheck,
        recheck_wait=unfinished(recheck) if recheck and recheck.round.is_open else None,
        recheck_late=recheck is not None and recheck.round.ends_on < local(now).date(),
        appeal=_appeal(session, found),
    )


def _why(session: Session, actor: Actor, found: Rectification, deed: Deed) -> Text | None:
    error = obstacle(session, actor, found, deed)
    return None if error is None else error.text


def history(session: Session, found: Rectification, knows: bool) -> Sequence[RectificationStep]:
    """The history; without a re-check that nobody may know of, and as if there were none."""
    query = select(RectificationStep).where(RectificationStep.rectification_id == found.id)
    steps = session.scalars(query.order_by(RectificationStep.id)).all()
    if knows or found.state != State.RECHECKING:
        return steps
    last = max((n for n, step in enumerate(steps) if step.step == "recheck"), default=len(steps))
    return [*steps[:last], *(_unannounced(s) for s in steps[last:] if s.step in STEPS_OF_APPEALS)]


def _unannounced(step: RectificationStep) -> RectificationStep:
    """A copy of a step, which no session keeps."""
    told = {
        name: getattr(step, name) for name in ("rectification_id", "step", "reason", "by", "at")
    }
    return RectificationStep(state=State.REPORTED.value, **told)


def _recheck_before(session: Session, actor: Actor, found: Rectification) -> Check | None:
    """The last re-check that the actor knows of, which stood here before the one that runs."""
    query = (
        select(Check)
        .join(Round)
        .where(
            Round.code.startswith(f"R-{found.id}-", autoescape=True),
            Round.closed_at.is_not(None),
            rights.checks(actor),
        )
        .order_by(Round.id.desc())
        .limit(1)
    )
    return session.scalar(query.options(joinedload(Check.round)))


def _appeal(session: Session, found: Rectification) -> Appeal | None:
    query = (
        select(Appeal)
        .where(Appeal.finding_id == found.finding_id)
        .options(joinedload(Appeal.finding))
    )
    return session.scalar(query) if found.finding_id is not None else None
