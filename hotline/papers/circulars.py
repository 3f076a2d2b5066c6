"""The facts of a round's 通报, out of its figures."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline import words
from hotline.inspection import figures, rubrics
from hotline.inspection.figures import AreaFigure, LineFigure, RoundFigures
from hotline.ladder import findings, set_aside
from hotline.models.inspection import Round
from hotline.models.loop import Talk
from hotline.models.papers import Finding, MeasureDue
from hotline.papers import paper_words, recheck_facts
from hotline.papers.paper_heads import Issued, head, of_round
from hotline.papers.paper_heads import draft_number as draft_number
from hotline.rights import Actor
from hotline.rules.duty import DutyHours
from hotline.rules.outcomes import Klass, Outcome
from hotline.rules.reasons import Reason
from hotline.rules.rubric import Retry
from hotline.rules.statistics import TIMELY_RING_S, Change, Tally
from hotline.settings import Settings
from reports.circular_facts import Circular, FigureRow, LineRow, OutcomeCount


def facts(
    session: Session,
    actor: Actor,
    found: Round,
    *,
    settings: Settings,
    now: datetime,
    issued: Issued | None = None,
) -> Circular:
    """Everything the 通报 of a closed round says, as far as the actor may see it."""
    counted = figures.of_round(session, actor, found, settings=settings)
    rubric = rubrics.load(session, found.rubric.digest)
    best, worst = figures.best_and_worst(counted.areas)
    aside = _set_aside(session, found)
    before = figures.previous_round(session, found)
    now_in_round = {line.line_id: line for line in counted.lines}
    return Circular(
        **head(found, settings=settings, now=now, issued=issued, to_many=True),
        **of_round(found),
        level=found.level,
        window_start=found.starts_on.isoformat(),
        window_end=found.ends_on.isoformat(),
        addressees=settings.addressees(found.area_code, found.level),
        basis=settings.papers.basis,
        retry_rule=retry_words(rubric.retry),
        duty_hours=f"{duty_words(settings.duty_of(None))}（另有约定的线路按其约定）",
        slow_ring_s=rubric.limits.slow_ring_s,
        timely_ring_s=TIMELY_RING_S,
        remind_below=rubric.remind_below,
        total=_figure_row("合计", None, counted.total, counted.change),
        areas=tuple(_area_row(row) for row in by_rank(counted)),
        lines=_line_rows(counted, aside, apart=False),
        apart=_line_rows(counted, aside, apart=True),
        outcomes=tuple(
            OutcomeCount(str(words.OUTCOME[outcome]), counted.total.outcomes[outcome])
            for outcome in Outcome
            if counted.total.outcomes.get(outcome)
        ),
        deadline=deadline_words(settings),
        previous_code=counted.previous,
        again=recheck_facts.rows(session, actor, found, before, now_in_round) if before else (),
        completion=recheck_facts.completed(session, before, now) if before else None,
        as_is_reason=found.as_is_reason,
        best=tuple(_with_rate(row) for row in best),
        worst=tuple(_with_rate(row) for row in worst),
        talks=_talks(session, found, counted, aside),
    )


def by_rank(counted: RoundFigures) -> list[AreaFigure]:
    """The rows as a paper prints them: ranked ones first, then those too small for a rank."""
    return sorted(counted.areas, key=lambda row: (row.rank is None, row.rank or 0, row.code))


def retry_words(retry: Retry) -> str:
    """The retry rule as a paper states it, without a full stop."""
    return (
        f"未接通的线路在值班时间内拨打{retry.attempts}次，各次相隔{retry.minutes_apart}分钟以上，"
        f"不全在上午或下午，末次在首次之后的工作日；占线的可随即重拨{retry.busy_redials}次；"
        f"号码类问题经{retry.wrong_number_dials}次拨测证实；测试方原因造成的不计"
    )


def duty_words(duty: DutyHours) -> str:
    """工作日8:30至12:00、13:30至17:30."""
    spans = "、".join(f"{a // 60}:{a % 60:02d}至{b // 60}:{b % 60:02d}" for a, b in duty.spans)
    return f"{'每天' if duty.daily else '工作日'}{spans}"


def deadline_words(settings: Settings) -> str:
    ladder = settings.ladder
    return (
        f"自签发之日起{ladder.rectify_days}个工作日内"
        f"（号码失效错误的{ladder.wrong_number_days}个工作日内）"
    )


def talk_words(row: MeasureDue, called: str | None = None) -> str:
    """Who is to be called to a 约谈, and by what trigger. `called`: the unit as it is named."""
    why = paper_words.reason(Reason.from_json(row.trigger))
    if row.unit is None or row.line is None:
        return f"{row.area.name}：{why}"
    called = called or paper_words.full_name(row.unit.name, row.area.name)
    return f"{called}（{row.line.number}）：{why}"


def _line_rows(
    counted: RoundFigures, aside: Mapping[int, str], *, apart: bool
) -> tuple[LineRow, ...]:
    return tuple(
        line_row(line, counted.round, aside.get(line.check_id))
        for line in counted.lines
        if line.apart == apart
    )


def line_row(line: LineFigure, found: Round, aside: str | None = None) -> LineRow:
    """A line as annex 2 and Excel print it; `aside`: why its problem is not pursued."""
    result = line.result
    return LineRow(
        number=line.number,
        unit=line.unit,
        area=area_name(line, found),
        called=_called(line, found),
        class_key=result.klass.value if result.klass else None,
        class_label=str(words.klass(result.klass)),
        outcome=str(words.OUTCOME[result.outcome]) if result.outcome else None,
        score=line.score,
        attempts=line.attempts,
        ring_s=result.ring_s,
        first_connected=result.first_connected,
        reasons=tuple(paper_words.reason(said) for said in line.reasons),
        repeated=line.repeated,
        set_aside=aside if result.klass is not None and result.klass.failed else None,
    )


def _set_aside(session: Session, found: Round) -> dict[int, str]:
    """Check id → why its finding is not pursued."""
    query = select(Finding).where(
        Finding.round_id == found.id, Finding.state.in_(set_aside.NOT_PURSUED)
    )
    return {one.check_id: set_aside.why(one) or "" for one in session.scalars(query)}


def _talks(
    session: Session, found: Round, counted: RoundFigures, aside: Mapping[int, str]
) -> tuple[str, ...]:
    """Who is called to a 约谈; not for a line whose problem is not pursued, nor one called off."""
    cancelled = (
        select(MeasureDue.talk_id)
        .join(Talk, Talk.id == MeasureDue.talk_id)
        .where(MeasureDue.round_id == found.id, Talk.state == "cancelled")
    )
    off = set(session.scalars(cancelled))
    left_out = {line.line_id for line in counted.lines if line.check_id in aside}
    called = {line.line_id: _called(line, found) for line in counted.lines}
    return tuple(
        talk_words(row, called.get(row.line_id) if row.line_id else None)
        for row in findings.measures(session, found)
        if row.step == "talk" and row.line_id not in left_out and row.talk_id not in off
    )


def area_name(line: LineFigure, found: Round) -> str:
    """A line's area; in a paper of the province with its city, where it has one."""
    city = line.group if found.level == "province" else ""
    return paper_words.full_name(line.area, line.area, city)


def _called(line: LineFigure, found: Round) -> str:
    city = line.group if found.level == "province" else ""
    return paper_words.full_name(line.unit, line.area, city)


def _area_row(row: AreaFigure) -> FigureRow:
    return _figure_row(_row_name(row), row.rank, row.tally, row.change)


def _row_name(row: AreaFigure) -> str:
    return row.name or str(words.PROVINCE_ROW)


def _with_rate(row: AreaFigure) -> str:
    counted = row.tally
    n = f"{counted.classes.get(Klass.PASS, 0)}/{counted.tested}"
    return f"{_row_name(row)}（{words.percent(counted.pass_rate)}，{n}）"


def _figure_row(name: str, rank: int | None, counted: Tally, changed: Change) -> FigureRow:
    low, high = counted.pass_interval or (None, None)
    classes = counted.classes
    return FigureRow(
        name=name,
        rank=rank,
        lines=counted.lines,
        tested=counted.tested,
        passed=counted.passed,
        unreachable=classes.get(Klass.UNREACHABLE, 0),
        wrong_number=classes.get(Klass.WRONG_NUMBER, 0),
        slow=classes.get(Klass.SLOW, 0),
        irregular=classes.get(Klass.IRREGULAR, 0),
        slow_irregular=classes.get(Klass.SLOW_IRREGULAR, 0),
        void=counted.void,
        untested=counted.untested,
        first_dial_connect_rate=counted.first_dial_connect_rate,
        connect_rate=counted.connect_rate,
        timely_rate=counted.timely_rate,
        valid_rate=counted.valid_rate,
        handling_rate=counted.handling_rate,
        handling_n=counted.handled,
        pass_rate=counted.pass_rate,
        pass_rate_low=low,
        pass_rate_high=high,
        change_points=changed.points,
        change_n=changed.n,
        mean_score=counted.mean_score,
    )
