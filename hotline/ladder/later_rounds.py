"""Rounds that were closed out of order: the later ones are measured again, by what is known now."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hotline.inspection import figures, round_order
from hotline.ladder import findings
from hotline.ladder.talk_calls import may_be_called_off
from hotline.models.inspection import Check, Round
from hotline.models.loop import Talk
from hotline.models.papers import Finding, MeasureDue, Notice, NoticeFinding
from hotline.rules.escalation import Measure, Step
from hotline.rules.reasons import Reason
from hotline.settings import Settings

_STRUCK_OFF = ("dropped", "revoked")


@dataclass
class MeasuredAgain:
    """What became of one round's steps.

    `to_rectify`, `let_off`: the findings that came onto the ladder's 整改 step, and that left it.
    `uncalled`: units of whose talks a trigger was taken back.
    """

    round: Round
    added: int = 0
    taken_back: int = 0
    to_rectify: list[int] = field(default_factory=list)
    let_off: list[int] = field(default_factory=list)
    uncalled: set[int] = field(default_factory=set)


def measure_again(session: Session, found: Round, *, settings: Settings) -> list[MeasuredAgain]:
    """Measure the rounds again that were closed before this earlier one of their area.

    Steps that are called for now are added; those that are not any more, or that say it in other
    words, follow as long as no issued paper tells of them. Findings that were dropped or revoked
    are left alone. The papers concerned are locked, so that none is on its way to a number.
    """
    later = round_order.closed_after(session, found)
    if not later:
        return []
    _lock_drafts(session, [one.id for one in later])
    return [_measure(session, one, settings) for one in later]


def _measure(session: Session, found: Round, settings: Settings) -> MeasuredAgain:
    query = (
        select(Check, Finding)
        .outerjoin(Finding, Finding.check_id == Check.id)
        .where(
            Check.round_id == found.id,
            or_(Finding.id.is_(None), Finding.state.not_in(_STRUCK_OFF)),
        )
        .order_by(Check.id)
        .execution_options(populate_existing=True)
    )
    rows = session.execute(query).all()
    of_check: dict[int, Finding | None] = {check.id: finding for check, finding in rows}
    _star_again(session, found, [one for one in of_check.values() if one is not None])
    checks = [check for check, _ in rows]
    wanted = findings.steps(session, found, checks, settings=settings)
    kept = _kept(session, found)
    told = _told_by_letter(session, found)
    done = MeasuredAgain(found)
    for check in checks:
        _align(session, done, check, of_check[check.id], wanted[check.id], kept, told)
    session.flush()
    return done


def _align(
    session: Session,
    done: MeasuredAgain,
    check: Check,
    finding: Finding | None,
    wanted: Sequence[Measure],
    kept: Mapping[int, Sequence[MeasureDue]],
    told: Collection[int],
) -> None:
    """Bring one line's rows to the steps that are wanted of it."""
    rows = kept.get(check.line_id, ())
    known = {findings.kind(row.step, Reason.from_json(row.trigger)): row for row in rows}
    letter_issued = finding is not None and finding.id in told
    called_later = any(row.trigger[0] in findings.CALLED_LATER for row in rows if _is_talk(row))
    for measure in wanted:
        row = known.pop(findings.kind(measure.step.value, measure.trigger), None)
        if row is None:
            session.add(
                findings.due(done.round, measure, check.area_code, check.line_id, check.unit_id)
            )
            done.added += 1
            if measure.step is Step.RECTIFY and finding is not None:
                done.to_rectify.append(finding.id)
        elif row.trigger != measure.trigger.to_json() and _may_change(
            session, row, letter_issued, called_later
        ):
            row.trigger = measure.trigger.to_json()
    for row in known.values():
        if not _may_change(session, row, letter_issued, called_later):
            continue
        done.taken_back += 1
        if row.step == Step.RECTIFY and finding is not None:
            done.let_off.append(finding.id)
        if _is_talk(row) and row.unit_id is not None:
            done.uncalled.add(row.unit_id)
        session.delete(row)


def _may_change(session: Session, row: MeasureDue, letter_issued: bool, called_later: bool) -> bool:
    """Not what an issued paper told of, nor what a rectification called for later."""
    if _is_talk(row):
        if row.trigger[0] in findings.CALLED_LATER:
            return False
        talk = session.get(Talk, row.talk_id, populate_existing=True) if row.talk_id else None
        return talk is None or may_be_called_off(talk, talk.notice)
    if row.step == Step.COPY_UP and called_later:
        return False
    return not letter_issued


def _is_talk(row: MeasureDue) -> bool:
    return row.step == Step.TALK


def _star_again(session: Session, found: Round, every: Sequence[Finding]) -> None:
    """A finding that is not issued yet says by today's rounds whether its line failed before."""
    previous = figures.previous_round(session, found)
    before = figures.failed_in(session, previous) if previous else set()
    lines = {finding.check_id: finding for finding in every if finding.state == "new"}
    query = select(Check.id, Check.line_id).where(Check.id.in_(lines))
    for check_id, line_id in session.execute(query):
        lines[check_id].repeated = line_id in before


def _kept(session: Session, found: Round) -> dict[int, list[MeasureDue]]:
    """Line id → the steps that are stored of it."""
    query = (
        select(MeasureDue)
        .where(MeasureDue.round_id == found.id, MeasureDue.line_id.is_not(None))
        .order_by(MeasureDue.id)
    )
    kept: dict[int, list[MeasureDue]] = {}
    for row in session.scalars(query):
        if row.line_id is not None:
            kept.setdefault(row.line_id, []).append(row)
    return kept


def _told_by_letter(session: Session, found: Round) -> set[int]:
    """The findings that an issued 整改通知书 of the round names."""
    query = (
        select(NoticeFinding.finding_id)
        .join(Notice, Notice.id == NoticeFinding.notice_id)
        .where(
            Notice.round_id == found.id,
            Notice.kind == "rectification",
            Notice.number.is_not(None),
        )
    )
    return set(session.scalars(query))


def _lock_drafts(session: Session, round_ids: Collection[int]) -> None:
    """The drafts of these rounds, and of the talks they call for, in one order, as issuing does."""
    talks = (
        select(Talk.notice_id)
        .join(MeasureDue, MeasureDue.talk_id == Talk.id)
        .where(MeasureDue.round_id.in_(round_ids), Talk.notice_id.is_not(None))
    )
    query = (
        select(Notice)
        .where(
            Notice.number.is_(None),
            or_(Notice.round_id.in_(round_ids), Notice.id.in_(talks)),
        )
        .order_by(Notice.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    session.scalars(query).all()
