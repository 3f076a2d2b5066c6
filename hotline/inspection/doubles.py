"""Doubles (双盲复测): some lines of a dealt round are tested by a second inspector too.

They are a round of their own, `D-` and the round's code, logged, scored and reviewed as any other
and left out of every figure, list and history of samples. Each inspector sees their own test of
a line alone (rights.blind); what both came to is compared when both rounds are over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from math import ceil
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session, aliased

from hotline import audit, rights
from hotline.errors import Conflict, NotFound, T
from hotline.inspection import checks
from hotline.inspection.assignments import HalfDay, half_days
from hotline.models.inspection import Check, Round
from hotline.models.registry import Line, Unit
from hotline.rights import Actor
from hotline.rules.agreement import Agreed, agreed
from hotline.rules.outcomes import Klass
from hotline.rules.sampling import assigned, shuffled
from hotline.settings import Settings


@dataclass(frozen=True)
class Differing:
    """A line that two inspectors judged differently."""

    number: str
    unit: str
    first: Klass
    second: Klass


@dataclass(frozen=True)
class Comparison:
    """Both tests of the lines that were tested twice."""

    agreed: Agreed
    differing: Sequence[Differing]


def code_of(found: Round) -> str:
    return f"D-{found.code}"


def doubled_code(found: Round) -> str | None:
    """The code of the round whose lines are tested again; None for any but a double."""
    return found.code.removeprefix("D-") if found.purpose == "double" else None


def chosen(
    lines: Mapping[str, str | None], own: Mapping[str, frozenset[str]], percent: float, seed: str
) -> list[str]:
    """Which lines are tested twice, in the order that the seed draws.

    `lines`: line → who tests it first; `own`: line → who may test it at all. A line for which
    nobody else is left is passed over.
    """
    wanted = ceil(Fraction(str(percent)) / 100 * len(lines))
    free = [line for line, first in lines.items() if first is not None and own[line] - {first}]
    return shuffled(free, seed, "double")[:wanted]


def open_for(
    session: Session, actor: Actor, opened: Round, *, settings: Settings, now: datetime
) -> Round | None:
    """Open the doubles of a round whose checks have just been dealt; None: it has none."""
    percent, seed, people = settings.rounds.doubles_percent, opened.seed, opened.inspectors
    if not percent or seed is None or len(people) < 2:
        return None
    query = select(Line, Check).join(Check, Check.line_id == Line.id)
    there = {
        line.line_id: (line, check)
        for line, check in session.execute(
            query.where(Check.round_id == opened.id).execution_options(populate_existing=True)
        )
    }
    by_id = {user.id: user for user in people}
    may = {
        key: frozenset(user.name for user in people if user.unit_id != check.unit_id)
        for key, (_line, check) in there.items()
    }
    first = {
        key: by_id[check.inspector_id].name if check.inspector_id in by_id else None
        for key, (_line, check) in there.items()
    }
    drawn = chosen(first, may, percent, seed)
    if not drawn:
        return None
    names = sorted(user.name for user in people)
    barred = {key: frozenset(names) - (may[key] - {first[key]}) for key in drawn}
    given = assigned(drawn, names, barred, f"{seed} double")
    by_name = {user.name: user for user in people}
    double = Round(
        code=code_of(opened),
        purpose="double",
        level=opened.level,
        area_code=opened.area_code,
        period=opened.period,
        starts_on=opened.starts_on,
        ends_on=opened.ends_on,
        coverage="list",
        rubric_id=opened.rubric_id,
        opened_at=now,
        opened_by=actor.name,
        inspectors=[by_name[name] for name in sorted({name for name in given.values() if name})],
    )
    session.add(double)
    session.flush()
    slots = half_days(opened, now, settings.working_days)
    planned = _planned(drawn, there, slots, seed, settings)
    session.execute(
        insert(Check),
        [
            {
                **checks.untested(double, there[key][0], settings),
                "basis": there[key][1].basis,
                "inspector_id": by_name[given[key] or ""].id,
                "planned_on": planned[key][0],
                "planned_half": planned[key][1],
            }
            for key in drawn
        ],
    )
    audit.record(
        session,
        actor=actor.name,
        action="round.open",
        subject="round",
        subject_id=double.code,
        new={"lines": len(drawn), "inspectors": [user.name for user in double.inspectors]},
        now=now,
    )
    return double


def settle(
    session: Session, actor: Actor, code: str, *, settings: Settings, now: datetime
) -> Round:
    """End the doubles of a round: no findings, no papers. `code`: their own.

    Raises NotFound, Forbidden, and Conflict while a line is not fully tested or was returned.
    """
    found = session.scalar(
        select(Round)
        .where(Round.code == code, Round.purpose == "double", rights.rounds(actor))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound(T("没有这一轮抽查，或您无权查看：{code}", code=code))
    rights.require_manages(actor, found.level, found.area_code)
    if not found.is_open:
        raise Conflict(T("这一轮已经关闭：{code}", code=code))
    checks.hold_all(session, found)
    left = waiting(session, found)
    if left:
        raise Conflict(T("还有 {n} 条双盲复测未测完或已退回，不能办结。", n=left))
    found.closed_at, found.closed_by = now, actor.name
    session.flush()
    session.execute(update(Check).where(Check.round_id == found.id).values(provisional=False))
    audit.record(
        session,
        actor=actor.name,
        action="round.close",
        subject="round",
        subject_id=code,
        new={"notices": 0},
        now=now,
    )
    return found


def waiting(session: Session, found: Round) -> int:
    """How many checks keep doubles from being settled."""
    query = select(Check.id).where(
        Check.round_id == found.id, ~Check.closable | (Check.review == "returned")
    )
    return len(session.scalars(query).all())


def comparison(session: Session, actor: Actor, found: Round) -> Comparison | None:
    """Of a round and its doubles, when both are over, for those who manage it; else None."""
    if found.is_open or found.purpose != "sample":
        return None
    if not rights.manages(actor, found.level, found.area_code):
        return None
    double = session.scalar(select(Round).where(Round.code == code_of(found)))
    if double is None or double.is_open:
        return None
    second = aliased(Check)
    query = (
        select(Check.number, Unit.name, Check.klass, second.klass)
        .join(second, second.line_id == Check.line_id)
        .join(Unit, Unit.id == Check.unit_id)
        .where(Check.round_id == found.id, second.round_id == double.id)
        .order_by(Check.area_code, Check.number)
    )
    both = [
        Differing(number, unit, Klass(one), Klass(other))
        for number, unit, one, other in session.execute(query)
        if one and other
    ]
    return Comparison(
        agreed((pair.first, pair.second) for pair in both),
        [pair for pair in both if pair.first is not pair.second],
    )


def seconds(session: Session, found: Round) -> dict[int, int]:
    """Line → the user who tests it a second time, for a round whose lines change hands."""
    query = select(Check.line_id, Check.inspector_id).join(Round)
    rows = session.execute(query.where(Round.code == code_of(found))).all()
    return {line_id: user_id for line_id, user_id in rows if user_id is not None}


def refuse(found: Round) -> None:
    """Whom doubles are dealt to stays. Raises Conflict for a round of them."""
    if found.purpose == "double":
        raise Conflict(T("双盲复测的检查员由抽取确定，不能改派；管理员可以代为拨测。"))


def _planned(
    drawn: Sequence[str],
    there: Mapping[str, tuple[Line, Check]],
    slots: Sequence[HalfDay],
    seed: str,
    settings: Settings,
) -> dict[str, tuple[date | None, str | None]]:
    """Line → its half-day: one on which the desk is staffed, another than the first test's."""
    planned: dict[str, tuple[Any, Any]] = {}
    for key in drawn:
        check = there[key][1]
        halves = settings.duty_of(check.duty_hours).halves
        fitting = [slot for slot in slots if slot.half in halves]
        taken = check.planned_on, check.planned_half
        other = [slot for slot in fitting if (slot.day, slot.half) != taken] or fitting
        at = shuffled(map(str, range(len(other))), seed, f"double {key}")
        slot = other[int(at[0])] if at else None
        planned[key] = (slot.day, slot.half) if slot else (None, None)
    return planned
