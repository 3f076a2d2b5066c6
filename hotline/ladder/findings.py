"""What a closed round shows to be wrong, and which steps of the ladder that calls for."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hotline.clock import Period, local, months_after
from hotline.inspection import figures, rubrics
from hotline.ladder.critical_calls import particulars
from hotline.ladder.talk_history import held_before_dialling
from hotline.models.inspection import Call, Check, Round
from hotline.models.loop import Talk
from hotline.models.papers import Finding, MeasureDue
from hotline.rules.escalation import Measure, Now, Past, Step, measures_for_line, talk_for_city
from hotline.rules.outcomes import Klass
from hotline.rules.reasons import Reason
from hotline.rules.rubric import Rubric
from hotline.rules.sampling import Basis
from hotline.rules.scoring import reminder_due
from hotline.rules.statistics import Result, tally
from hotline.settings import Settings

# Steps that a rectification calls for after its round was closed.
CALLED_LATER = ("talk.recheck", "talk.no_report", "copy_up.again")


def make(session: Session, found: Round, *, settings: Settings, now: datetime) -> None:
    """One Finding a failed check with its evidence, one MeasureDue a step that is called for."""
    query = select(Check).where(Check.round_id == found.id).order_by(Check.id)
    checks = session.scalars(query.execution_options(populate_existing=True)).all()
    evidence = _evidence(session, found)
    previous = figures.previous_round(session, found)
    before = figures.failed_in(session, previous) if previous else set()
    called_for = steps(session, found, checks, settings=settings)
    for check in checks:
        klass = Klass(check.klass) if check.klass else None
        if klass is not None and klass.failed:
            session.add(
                Finding(
                    round_id=found.id,
                    check_id=check.id,
                    klass=klass.value,
                    evidence=evidence.get(check.id, []),
                    repeated=check.line_id in before,
                    created_at=now,
                )
            )
        session.add_all(
            due(found, measure, check.area_code, check.line_id, check.unit_id)
            for measure in called_for[check.id]
        )
    if found.level == "province":
        _talks_with_cities(session, found, checks, settings)
    session.flush()


def steps(
    session: Session, found: Round, checks: Sequence[Check], *, settings: Settings
) -> Mapping[int, Sequence[Measure]]:
    """Check id → the steps that its result calls for, by the rounds closed before it so far."""
    rubric = rubrics.load(session, found.rubric.digest)
    period, past = Period.parse(found.period), _past(session, found)
    talked = held_before_dialling(session, [check.id for check in checks])
    critical = particulars(session, [check.id for check in checks if check.critical], settings)
    called_for = {}
    for check in checks:
        klass = Klass(check.klass) if check.klass else None
        judged = _now(
            check, klass, period, rubric, talked.get(check.id), critical.get(check.id, {})
        )
        called_for[check.id] = measures_for_line(
            judged, past.get(check.line_id, ()), settings.ladder
        )
    return called_for


def _now(
    check: Check,
    klass: Klass | None,
    period: Period,
    rubric: Rubric,
    talked: datetime | None,
    critical: Mapping[str, object],
) -> Now:
    scored = klass is not None and check.score_tenths is not None
    return Now(
        period=period,
        klass=klass,
        critical=check.critical,
        particulars=critical,
        majors_failed=len(check.majors_failed),
        reminder=bool(scored and reminder_due(klass, check.score_tenths, rubric)),  # type: ignore[arg-type]
        talked_on=local(talked).date() if talked else None,
    )


def due(
    found: Round, measure: Measure, area_code: str, line_id: int | None, unit_id: int | None
) -> MeasureDue:
    """A step as a row of the round."""
    return MeasureDue(
        round_id=found.id,
        step=measure.step.value,
        trigger=measure.trigger.to_json(),
        line_id=line_id,
        unit_id=unit_id,
        area_code=area_code,
    )


def _talks_with_cities(
    session: Session, found: Round, checks: Sequence[Check], settings: Settings
) -> None:
    groups: dict[str, list[Result]] = {}
    for check in checks:
        if check.basis == Basis.AGAIN.value:
            continue
        klass = Klass(check.klass) if check.klass else None
        groups.setdefault(check.group_code, []).append(Result(klass))
    for code, results in sorted(groups.items()):
        if code == found.area_code:
            continue
        counted = tally(results)
        measure = talk_for_city(counted.pass_rate, counted.tested, settings.ladder)
        if measure is not None:
            session.add(due(found, measure, code, None, None))


def _evidence(session: Session, found: Round) -> Mapping[int, list[int]]:
    """Check id → the ids of its calls, in order, those struck out left out."""
    query = (
        select(Call.check_id, Call.id)
        .join(Check)
        .where(Check.round_id == found.id, Call.voided_at.is_(None))
        .order_by(Call.started_at)
    )
    kept: dict[int, list[int]] = {}
    for check_id, call_id in session.execute(query):
        kept.setdefault(check_id, []).append(call_id)
    return kept


def _past(session: Session, found: Round, line_id: int | None = None) -> Mapping[int, list[Past]]:
    """Line id → its results in the rounds of either level closed before, that ended no later.

    Two years back: further than any step of the ladder looks. Re-checks are left out: the unit
    knew that it would be called again. A finding that was dropped or revoked is not held against
    a line.
    """
    query = (
        select(Check.line_id, Check.klass, Round.period, Round.ends_on)
        .join(Round)
        .outerjoin(Finding, Finding.check_id == Check.id)
        .where(
            Round.closed_at.is_not(None),
            Round.id != found.id,
            Round.purpose == "sample",
            Round.ends_on >= months_after(found.starts_on, -24),
            Check.klass.is_not(None),
            or_(
                Finding.id.is_(None),
                Check.klass == Klass.PASS.value,
                Finding.state.not_in(("dropped", "revoked")),
            ),
        )
    )
    if line_id is not None:
        query = query.where(Check.line_id == line_id)
    past: dict[int, list[Past]] = {}
    ended = min(found.ends_on, Period.parse(found.period).last)
    for line, klass, name, ends_on in session.execute(query):
        # A round that was put off past its period counts as of the period's end.
        period = Period.parse(name)
        if min(ends_on, period.last) <= ended:
            past.setdefault(line, []).append(Past(period, Klass(str(klass))))
    return past


def measure_again(session: Session, check: Check, *, settings: Settings) -> None:
    """Take back the steps of a closed round that its check, as judged now, no longer calls for.

    For an appeal's decision: no step is added, only a trigger worded anew. What a talk answers
    that the unit was told of already stays.
    """
    found = check.round
    rubric = rubrics.load(session, found.rubric.digest)
    state = session.scalar(select(Finding.state).where(Finding.check_id == check.id))
    klass = Klass(check.klass) if check.klass and state != "revoked" else None
    period, past = Period.parse(found.period), _past(session, found, check.line_id)
    talked = held_before_dialling(session, [check.id]).get(check.id)
    critical = particulars(session, [check.id], settings).get(check.id, {})
    standing = measures_for_line(
        _now(check, klass, period, rubric, talked, critical),
        past.get(check.line_id, ()),
        settings.ladder,
    )
    wanted = {kind(one.step.value, one.trigger): one.trigger.to_json() for one in standing}
    query = (
        select(MeasureDue)
        .outerjoin(Talk, Talk.id == MeasureDue.talk_id)
        .where(
            MeasureDue.round_id == found.id,
            MeasureDue.line_id == check.line_id,
            Talk.id.is_(None) | Talk.state.in_(("due", "drafted")),
        )
    )
    for row in session.scalars(query):
        trigger = Reason.from_json(row.trigger)
        if trigger.key in CALLED_LATER and (Step.RECTIFY, "") in wanted:
            continue
        again = wanted.get(kind(row.step, trigger))
        if again is None:
            session.delete(row)
        elif again != row.trigger:
            row.trigger = again
    session.flush()


def kind(step: str, trigger: Reason) -> tuple[str, str]:
    """Talks are told apart by what triggers them; of the other steps there is one a line."""
    return step, trigger.key if step == Step.TALK else ""


def measures(session: Session, found: Round) -> list[MeasureDue]:
    """The steps that a closed round called for, the gravest first."""
    order = {"copy_up": 0, "talk": 1, "circular": 2, "rectify": 3, "remind": 4}
    rows = session.scalars(
        select(MeasureDue).where(MeasureDue.round_id == found.id).order_by(MeasureDue.id)
    ).all()
    return sorted(rows, key=lambda row: order[row.step])
