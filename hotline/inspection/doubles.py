"""Doubles (双盲复测): some lines of a dealt round are tested by a second inspector too.

They are a round of their own, `D-` and the round's code, logged, scored and reviewed as any other
and left out of every figure, list and history of samples. Each inspector sees their own test of
a line alone (rights.blind); what both came to is compared when both rounds are over. They are
ended with every line tested, or called off with a reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from math import ceil

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session, aliased

from hotline import audit, rights
from hotline.errors import Conflict, Invalid, NotFound, T
from hotline.inspection import checks
from hotline.inspection.assignments import Dealing, HalfDay, ToDial, Turn, digest, to_dial
from hotline.models.inspection import Check, Round
from hotline.models.registry import Line, Unit
from hotline.rights import Actor
from hotline.rules.agreement import Agreed, agreed
from hotline.rules.outcomes import Klass
from hotline.rules.sampling import assigned, shuffled
from hotline.settings import Settings
from hotline.texts import clean, mistake


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
    return _candidates(lines, own, seed)[:wanted]


def drawn_from(
    lines: Mapping[str, ToDial],
    first: Mapping[str, Turn],
    dealing: Dealing,
    seed: str,
    *,
    count: int | None = None,
) -> dict[str, Turn]:
    """The lines of a dealt round that are tested twice → the turn of the second test.

    `first`: the turns of the round itself, as it was dealt. `count`: how many lines, where the
    share was not kept.
    """
    if len(dealing.testers) < 2:
        return {}
    names = sorted(dealing.testers)
    may = {
        key: frozenset(name for name in names if dealing.testers[name] != one.unit_id)
        for key, one in lines.items()
    }
    by = {key: first[key].inspector for key in lines}
    if dealing.doubles_percent is None:
        drawn = _candidates(by, may, seed)[: count or 0]
    else:
        drawn = chosen(by, may, dealing.doubles_percent, seed)
    barred = {key: frozenset(names) - (may[key] - {by[key]}) for key in drawn}
    given = assigned(drawn, names, barred, f"{seed} double")
    return {
        key: Turn(given[key], _planned(lines[key], first[key].when, dealing.slots, seed))
        for key in drawn
    }


def open_for(
    session: Session, actor: Actor, opened: Round, *, settings: Settings, now: datetime
) -> Round | None:
    """Open the doubles of a round whose checks have just been dealt; None: it has none."""
    if opened.seed is None or opened.dealing is None:
        return None
    query = select(Line, Check).join(Check, Check.line_id == Line.id)
    there = {
        line.line_id: (line, check)
        for line, check in session.execute(
            query.where(Check.round_id == opened.id).execution_options(populate_existing=True)
        )
    }
    dealing = Dealing.from_json(opened.dealing)
    lines = to_dial({key: check for key, (_line, check) in there.items()}, settings)
    first = dealing.turns(lines, opened.seed)
    turns = drawn_from(lines, first, dealing, opened.seed)
    if not turns:
        return None
    by_name = {user.name: user for user in opened.inspectors}
    testers = sorted({turn.inspector for turn in turns.values() if turn.inspector})
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
        inspectors=[by_name[name] for name in testers],
    )
    session.add(double)
    session.flush()
    session.execute(
        insert(Check),
        [
            {
                **checks.untested(double, there[key][0], settings),
                "basis": there[key][1].basis,
                "inspector_id": by_name[turn.inspector or ""].id,
                "planned_on": turn.when.day if turn.when else None,
                "planned_half": turn.when.half if turn.when else None,
            }
            for key, turn in turns.items()
        ],
    )
    audit.record(
        session,
        actor=actor.name,
        action="round.open",
        subject="round",
        subject_id=double.code,
        new={"lines": len(turns), "inspectors": testers, "deal": digest(turns)},
        now=now,
    )
    return double


def settle(
    session: Session, actor: Actor, code: str, *, settings: Settings, now: datetime
) -> Round:
    """End the doubles of a round: no findings, no papers. `code`: their own.

    Raises NotFound, Forbidden, and Conflict while a line is not fully tested or was returned.
    """
    found = _hold_running(session, actor, code)
    left = waiting(session, found)
    if left:
        raise Conflict(T("还有 {n} 条双盲复测未测完或已退回，不能办结。", n=left))
    _end(session, found, actor, now)
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


def call_off(session: Session, actor: Actor, code: str, *, reason: str, now: datetime) -> Round:
    """End the doubles of a round without a result, with the reason. `code`: their own.

    What was logged in them stays; the round itself goes on as if it had none. Raises NotFound,
    Forbidden, Conflict, and Invalid for a reason that is missing or cannot be kept.
    """
    found, why = _hold_running(session, actor, code), clean(reason)
    if not why:
        raise Invalid.one("reason", T("请写明取消双盲复测的原因。"))
    if wrong := mistake(why, longest=500):
        raise Invalid.one("reason", wrong)
    found.as_is_reason = why
    _end(session, found, actor, now)
    audit.record(
        session,
        actor=actor.name,
        action="round.call_off",
        subject="round",
        subject_id=code,
        reason=why,
        now=now,
    )
    return found


def waiting(session: Session, found: Round) -> int:
    """How many checks keep doubles from being settled."""
    query = select(Check.id).where(
        Check.round_id == found.id, ~Check.closable | (Check.review == "returned")
    )
    return len(session.scalars(query).all())


def of_round(session: Session, found: Round) -> Round | None:
    """The doubles of a round, running or over; None: it has none."""
    wanted = Round.code == code_of(found), Round.purpose == "double"
    return session.scalar(select(Round).where(*wanted))


def left_out(found: Round) -> bool:
    """Was it to have doubles, and dealt to one inspector alone, so that there is no second?"""
    if found.dealing is None:
        return False
    dealing = Dealing.from_json(found.dealing)
    return bool(dealing.doubles_percent) and len(dealing.testers) < 2


def comparison(session: Session, actor: Actor, found: Round) -> Comparison | None:
    """Of a round and its doubles, when both are over, for those who manage it; else None.

    Doubles that were called off are not compared: what was dialled until then is no sample.
    """
    if found.is_open or found.purpose != "sample":
        return None
    if not rights.manages(actor, found.level, found.area_code):
        return None
    double = of_round(session, found)
    if double is None or double.is_open or double.called_off:
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
    """Line → the user who tests it a second time, for a round whose lines change hands.

    Nobody does where the doubles were called off.
    """
    query = select(Check.line_id, Check.inspector_id).join(Round)
    standing = Round.code == code_of(found), Round.as_is_reason.is_(None)
    rows = session.execute(query.where(*standing)).all()
    return {line_id: user_id for line_id, user_id in rows if user_id is not None}


def refuse(found: Round) -> None:
    """Whom doubles are dealt to stays. Raises Conflict for a round of them."""
    if found.purpose == "double":
        raise Conflict(T("双盲复测的检查员由抽取确定，不能改派；管理员可以代为拨测。"))


def _candidates(
    lines: Mapping[str, str | None], own: Mapping[str, frozenset[str]], seed: str
) -> list[str]:
    free = [line for line, first in lines.items() if first is not None and own[line] - {first}]
    return shuffled(free, seed, "double")


def _planned(
    one: ToDial, first: HalfDay | None, slots: Sequence[HalfDay], seed: str
) -> HalfDay | None:
    """A half-day on which the desk is staffed, another than the first test's where there is one."""
    fitting = [slot for slot in slots if slot.half in one.duty.halves]
    other = [slot for slot in fitting if slot != first] or fitting
    at = shuffled(map(str, range(len(other))), seed, f"double {one.line}")
    return other[int(at[0])] if at else None


def _hold_running(session: Session, actor: Actor, code: str) -> Round:
    """Doubles that run, their round and checks locked. Raises NotFound, Forbidden, Conflict."""
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
    return found


def _end(session: Session, found: Round, actor: Actor, now: datetime) -> None:
    found.closed_at, found.closed_by = now, actor.name
    session.flush()
    session.execute(update(Check).where(Check.round_id == found.id).values(provisional=False))
