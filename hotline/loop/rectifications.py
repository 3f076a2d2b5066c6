"""Rectifications: what a unit has to put right by when, its reports, and what is made of them."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from hotline import words
from hotline.clock import local
from hotline.errors import FieldError, Invalid, T, Text
from hotline.ladder import due_dates
from hotline.ladder.missed_dates import is_overdue
from hotline.loop import attachments
from hotline.loop.attachments import Upload
from hotline.loop.rectification_steps import get_for as get_for
from hotline.loop.rectification_steps import (
    journal,
    lock_for,
    move,
    note,
    require,
    send_back,
    set_due,
)
from hotline.models.inspection import Check
from hotline.models.loop import (
    Commitment,
    Extension,
    Rectification,
    RectificationReport,
    RectificationStep,
)
from hotline.models.papers import Finding, Notice, NoticeFinding
from hotline.models.registry import Area, Line, Unit
from hotline.rights import Actor
from hotline.rules.escalation import working_days_for
from hotline.rules.outcomes import Klass
from hotline.rules.reasons import Reason
from hotline.rules.rectification import Deed, State
from hotline.settings import Settings
from hotline.texts import clean, mistake_of_lines

LONGEST_REPORT = 5_000
LONGEST_REASON = 500
_LONGEST_NAME = 60
_MOST_DAYS = 60
_LONGEST_EXTENSION = 366


def open_for(session: Session, notice: Notice, *, settings: Settings, now: datetime) -> int:
    """One rectification a finding that an issued 整改通知书 names; returns how many.

    The days run from the day of issue. The caller, which issues the paper, writes the journal.
    """
    query = (
        select(Finding)
        .join(NoticeFinding, NoticeFinding.finding_id == Finding.id)
        .outerjoin(Rectification, Rectification.finding_id == Finding.id)
        .where(
            NoticeFinding.notice_id == notice.id,
            Finding.state.in_(("issued", "held")),
            Rectification.id.is_(None),
        )
        .options(joinedload(Finding.check).joinedload(Check.line))
        .order_by(Finding.id)
    )
    found = session.scalars(query).all()
    for finding in found:
        check = finding.check
        days = working_days_for(Klass(finding.klass), settings.ladder)
        due = due_dates.after(local(now).date(), days, settings.working_days)
        _open(
            session,
            Rectification(
                notice_id=notice.id,
                finding_id=finding.id,
                unit_id=check.unit_id,
                line_id=check.line_id,
                what=what_of(check),
                owner=check.line.owner,
                counted_from=due.counted_from,
                working_days=due.working_days,
                due_on=due.on,
                held=finding.state == "held",
                created_at=now,
            ),
            by=notice.issued_by or notice.drafted_by,
            now=now,
        )
    return len(found)


def open_for_commitment(
    session: Session, commitment: Commitment, notice: Notice, *, settings: Settings, now: datetime
) -> Rectification:
    """What was promised in a talk, by the date that was promised; the caller writes the journal.

    `notice`: the 约谈记录. A talk with a city is its own bureau's to put right.
    """
    return _open(
        session,
        Rectification(
            notice_id=notice.id,
            commitment_id=commitment.id,
            unit_id=notice.unit_id or _bureau(session, notice, settings),
            what=commitment.what,
            owner=commitment.person,
            counted_from=local(now).date(),
            working_days=None,
            due_on=commitment.due_on,
            created_at=now,
        ),
        by=notice.issued_by or notice.drafted_by,
        now=now,
    )


def begin(session: Session, notice: Notice, unit_id: int, *, by: str, now: datetime) -> int:
    """The unit signed for the paper (签收): its rectifications are under way; how many were not.

    The caller, which takes the receipt, writes the journal.
    """
    query = select(Rectification).where(
        Rectification.notice_id == notice.id,
        Rectification.unit_id == unit_id,
        Rectification.state == State.ISSUED,
    )
    found = _locked(session, query)
    for one in found:
        move(one, Deed.BEGIN)
        note(session, one, "begin", by=by, now=now)
    return len(found)


def report(
    session: Session,
    actor: Actor,
    rectification_id: int,
    *,
    body: str,
    reporter: str,
    files: Sequence[Upload] = (),
    settings: Settings,
    now: datetime,
) -> RectificationReport:
    """The unit tells what it put right, with files; after the due date too, and marked late.

    Raises NotFound, Forbidden for anyone but the unit, Conflict while a report stands or an
    appeal is undecided, and Invalid with every mistake at `body`, `reporter` and `files`.
    """
    found = lock_for(session, actor, rectification_id)
    require(session, actor, found, Deed.REPORT)
    body, reporter = clean(body), clean(reporter)
    errors = [
        *_mistakes("body", body, LONGEST_REPORT, T("请写明整改了什么、怎样整改的。")),
        *_mistakes("reporter", reporter, _LONGEST_NAME, T("请填写报送人姓名。")),
        *attachments.mistakes_in(files, settings=settings),
    ]
    if errors:
        raise Invalid(errors)
    before, late = found.state, is_overdue(found, local(now).date())
    sent = RectificationReport(
        rectification_id=found.id, body=body, reporter=reporter, by=actor.name, at=now
    )
    session.add(sent)
    move(found, Deed.REPORT)
    found.reported_at, found.reported_by = now, actor.name
    found.verified_at = found.verified_by = None
    session.flush()
    attachments.keep(session, files, now=now, report_id=sent.id)
    note(session, found, "report_late" if late else "report", by=actor.name, now=now)
    journal(session, actor, found, Deed.REPORT, before=before, now=now, files=len(files), late=late)
    return sent


def return_(
    session: Session,
    actor: Actor,
    rectification_id: int,
    *,
    reason: str,
    days: int | None = None,
    settings: Settings,
    now: datetime,
) -> Rectification:
    """Send a report back (退回) with the reason; the unit has so many working days from today.

    `days` None: as many as the ladder gives for the finding.
    """
    found = lock_for(session, actor, rectification_id)
    require(session, actor, found, Deed.RETURN)
    reason = clean(reason)
    errors = _mistakes("reason", reason, LONGEST_REASON, T("请写明退回的原因。"))
    if days is not None and not 1 <= days <= _MOST_DAYS:
        errors.append(FieldError("days", T("请填 1–{n} 之间的整数。", n=_MOST_DAYS)))
    if errors:
        raise Invalid(errors)
    before = found.state
    found.verified_at, found.verified_by = now, actor.name
    send_back(found, Deed.RETURN, days=days, settings=settings, now=now)
    note(session, found, "return", by=actor.name, now=now, reason=reason)
    journal(
        session,
        actor,
        found,
        Deed.RETURN,
        before=before,
        now=now,
        reason=reason,
        due_on=found.due_on.isoformat(),
    )
    return found


def extend(
    session: Session,
    actor: Actor,
    rectification_id: int,
    *,
    due_on: date | None,
    reason: str,
    settings: Settings,
    now: datetime,
) -> Extension:
    """Put the due date off to a later working day, with the reason. None: no date was given."""
    found = lock_for(session, actor, rectification_id)
    require(session, actor, found, Deed.EXTEND)
    reason, today = clean(reason), local(now).date()
    errors = _mistakes("reason", reason, LONGEST_REASON, T("请写明延期的原因。"))
    if due_on is None:
        errors.append(FieldError("due_on", T("请写成 2026-11-20 这样的日期。")))
    elif due_on <= found.due_on or due_on < today:
        errors.append(FieldError("due_on", T("须晚于原期限，且不早于今天。")))
    elif (due_on - today).days > _LONGEST_EXTENSION:
        errors.append(FieldError("due_on", T("至多延期一年，请核对日期。")))
    elif not settings.working_days.is_working(due_on):
        errors.append(FieldError("due_on", T("这一天不是工作日，请改为工作日。")))
    if errors or due_on is None:
        raise Invalid(errors)
    granted = Extension(
        rectification_id=found.id,
        old_due_on=found.due_on,
        new_due_on=due_on,
        reason=reason,
        granted_by=actor.name,
        granted_at=now,
    )
    session.add(granted)
    found.due_on, found.working_days = due_on, None
    note(session, found, "extend", by=actor.name, now=now, reason=reason)
    journal(
        session,
        actor,
        found,
        Deed.EXTEND,
        before=found.state,
        now=now,
        reason=reason,
        due_on=due_on.isoformat(),
    )
    return granted


def close(session: Session, actor: Actor, rectification_id: int, *, now: datetime) -> Rectification:
    """Strike off (销号): after a re-check that passed, or on paper where no line can be called.

    Raises Conflict before that, Forbidden for whoever reported it.
    """
    found = lock_for(session, actor, rectification_id)
    require(session, actor, found, Deed.CLOSE)
    before = found.state
    move(found, Deed.CLOSE)
    if before == State.REPORTED:
        found.verified_at, found.verified_by = now, actor.name
    found.closed_at, found.closed_by = now, actor.name
    note(session, found, "close", by=actor.name, now=now)
    journal(session, actor, found, Deed.CLOSE, before=before, now=now)
    return found


def cancel_for_finding(
    session: Session, finding_id: int, *, by: str, now: datetime, reason: str | None = None
) -> Rectification | None:
    """Nothing is left to put right: the finding was revoked. None if nothing was still open.

    A re-check that is running ends without a result. The caller writes the journal.
    """
    for one in _locked(
        session, select(Rectification).where(Rectification.finding_id == finding_id)
    ):
        if State(one.state).over:
            continue
        running = one.recheck_round
        if running is not None and running.is_open:
            running.closed_at, running.closed_by = now, by
        move(one, Deed.CANCEL)
        one.held = False
        note(session, one, "cancel", by=by, now=now, reason=reason)
        return one
    return None


def hold(
    session: Session,
    finding_id: int,
    held: bool,
    *,
    by: str,
    settings: Settings,
    now: datetime,
) -> Rectification | None:
    """Stop while an appeal is undecided, and go on after it with the days that were left.

    None if there is nothing to stop or to take up again. The caller writes the journal.
    """
    for one in _locked(
        session, select(Rectification).where(Rectification.finding_id == finding_id)
    ):
        if State(one.state).over or one.held is held:
            continue
        if not held:
            _take_up(session, one, settings, now)
        one.held = held
        note(session, one, "hold" if held else "release", by=by, now=now)
        return one
    return None


def _open(session: Session, opened: Rectification, *, by: str, now: datetime) -> Rectification:
    session.add(opened)
    session.flush()
    note(session, opened, "open", by=by, now=now)
    return opened


def what_of(check: Check) -> str:
    """What is to be put right: the line's number, its class, and why it is of that class."""
    said = "；".join(str(words.reason(Reason.from_json(one))) for one in check.reasons)
    klass = str(words.klass(check.klass))
    return f"{check.number} {klass}：{said}" if said else f"{check.number} {klass}"


def _bureau(session: Session, notice: Notice, settings: Settings) -> int:
    """The unit that answers for a city: its bureau, else whoever has its own line."""
    code = notice.area_code or notice.round.area_code
    area = session.get_one(Area, code)
    name = settings.issuer(code, area.name, area.level)
    named = select(Unit.id).where(Unit.area_code == code, Unit.name == name)
    with_line = select(Line.unit_id).where(Line.area_code == code).order_by(Line.id).limit(1)
    unit_id = session.scalar(named) or session.scalar(with_line)
    if unit_id is None:
        made = Unit(area_code=code, name=name)
        session.add(made)
        session.flush()
        unit_id = made.id
    return unit_id


def _take_up(session: Session, found: Rectification, settings: Settings, now: datetime) -> None:
    """The working days that were left when the appeal came in, counted from today."""
    began = session.scalar(
        select(RectificationStep.at)
        .where(RectificationStep.rectification_id == found.id, RectificationStep.step == "hold")
        .order_by(RectificationStep.id.desc())
        .limit(1)
    )
    stopped = local(began or found.created_at).date()
    if not State(found.state).awaits_report or stopped > found.due_on:
        return
    calendar = settings.working_days
    left = due_dates.days_left(stopped, found.due_on, calendar)
    set_due(found, due_dates.after(local(now).date(), max(1, left), calendar))


def _locked(session: Session, query: Select[Rectification]) -> Sequence[Rectification]:
    """In one order, so that no two wait for each other."""
    ordered = query.order_by(Rectification.id).with_for_update()
    return session.scalars(ordered.execution_options(populate_existing=True)).all()


def _mistakes(field: str, text: str, longest: int, missing: Text) -> list[FieldError]:
    if not text:
        return [FieldError(field, missing)]
    wrong = mistake_of_lines(text, longest=longest)
    return [] if wrong is None else [FieldError(field, wrong)]
