"""Everything about one unit on one sheet: its lines, what is open, its papers, its talks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from hotline import rights
from hotline.errors import NotFound, T
from hotline.ledgers import ledger_notices, ledger_problems, ledger_talks
from hotline.ledgers.ledger_notices import ListedNotice
from hotline.ledgers.ledger_problems import Problem, Summary
from hotline.ledgers.ledger_talks import ListedTalk
from hotline.loop import appeals
from hotline.loop.appeals import Term
from hotline.models.inspection import Check, Round
from hotline.models.papers import Finding
from hotline.models.registry import Line, Unit
from hotline.rights import Actor
from hotline.settings import Settings

_RESULTS = 6
_MOST = 20


@dataclass(frozen=True)
class Result:
    """What a line came to in one closed round."""

    check_id: int
    period: str
    level: str
    klass: str | None
    score_tenths: int | None


@dataclass(frozen=True)
class OwnLine:
    """A line with its last results, the latest first."""

    line: Line
    results: Sequence[Result]


@dataclass(frozen=True)
class UnitSheet:
    """What the actor may know of a unit. `own`: it is theirs, so that they may report and appeal.

    `pass_tenths`: the score under which a pass is only just one. `unsigned`: of the papers,
    those still to be signed for. `disputable`: what it may still appeal against, and until when.
    Lists are cut at 20; the ledgers have the rest.
    """

    unit: Unit
    own: bool
    pass_tenths: int
    lines: Sequence[OwnLine]
    open: Sequence[Problem]
    problems: Summary
    papers: Sequence[ListedNotice]
    papers_total: int
    unsigned: int
    talks: Sequence[ListedTalk]
    disputable: Sequence[tuple[Finding, Term]]


def get_for(
    session: Session, actor: Actor, unit_id: int, *, settings: Settings, now: datetime
) -> UnitSheet:
    """Raises NotFound outside the actor's scope. The same queries for a large unit and a small."""
    unit = _unit(session, actor, unit_id)
    asked = ledger_problems.Sought(unit_id=unit_id)
    still_open = ledger_problems.Sought(unit_id=unit_id, state="open")
    papers = ledger_notices.Sought(unit_id=unit_id, state="issued")
    unsigned = ledger_notices.Sought(unit_id=unit_id, state="issued", receipt="unsigned")
    shown = ledger_notices.find(session, actor, papers, size=_MOST, settings=settings, now=now)
    return UnitSheet(
        unit=unit,
        own=actor.role == "unit_reader",
        pass_tenths=settings.rubric.remind_below * 10,
        lines=_lines(session, actor, unit_id),
        open=ledger_problems.find(
            session, actor, still_open, size=_MOST, settings=settings, now=now
        ).rows,
        problems=ledger_problems.summary(session, actor, asked, now=now),
        papers=shown.rows,
        papers_total=shown.total,
        unsigned=ledger_notices.find(
            session, actor, unsigned, size=1, settings=settings, now=now
        ).total,
        talks=ledger_talks.find(
            session, actor, ledger_talks.Sought(unit_id=unit_id), now=now, size=_MOST
        ).rows,
        disputable=appeals.disputable(session, actor, settings=settings, now=now),
    )


def _unit(session: Session, actor: Actor, unit_id: int) -> Unit:
    query = select(Unit).where(Unit.id == unit_id).options(joinedload(Unit.area))
    if actor.role == "unit_reader":
        query = query.where(Unit.id == actor.unit_id)
    else:
        query = query.where(rights.units(actor))
    found = session.scalar(query)
    if found is None:
        raise NotFound(T("没有这个单位，或您无权查看。"))
    return found


def _lines(session: Session, actor: Actor, unit_id: int) -> list[OwnLine]:
    query = (
        select(Line)
        .where(Line.unit_id == unit_id, rights.lines(actor))
        .options(joinedload(Line.area))
        .order_by(Line.number)
    )
    results = _results(session, actor, unit_id)
    return [OwnLine(line, results.get(line.id, ())) for line in session.scalars(query)]


def _results(session: Session, actor: Actor, unit_id: int) -> Mapping[int, Sequence[Result]]:
    """Line id → what it came to in its last rounds: samples only, which are over."""
    place = func.row_number().over(
        partition_by=Check.line_id, order_by=(Round.ends_on.desc(), Round.id.desc())
    )
    ranked = (
        select(
            Check.line_id,
            Check.id.label("check_id"),
            Round.period,
            Round.level,
            Check.klass,
            Check.score_tenths,
            place.label("place"),
        )
        .join(Round, Round.id == Check.round_id)
        .where(
            Check.unit_id == unit_id,
            Round.closed_at.is_not(None),
            Round.purpose == "sample",
            rights.checks(actor),
        )
        .subquery()
    )
    found: dict[int, list[Result]] = {}
    query = select(ranked).where(ranked.c.place <= _RESULTS).order_by(ranked.c.place)
    for line_id, *values, _place in session.execute(query):
        found.setdefault(line_id, []).append(Result(*values))
    return found
