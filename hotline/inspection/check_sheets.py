"""A check as its page shows it: its calls with what was set right, and what may be done next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from hotline import rights
from hotline.clock import local
from hotline.errors import NotFound, T, Text
from hotline.inspection import calls, checks, dialling_hours, rubrics
from hotline.inspection.dialling_hours import changes, first_opening, opening
from hotline.inspection.opened_scores import OpenedScore, opened
from hotline.models.inspection import Call, CallCorrection, Check, Round
from hotline.models.registry import Unit
from hotline.rights import Actor
from hotline.rules.outcomes import Outcome, counting
from hotline.rules.retries import RetryRule
from hotline.rules.rubric import Rubric
from hotline.settings import Settings


@dataclass(frozen=True)
class LoggedCall:
    """One dial with its corrections. `own`: made, logged or corrected by whoever looks.

    `off_duty`: made when nobody had to answer.

    `row`: the columns of Call; its caller's number only for the side that inspects, since a desk
    that knew the number would know the next test.
    """

    row: Mapping[str, Any]
    corrections: tuple[CallCorrection, ...]
    decisive: bool
    own: bool
    off_duty: bool

    @property
    def outcome(self) -> Outcome:
        return Outcome(self.row["outcome"])

    @property
    def voided(self) -> bool:
        return self.row["voided_at"] is not None


@dataclass(frozen=True)
class CheckSheet:
    """A check, its round, line and calls. `may_*`: what the actor may do with it now.

    `settled`: a dial has decided, so that no other may follow. `on_duty`: the line is to be
    answered at this moment; `in_window`: the round's period has come and is not `over`.
    `judged_off_duty`: a dial off duty decides, and it is no pass.
    `opens_at`: from when on it may be dialled, None: no more in this round. `fits`: if nobody
    answers, the retry rule can still be met in the window (of an open check). `in_use`: the line
    is, by now; `changes`: what the registry says otherwise by now (of an open round).
    """

    check: Check
    rubric: Rubric
    calls: tuple[LoggedCall, ...]
    score: OpenedScore | None
    may_log: bool
    may_manage: bool
    may_review: bool
    settled: bool
    on_duty: bool
    in_window: bool
    over: bool
    judged_off_duty: bool
    opens_at: datetime | None
    fits: bool
    in_use: bool
    changes: tuple[Text, ...]

    def next_attempt(self, now: datetime) -> int:
        """The number of the next dial: the same while a busy line may be redialled at once."""
        counted = counting(checks.dials(call.row for call in self.calls))
        if not counted:
            return 1
        due = self.check.next_call_at
        redial = self.check.redials > 0 and due is not None and now < due
        return counted[-1].attempt + (0 if redial else 1)


def get_for(
    session: Session, actor: Actor, check_id: int, *, settings: Settings, now: datetime
) -> CheckSheet:
    """A check with all its page needs, in three queries. Raises NotFound outside the scope."""
    return _sheet(session, actor, Check.id == check_id, settings, now)


def of_call(
    session: Session, actor: Actor, call_id: int, *, settings: Settings, now: datetime
) -> tuple[CheckSheet, LoggedCall]:
    """The check that a call belongs to, and the call. Raises NotFound outside the scope."""
    of_call = select(Call.check_id).where(Call.id == call_id).scalar_subquery()
    sheet = _sheet(session, actor, Check.id == of_call, settings, now)
    return sheet, next(call for call in sheet.calls if call.row["id"] == call_id)


def next_to_dial(
    session: Session, actor: Actor, check_id: int, *, settings: Settings, now: datetime
) -> int | None:
    """The check to go on with after this one, in the same round; None if none may be dialled yet.

    Those whose next dial has fallen due come first, then the untested by the half-day that is
    planned for them. A line off duty at this moment, or no longer in use, is none of them.
    """
    here = session.execute(
        select(Round.id, Check.area_code, Check.number)
        .select_from(Check)
        .join(Round)
        .where(Check.id == check_id, rights.checks(actor))
    ).one_or_none()
    if here is None:
        raise NotFound(T("没有这条抽查任务，或您无权查看。"))
    openings = dialling_hours.openings(session, settings, now, Check.round_id == here.id)
    query = (
        select(
            Check.id,
            Check.next_call_at,
            Check.planned_on,
            Check.planned_half,
            Check.area_code,
            Check.number,
        )
        .join(Round)
        .join(Check.line)
        .where(
            Check.round_id == here.id,
            Check.id != check_id,
            Round.closed_at.is_(None),
            rights.checks(actor),
            rights.dialled_by(actor),
            ~Check.closable,
            openings.in_use(),
            ~openings.not_yet(),
        )
    )
    if actor.unit_id is not None:
        query = query.where(Check.unit_id != actor.unit_id)
    waiting = session.execute(query).all()

    def order(row: Any) -> tuple[Any, ...]:
        untested = row.next_call_at is None
        passed = (row.area_code, row.number) < (here.area_code, here.number)
        due = row.next_call_at.timestamp() if row.next_call_at else 0
        planned = (
            (row.planned_on or date.min, row.planned_half or "") if untested else (date.min, "")
        )
        place = passed, row.area_code, row.number
        return untested, due, planned, *place

    return min(waiting, key=order).id if waiting else None


def _sheet(
    session: Session, actor: Actor, which: ColumnElement[bool], settings: Settings, now: datetime
) -> CheckSheet:
    check = session.scalar(
        select(Check)
        .join(Round)
        .where(which, rights.checks(actor))
        .options(
            joinedload(Check.round).joinedload(Round.area),
            joinedload(Check.round).joinedload(Round.rubric),
            joinedload(Check.unit).joinedload(Unit.area),
            joinedload(Check.line),
            joinedload(Check.area),
        )
    )
    if check is None:
        raise NotFound(T("没有这条抽查任务，或您无权查看。"))
    rubric = rubrics.load(session, check.round.rubric.digest)
    logged = _logged(session, actor, check, settings)
    found, today = check.round, local(now).date()
    manages = rights.manages(actor, found.level, found.area_code)
    mine = any(call.own for call in logged)
    judged = check.klass is not None and (check.closable or not found.is_open)
    own_unit = actor.unit_id is not None and actor.unit_id == check.unit_id
    may_log = found.is_open and actor.role in rights.ADMIN_ROLES + rights.INSPECTOR_ROLES
    calendar, duty, line = settings.working_days, settings.duty_of(check.duty_hours), check.line
    first = first_opening(duty, found.starts_on, found.ends_on, now, calendar)
    opens = opening(first, check.next_call_at, found.ends_on)
    rule = RetryRule(rubric.retry, duty, calendar)
    return CheckSheet(
        check=check,
        rubric=rubric,
        calls=logged,
        score=opened(check, rubric),
        may_log=may_log and not own_unit and rights.may_dial(actor, check.inspector_id),
        may_manage=manages and found.is_open,
        may_review=manages and judged and not mine and not found.called_off,
        settled=any(call.outcome.settles and not call.voided for call in logged),
        on_duty=duty.covers(now, calendar),
        in_window=found.starts_on <= today <= found.ends_on,
        over=today > found.ends_on,
        judged_off_duty=dialling_hours.judged_off_duty(check, settings),
        opens_at=opens,
        fits=opens is not None
        and not check.closable
        and rule.fits(checks.dials(call.row for call in logged), opens, found.ends_on),
        in_use=line.status == "active",
        changes=changes(
            check.number, check.duty_hours, line.status, line.number, line.duty_hours, settings
        )
        if found.is_open
        else (),
    )


def _logged(
    session: Session, actor: Actor, check: Check, settings: Settings
) -> tuple[LoggedCall, ...]:
    corrected: dict[int, list[CallCorrection]] = {}
    for correction in calls.corrections(session, actor, check.id):
        corrected.setdefault(correction.call_id, []).append(correction)
    rows = checks.calls_of(session, [check.id]).get(check.id, [])
    hidden = () if _inspects(actor, check.round) else ("caller_number",)
    return tuple(
        LoggedCall(
            row={**row, **dict.fromkeys(hidden)},
            corrections=tuple(
                one for one in corrected.get(row["id"], ()) if one.field not in hidden
            ),
            decisive=row["started_at"] == check.decisive_at,
            own=actor.name in (row["inspector"], row["recorded_by"])
            or any(actor.name == one.corrected_by for one in corrected.get(row["id"], ())),
            off_duty=dialling_hours.off_duty(row["started_at"], check.duty_hours, settings),
        )
        for row in rows
    )


def _inspects(actor: Actor, found: Round) -> bool:
    """Of the side that made this round's calls; an open round is seen by that side alone."""
    own = found.level == "city" and actor.of_city and found.area_code == actor.area_code
    return found.is_open or actor.of_province or own
