"""What a closed round shows to be wrong, and which steps of the ladder that calls for."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline import figures, rubrics
from hotline.clock import Period, months_after
from hotline.models.inspection import Call, Check, Round
from hotline.models.papers import Finding, MeasureDue
from hotline.rules.escalation import Measure, Now, Past, measures_for_line, talk_for_city
from hotline.rules.outcomes import Klass
from hotline.rules.rubric import Rubric
from hotline.rules.scoring import reminder_due
from hotline.rules.statistics import Result, tally
from hotline.settings import Settings


def make(session: Session, found: Round, *, settings: Settings, now: datetime) -> None:
    """One Finding a failed check with its evidence, one MeasureDue a step that is called for."""
    rubric = rubrics.load(session, found.rubric.digest)
    period = Period.parse(found.period)
    query = select(Check).where(Check.round_id == found.id).order_by(Check.id)
    checks = session.scalars(query.execution_options(populate_existing=True)).all()
    evidence = _evidence(session, found)
    past = _past(session, found)
    previous = figures.previous_round(session, found)
    before = figures.results_of(session, previous) if previous else {}
    for check in checks:
        klass = Klass(check.klass) if check.klass else None
        if klass is not None and klass.failed:
            earlier = before.get(check.line_id)
            session.add(
                Finding(
                    round_id=found.id,
                    check_id=check.id,
                    klass=klass.value,
                    evidence=evidence.get(check.id, []),
                    repeated=bool(earlier and earlier.klass and earlier.klass.failed),
                    created_at=now,
                )
            )
        due = measures_for_line(
            _now(check, klass, period, rubric), past.get(check.line_id, ()), settings.ladder
        )
        session.add_all(
            _due(found, measure, check.area_code, check.line_id, check.unit_id) for measure in due
        )
    if found.level == "province":
        _talks_with_cities(session, found, checks, settings)
    session.flush()


def _now(check: Check, klass: Klass | None, period: Period, rubric: Rubric) -> Now:
    scored = klass is not None and check.score_tenths is not None
    return Now(
        period=period,
        klass=klass,
        critical=check.critical,
        majors_failed=len(check.majors_failed),
        reminder=bool(scored and reminder_due(klass, check.score_tenths, rubric)),  # type: ignore[arg-type]
    )


def _due(
    found: Round, measure: Measure, area_code: str, line_id: int | None, unit_id: int | None
) -> MeasureDue:
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
        klass = Klass(check.klass) if check.klass else None
        groups.setdefault(check.group_code, []).append(Result(klass))
    for code, results in sorted(groups.items()):
        if code == found.area_code:
            continue
        counted = tally(results)
        measure = talk_for_city(counted.pass_rate, counted.tested, settings.ladder)
        if measure is not None:
            session.add(_due(found, measure, code, None, None))


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


def _past(session: Session, found: Round) -> Mapping[int, list[Past]]:
    """Line id → its results in the rounds of either level closed before, that ended no later.

    Two years back: further than any step of the ladder looks.
    """
    query = (
        select(Check.line_id, Check.klass, Round.period)
        .join(Round)
        .where(
            Round.closed_at.is_not(None),
            Round.id != found.id,
            Round.ends_on <= found.ends_on,
            Round.ends_on >= months_after(found.starts_on, -24),
            Check.klass.is_not(None),
        )
    )
    past: dict[int, list[Past]] = {}
    for line_id, klass, period in session.execute(query):
        past.setdefault(line_id, []).append(Past(Period.parse(period), Klass(str(klass))))
    return past


def measures(session: Session, found: Round) -> list[MeasureDue]:
    """The steps that a closed round called for, the gravest first."""
    order = {"talk": 0, "circular": 1, "rectify": 2, "remind": 3}
    rows = session.scalars(
        select(MeasureDue).where(MeasureDue.round_id == found.id).order_by(MeasureDue.id)
    ).all()
    return sorted(rows, key=lambda row: order[row.step])
