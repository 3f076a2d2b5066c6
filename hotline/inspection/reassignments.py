"""Handing on lines of an open round from one inspector to another; what each has to do."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, joinedload

from hotline import rights
from hotline.errors import Conflict, Invalid, T
from hotline.inspection import assignments, doubles, inspectors, rounds
from hotline.models.inspection import Check, Round
from hotline.models.people import User
from hotline.rights import Actor
from hotline.rules.sampling import assigned

EVENLY = "evenly"
ANYONE = "anyone"


@dataclass(frozen=True)
class Load:
    """What an inspector has; `tester` None: what is open to all. `waiting`: not yet closable."""

    tester: User | None
    lines: int
    dialled: int
    waiting: int


def loads(session: Session, found: Round) -> list[Load]:
    """Everyone who inspects the round, by name, then what is dealt to nobody, if anything."""
    query = (
        select(
            Check.inspector_id,
            func.count(),
            func.count().filter(Check.calls_made > 0),
            func.count().filter(~Check.closable),
        )
        .where(Check.round_id == found.id)
        .group_by(Check.inspector_id)
    )
    counted = {key: tuple(counts) for key, *counts in session.execute(query)}
    people = sorted(found.inspectors, key=lambda user: user.name)
    had = [Load(user, *counted.get(user.id, (0, 0, 0))) for user in people]
    return [*had, Load(None, *counted[None])] if None in counted else had


def waiting(session: Session, found: Round) -> Sequence[Check]:
    """The checks that may be handed on: those that are still to be dialled."""
    query = (
        select(Check)
        .where(Check.round_id == found.id, ~Check.closable)
        .options(joinedload(Check.unit), joinedload(Check.area))
        .order_by(Check.area_code, Check.number)
    )
    return session.scalars(query).all()


def hand_on(
    session: Session,
    actor: Actor,
    code: str,
    check_ids: Collection[int],
    to: str,
    *,
    now: datetime,
) -> int:
    """Give checks to an inspector of the round (`to`: the user id), to ANYONE who inspects it, or
    to all of them EVENLY. How many changed hands; when they are to be dialled stays.

    Nobody is given a line of their own unit: Invalid, naming the lines; nor is anyone who can
    dial no more, though they are still assigned. Raises Forbidden, Conflict.
    """
    found = rounds.get_for(session, actor, code)
    rights.require_manages(actor, found.level, found.area_code)
    found = session.get_one(Round, found.id, with_for_update=True, populate_existing=True)
    if not found.is_open:
        raise Conflict(T("这一轮已经关闭：{code}", code=code))
    doubles.refuse(found)
    query = select(Check).where(
        Check.round_id == found.id, Check.id.in_(check_ids), ~Check.closable
    )
    chosen = session.scalars(query.order_by(Check.id)).all()
    if not chosen:
        raise Invalid.one("checks", T("请选择尚未测完的线路。"))
    given = _given(session, found, chosen, to)
    changed = [check for check in chosen if check.inspector_id != given[check.id]]
    if not changed:
        return 0
    names = {user.id: user.name for user in session.scalars(select(User))}
    before = {check.number: names.get(check.inspector_id or 0) for check in changed}
    for check in changed:
        session.execute(
            update(Check).where(Check.id == check.id).values(inspector_id=given[check.id])
        )
    assignments.note_hand_over(
        session,
        actor,
        code,
        before,
        of=(name for name in before.values() if name),
        to=(names[to_] for check in changed if (to_ := given[check.id])),
        now=now,
    )
    return len(changed)


def _given(
    session: Session, found: Round, chosen: Sequence[Check], to: str
) -> dict[int, int | None]:
    """Check id → user id."""
    if to == ANYONE:
        return {check.id: None for check in chosen}
    people = {str(user.id): user for user in inspectors.serving(found)}
    if to == EVENLY and people:
        return _evenly(session, found, chosen, people)
    tester = people.get(to)
    if tester is None:
        gone = {str(user.id): inspectors.not_serving(user) for user in found.inspectors}
        if why := gone.get(to):
            raise Invalid.one("to", T("这位检查员不能再拨测（{why}），请另选。", why=why))
        raise Invalid.one("to", T("请选择本轮的检查员。"))
    own = [check.number for check in chosen if check.unit_id == tester.unit_id]
    if own:
        raise Invalid.one("to", T("不能抽查本人所在单位的线路。"), "、".join(own))
    again = doubles.seconds(session, found)
    twice = [check.number for check in chosen if again.get(check.line_id) == tester.id]
    if twice:
        raise Invalid.one("to", T("这位检查员另有这些线路的独立测试任务。"), "、".join(twice))
    return {check.id: tester.id for check in chosen}


def _evenly(
    session: Session, found: Round, chosen: Sequence[Check], people: dict[str, User]
) -> dict[int, int | None]:
    moved = {check.id for check in chosen}
    others = select(Check.inspector_id).where(
        Check.round_id == found.id, ~Check.closable, Check.id.not_in(moved)
    )
    load: dict[str, int] = dict.fromkeys(people, 0)
    for held in session.scalars(others):
        if str(held) in load:
            load[str(held)] += 1
    again = doubles.seconds(session, found)
    forbidden = {
        str(check.id): frozenset(
            key
            for key, user in people.items()
            if user.unit_id == check.unit_id or again.get(check.line_id) == user.id
        )
        for check in chosen
    }
    names = [str(check.id) for check in chosen]
    dealt = assigned(names, sorted(people), forbidden, found.seed or found.code, load=load)
    return {int(name): int(tester) if tester else None for name, tester in dealt.items()}
