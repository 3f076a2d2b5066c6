"""The one query layer for figures: page, Excel and PDF show the same numbers, for they ask here.

Everything is computed from the rows of Check; what it costs follows the lines, not the calls.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session, aliased

from hotline import rights
from hotline.clock import Period
from hotline.errors import T, Text
from hotline.models.inspection import Check, Round
from hotline.models.papers import Finding
from hotline.models.registry import Area, Unit
from hotline.rights import Actor
from hotline.rules.outcomes import Klass, Outcome
from hotline.rules.reasons import Reason
from hotline.rules.sampling import Basis
from hotline.rules.statistics import (
    Agreement,
    Change,
    Result,
    Tally,
    agreement,
    change,
    ranks,
    tally,
)
from hotline.settings import Settings


@dataclass(frozen=True)
class LineFigure:
    """One line in a round. `before`: its result in the round before, None if it was not in it.

    `failed_before`: that was a failure which stands: one dropped or revoked is not held against it.
    `apart`: it is in the round only because it failed in the one before, and so enters no figure
    but that of such lines.
    """

    check_id: int
    line_id: int
    number: str
    unit_id: int
    unit: str
    area_code: str
    area: str
    group_code: str
    group: str
    result: Result
    attempts: int | None
    provisional: bool
    reasons: tuple[Reason, ...]
    before: Result | None
    failed_before: bool
    apart: bool

    @property
    def score(self) -> float | None:
        tenths = self.result.score_tenths
        return None if tenths is None else tenths / 10

    @property
    def repeated(self) -> bool:
        """Failed now and in the round before."""
        now = self.result.klass
        return bool(now and now.failed and self.failed_before)


@dataclass(frozen=True)
class AreaFigure:
    """One row: a reporting group in a province's round, an area in a city's.

    `rank` None: fewer lines tested than a rank needs. `name` None: the province's own lines.
    """

    code: str
    name: str | None
    rank: int | None
    tally: Tally
    change: Change


@dataclass(frozen=True)
class RoundFigures:
    """A round's figures as far as the actor may see them.

    `previous`: the code of the last closed round of the same level and area, None if none.
    The total is the whole round's, but for a unit its own lines', and for a city's inspector
    in a round of the province their own group's. `again`: the lines that were not drawn and are
    tested because they failed the time before; they are in `lines`, and in nothing else here.
    """

    round: Round
    previous: str | None
    total: Tally
    change: Change
    areas: tuple[AreaFigure, ...]
    lines: tuple[LineFigure, ...]
    again: Tally

    @property
    def balanced(self) -> bool:
        parts = [self.again, *(area.tally for area in self.areas)]
        return self.total.balanced and all(part.balanced for part in parts)


def of_round(session: Session, actor: Actor, found: Round, *, settings: Settings) -> RoundFigures:
    """Total, rows and lines of a round. Four queries, however many lines there are."""
    previous = previous_round(session, found)
    before = results_of(session, previous) if previous else {}
    failed = failed_in(session, previous) if previous else set()
    query = _rows(found)
    if found.is_open and actor.role in rights.INSPECTOR_ROLES:
        query = query.join(Round, Round.id == Check.round_id).where(rights.blind(actor))
    everything = shown = [_line(row, before, failed) for row in session.execute(query)]
    rows = _areas(found, everything, settings.figures.min_tested_for_rank)
    if actor.role == "unit_reader":
        everything = [line for line in everything if line.unit_id == actor.unit_id]
        rows = _areas(found, everything, settings.figures.min_tested_for_rank)
        shown = everything
    elif actor.of_city and not found.is_open and found.area_code != actor.area_code:
        rows = [row for row in rows if row.code == actor.area_code]
        shown = [line for line in everything if line.group_code == actor.area_code]
        if actor.role == "city_inspector":
            everything = shown
    return RoundFigures(
        round=found,
        previous=previous.code if previous else None,
        total=tally(line.result for line in everything if not line.apart),
        change=_change(everything),
        areas=tuple(rows),
        lines=tuple(shown),
        again=tally(line.result for line in everything if line.apart),
    )


def counts_that_do_not_add_up(session: Session, found: Round) -> list[Text]:
    """The rows of a round, and its total, whose counts do not sum to the lines tested."""
    lines = [_line(row, {}, ()) for row in session.execute(_rows(found))]
    wrong = [row for row in _areas(found, lines, 1) if not row.tally.balanced]
    said = [T("{area}：分类或结果之和不等于抽查数", area=row.name or row.code) for row in wrong]
    drawn, again = ([one for one in lines if one.apart == apart] for apart in (False, True))
    if not all(tally(one.result for one in part).balanced for part in (drawn, again)):
        said.append(T("合计：分类或结果之和不等于抽查数"))
    return said


def previous_round(session: Session, found: Round) -> Round | None:
    """The last closed round of the same level and area before this one."""
    return session.scalar(
        select(Round)
        .where(
            Round.purpose == "sample",
            Round.level == found.level,
            Round.area_code == found.area_code,
            Round.period < found.period,
            Round.closed_at.is_not(None),
        )
        .order_by(Round.period.desc())
        .limit(1)
    )


def results_of(session: Session, found: Round) -> dict[int, Result]:
    """Line id → result in that round."""
    query = select(
        Check.line_id,
        Check.klass,
        Check.outcome,
        Check.ring_s,
        Check.first_connected,
        Check.score_tenths,
    ).where(Check.round_id == found.id)
    return {row.line_id: _result(row) for row in session.execute(query)}


def failed_in(session: Session, found: Round) -> set[int]:
    """The lines that failed in a closed round; findings that were struck off do not count."""
    query = (
        select(Check.line_id)
        .join(Finding, Finding.check_id == Check.id)
        .where(Check.round_id == found.id, Finding.state.not_in(("dropped", "revoked")))
    )
    return set(session.scalars(query))


def self_check(session: Session, quarter: Round) -> dict[str, Agreement]:
    """Does the self-check hold? Group code → agreement of city and province on the same lines.

    A city's word on a line is its latest closed monthly round's in the quarter.
    """
    import pandas

    period = Period.parse(quarter.period)
    columns = (Check.line_id, Check.group_code, Check.klass)
    monthly = (
        select(*columns, Round.ends_on)
        .join(Round)
        .where(
            Round.purpose == "sample",
            Round.level == "city",
            Round.closed_at.is_not(None),
            Round.starts_on >= period.first,
            Round.starts_on <= period.last,
            Check.klass.is_not(None),
            Check.klass != Klass.VOID.value,
        )
    )
    cities = pandas.DataFrame(
        session.execute(monthly).all(), columns=["line", "group", "city", "ends_on"]
    )
    latest = cities.sort_values("ends_on").drop_duplicates("line", keep="last")
    of_province = select(Check.line_id, Check.klass).where(
        Check.round_id == quarter.id, Check.basis != Basis.AGAIN.value
    )
    province = pandas.DataFrame(
        session.execute(of_province).all(), columns=["line", "province"]
    ).dropna()
    both = latest.merge(province, on="line")
    return {
        str(group): agreement(
            (Result(Klass(row.city)), Result(Klass(row.province))) for row in rows.itertuples()
        )
        for group, rows in both.groupby("group")
    }


def best_and_worst(rows: Sequence[AreaFigure]) -> tuple[list[AreaFigure], list[AreaFigure]]:
    """The ranked rows at the top and at the bottom; none at the bottom if all are equal."""
    ranked = [row for row in rows if row.rank is not None]
    if not ranked:
        return [], []
    last = max(row.rank or 0 for row in ranked)
    top = [row for row in ranked if row.rank == 1]
    return top, [row for row in ranked if row.rank == last and last != 1]


def _rows(found: Round) -> Select[*tuple[Any, ...]]:
    group = aliased(Area)
    return (
        select(
            Check.id.label("check_id"),
            Check.line_id,
            Check.number,
            Check.unit_id,
            Unit.name.label("unit"),
            Check.area_code,
            Area.name.label("area"),
            Check.group_code,
            group.name.label("group"),
            Check.klass,
            Check.outcome,
            Check.ring_s,
            Check.first_connected,
            Check.score_tenths,
            Check.attempts,
            Check.provisional,
            Check.reasons,
            Check.basis,
        )
        .join(Unit, Unit.id == Check.unit_id)
        .join(Area, Area.code == Check.area_code)
        .join(group, group.code == Check.group_code)
        .where(Check.round_id == found.id)
        .order_by(Check.group_code, Check.area_code, Check.number)
    )


def _result(row: Row[*tuple[Any, ...]]) -> Result:
    return Result(
        klass=Klass(row.klass) if row.klass else None,
        outcome=Outcome(row.outcome) if row.outcome else None,
        ring_s=row.ring_s,
        first_connected=row.first_connected,
        score_tenths=row.score_tenths,
    )


def _line(
    row: Row[*tuple[Any, ...]], before: Mapping[int, Result], failed: Container[int]
) -> LineFigure:
    return LineFigure(
        check_id=row.check_id,
        line_id=row.line_id,
        number=row.number,
        unit_id=row.unit_id,
        unit=row.unit,
        area_code=row.area_code,
        area=row.area,
        group_code=row.group_code,
        group=row.group,
        result=_result(row),
        attempts=row.attempts,
        provisional=row.provisional,
        reasons=tuple(Reason.from_json(said) for said in row.reasons),
        before=before.get(row.line_id),
        failed_before=row.line_id in failed,
        apart=row.basis == Basis.AGAIN.value,
    )


def _row_code(found: Round, line: LineFigure) -> str:
    return line.group_code if found.level == "province" else line.area_code


def _areas(found: Round, lines: Iterable[LineFigure], least: int) -> list[AreaFigure]:
    grouped: dict[str, list[LineFigure]] = {}
    for line in lines:
        if line.apart:
            continue
        grouped.setdefault(_row_code(found, line), []).append(line)
    tallies = {code: tally(line.result for line in own) for code, own in grouped.items()}
    places = ranks([t.pass_rate if t.tested >= least else None for t in tallies.values()])
    return [
        AreaFigure(
            code=code,
            name=_name(found, grouped[code][0]),
            rank=place,
            tally=counted,
            change=_change(grouped[code]),
        )
        for (code, counted), place in zip(tallies.items(), places, strict=True)
    ]


def _name(found: Round, line: LineFigure) -> str | None:
    if found.level == "city":
        return line.area
    return None if line.group_code == found.area_code else line.group


def _change(lines: Iterable[LineFigure]) -> Change:
    return change((line.before, line.result) for line in lines if line.before and not line.apart)
