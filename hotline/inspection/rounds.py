"""Rounds: open one with its checks, say who inspects, see how far it has come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from hotline import audit, rights
from hotline.clock import Period, local
from hotline.errors import Conflict, FieldError, Invalid, NotFound, T, Text
from hotline.files.spreadsheets import Column, TableFile
from hotline.inspection import (
    assignments,
    checks,
    doubles,
    inspectors,
    round_lines,
    rubrics,
    samples,
)
from hotline.inspection.round_lines import NewRound as NewRound
from hotline.inspection.round_lines import round_code as round_code
from hotline.models.inspection import Check, Round
from hotline.rights import Actor
from hotline.rules.reasons import Reason
from hotline.rules.sampling import Basis
from hotline.settings import Settings
from hotline.texts import clean, mistake
from hotline.words import reason as reason_words


def open_round(
    session: Session, actor: Actor, new: NewRound, *, settings: Settings, now: datetime
) -> Round:
    """Open a round with the rubric of today, one check a line.

    Raises Forbidden, Invalid (with every mistake) or Conflict if there is such a round already.
    """
    rights.require_manages(actor, new.level, new.area_code)
    period = round_lines.period_of(new, local(now).date())
    starts_on, ends_on = round_lines.window_of(new, period)
    area = round_lines.area_of(session, new)
    code = round_code(new.level, new.area_code, new.period)
    known = Conflict(T("已有这一轮抽查：{code}。", code=code))
    if session.scalar(select(Round.id).where(Round.code == code)):
        raise known
    lines = round_lines.lines_of(session, new, area)
    drawn = samples.draw_for(session, new, period=period, settings=settings, now=now)
    version = rubrics.freeze(session, settings.rubric, now)
    opened = Round(
        code=code,
        level=new.level,
        area_code=new.area_code,
        period=new.period,
        starts_on=starts_on,
        ends_on=ends_on,
        coverage=new.coverage,
        rubric=version,
        **(drawn.kept if drawn else {}),
        opened_at=now,
        opened_by=actor.name,
        inspectors=inspectors.chosen(session, actor, new.inspectors),
    )
    session.add(opened)
    try:
        session.flush()
    except IntegrityError as error:
        raise known from error
    bases = drawn.bases if drawn else dict.fromkeys((line.line_id for line in lines), Basis.FULL)
    session.execute(
        insert(Check),
        [
            {**checks.untested(opened, line, settings), "basis": bases[line.line_id].value}
            for line in lines
            if line.line_id in bases
        ],
    )
    dealt = assignments.deal(session, opened, settings=settings, now=now)
    if dealt:
        doubles.open_for(session, actor, opened, settings=settings, now=now)
    audit.record(
        session,
        actor=actor.name,
        action="round.open",
        subject="round",
        subject_id=code,
        new={
            "lines": len(bases),
            "coverage": opened.coverage,
            "seed": opened.seed,
            "frame_hash": opened.frame_hash,
            "rubric": version.version,
            "inspectors": sorted(user.name for user in opened.inspectors),
            **dealt,
        },
        now=now,
    )
    return opened


NAME_COLUMNS = (Column("number", "号码"), Column("line_id", "线路编号"))


def line_names(table: TableFile) -> tuple[str, ...]:
    """The lines that a file lists, each by its 线路编号 or its number."""
    return tuple(row.values.get("line_id") or row.values.get("number", "") for row in table.rows)


def get_for(session: Session, actor: Actor, code: str) -> Round:
    """A round by its code. Raises NotFound outside the actor's scope."""
    query = (
        select(Round)
        .where(Round.code == code, rights.rounds(actor))
        .options(joinedload(Round.area), joinedload(Round.rubric))
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound(T("没有这一轮抽查，或您无权查看：{code}", code=code))
    return found


def get_sample(session: Session, actor: Actor, code: str) -> Round:
    """The same of a sample alone: a re-check of one line has no figures, nor have doubles."""
    found = get_for(session, actor, code)
    if found.purpose == "double":
        raise NotFound(T("双盲复测不计入统计：{code}", code=code))
    if found.purpose != "sample":
        raise NotFound(T("复查只看一条线路的结果，没有统计：{code}", code=code))
    return found


@dataclass(frozen=True)
class Assigned:
    """How many of a round's inspectors can dial, and how many waiting lines lost their tester."""

    serving: int
    freed: int


def assign(
    session: Session,
    actor: Actor,
    code: str,
    wanted: Sequence[int],
    *,
    settings: Settings,
    now: datetime,
) -> Assigned:
    """Say who inspects an open round; those who are not named any more lose sight of it.

    Whoever is assigned may stay or be taken off, also one whom the actor could not send out. The
    lines of those who are taken off are open to the others, and so are the waiting ones of those
    who stay and can dial no more. The first inspectors of a round that was opened without any are
    dealt its lines, and its doubles are opened, over the half-days that are left.
    """
    found = get_for(session, actor, code)
    rights.require_manages(actor, found.level, found.area_code)
    found = session.get_one(Round, found.id, with_for_update=True, populate_existing=True)
    require_open(found)
    doubles.refuse(found)
    before = sorted(user.name for user in found.inspectors)
    found.inspectors = inspectors.chosen(session, actor, wanted, there=found.inspectors)
    session.flush()
    freed = assignments.release(session, found)
    audit.record(
        session,
        actor=actor.name,
        action="round.assign",
        subject="round",
        subject_id=code,
        old=before,
        new=sorted(user.name for user in found.inspectors),
        now=now,
    )
    # Of whoever stays, the journal tells line by line what changed hands, for drawing again.
    if freed.staying:
        assignments.note_hand_over(session, actor, code, freed.staying, of=freed.holders, now=now)
    serving = len(inspectors.serving(found))
    dealt = assignments.deal(session, found, settings=settings, now=now)
    if not dealt:
        return Assigned(serving, freed.waiting)
    doubles.open_for(session, actor, found, settings=settings, now=now)
    audit.record(
        session,
        actor=actor.name,
        action="round.draw",
        subject="round",
        subject_id=code,
        new={"inspectors": sorted(user.name for user in found.inspectors), **dealt},
        now=now,
    )
    return Assigned(serving, freed=0)


def extend(
    session: Session, actor: Actor, code: str, ends_on: date | None, *, reason: str, now: datetime
) -> Round:
    """Put off the last day of an open round, and of its doubles, with the reason.

    First dials stay planned as they were dealt. `ends_on` None: not a date. Raises NotFound,
    Forbidden, Conflict (also where no such day is left), and Invalid for a day that is no later,
    has passed, or lies more than a month after the period, or a reason that cannot be kept.
    """
    found = get_for(session, actor, code)
    rights.require_manages(actor, found.level, found.area_code)
    found = session.get_one(Round, found.id, with_for_update=True, populate_existing=True)
    require_open(found)
    if found.purpose != "sample":
        raise Conflict(T("双盲复测随原抽查延长，复查的期限另定，不能单独延长。"))
    latest, why = round_lines.latest_end(Period.parse(found.period)), clean(reason)
    errors = []
    if latest < local(now).date():
        raise Conflict(
            T("最迟可延长到的 {day} 已过，不能再延长，只能照现状关闭。", day=latest.isoformat())
        )
    if ends_on is None:
        errors.append(FieldError("ends_on", T("日期写作 2026-11-30。")))
    elif ends_on <= found.ends_on or ends_on < local(now).date():
        errors.append(FieldError("ends_on", T("须晚于现在的截止日期，且不早于今天。")))
    elif ends_on > latest:
        errors.append(FieldError("ends_on", T("最迟延长到 {day}。", day=latest.isoformat())))
    if not why:
        errors.append(FieldError("reason", T("请写明延长的原因。")))
    elif wrong := mistake(why, longest=500):
        errors.append(FieldError("reason", wrong))
    if errors or ends_on is None:
        raise Invalid(errors)
    before, found.ends_on = found.ends_on, ends_on
    double = doubles.of_round(session, found)
    if double is not None and double.is_open:
        double.ends_on = ends_on
    session.flush()
    audit.record(
        session,
        actor=actor.name,
        action="round.extend",
        subject="round",
        subject_id=code,
        old={"ends_on": before.isoformat()},
        new={"ends_on": ends_on.isoformat()},
        reason=why,
        now=now,
    )
    return found


def obstacles(session: Session, found: Round) -> list[Text]:
    """What keeps a round from being closed, a sentence a line: retry rule, returned checks."""
    query = (
        select(Check)
        .where(Check.round_id == found.id, ~Check.closable | (Check.review == "returned"))
        .options(joinedload(Check.unit))
        .order_by(Check.area_code, Check.number)
        .execution_options(populate_existing=True)
    )
    said = []
    for check in session.scalars(query):
        why = (
            Reason("open.returned")
            if check.closable or check.open_reason is None
            else Reason.from_json(check.open_reason)
        )
        said.append(
            T(
                "{number} {unit}：{why}",
                number=check.number,
                unit=check.unit.name,
                why=reason_words(why),
            )
        )
    return said


@dataclass(frozen=True)
class Progress:
    """How far a round has come: checks that may be closed, that were dialled, that are reviewed."""

    round: Round
    lines: int
    dialled: int
    closable: int
    reviewed: int


def progress(
    session: Session,
    actor: Actor,
    *,
    only_open: bool = False,
    open_before: datetime | None = None,
    limit: int | None = None,
    purpose: str = "sample",
) -> list[Progress]:
    """The rounds in the actor's scope with their progress, the latest period first.

    `open_before`: only those that were open just before that moment; their progress is today's.
    Re-checks and doubles are lists of their own (`purpose`): no sample's list or figure has them.
    """
    counts = (
        select(
            Check.round_id,
            func.count().label("lines"),
            func.count().filter(Check.calls_made > 0).label("dialled"),
            func.count().filter(Check.closable).label("closable"),
            func.count().filter(Check.review == "accepted").label("reviewed"),
        )
        .join(Round)
        .where(rights.checks(actor))
        .group_by(Check.round_id)
        .subquery()
    )
    query = (
        select(Round, counts.c.lines, counts.c.dialled, counts.c.closable, counts.c.reviewed)
        .join(counts, counts.c.round_id == Round.id)
        .where(rights.rounds(actor), Round.purpose == purpose)
        .order_by(Round.closed_at.is_not(None), Round.ends_on.desc(), Round.code)
        .options(joinedload(Round.area))
        .limit(limit)
    )
    if only_open:
        query = query.where(Round.closed_at.is_(None))
    if open_before is not None:
        still = Round.closed_at.is_(None) | (Round.closed_at >= open_before)
        query = query.where(Round.opened_at < open_before, still)
    return [Progress(*row) for row in session.execute(query)]


def require_open(found: Round) -> None:
    """Raises Conflict for a round that is closed."""
    if not found.is_open:
        raise Conflict(T("这一轮已经关闭：{code}", code=found.code))
