"""Who may be sent out to inspect, the choice of them for a round, and who may dial in it now.

That is whoever is assigned to the round, has an inspector's account in use, is not of the line's
own unit and does not test it a second time: an assigned inspector may fall out of it meanwhile.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from hotline import rights
from hotline.errors import FieldError, Invalid, T, Text
from hotline.inspection import dialling_hours
from hotline.models.inspection import Check, Round, round_inspectors
from hotline.models.people import User
from hotline.rights import Actor
from hotline.settings import Settings

_SERVING = and_(User.active, User.role.in_(rights.INSPECTOR_ROLES))


@dataclass(frozen=True)
class Lacking:
    """`lines`: how many nobody can dial; `movable`: those of them that someone who is assigned
    could, if they were handed on.
    """

    lines: int
    movable: int


def is_serving(user: User) -> bool:
    """Has the user an inspector's account in use? The same as `_SERVING` in a query."""
    return user.active and user.role in rights.INSPECTOR_ROLES


def serving(found: Round) -> list[User]:
    """Whoever is assigned to the round and may dial in it now, by name."""
    return sorted(filter(is_serving, found.inspectors), key=lambda user: user.name)


def not_serving(user: User) -> Text | None:
    """Why an assigned user can dial no more; None: they can."""
    if not user.active:
        return T("账号已停用")
    return None if is_serving(user) else T("已不是检查员")


def assignable(session: Session, actor: Actor) -> Sequence[User]:
    """The inspectors that an administrator may send out."""
    query = select(User).where(_SERVING)
    if actor.role != "province_admin":
        query = query.where(rights.users(actor))
    return session.scalars(query.order_by(User.name)).all()


def chosen(
    session: Session, actor: Actor, ids: Iterable[int], *, there: Iterable[User] = ()
) -> list[User]:
    """The accounts with these ids. Raises Invalid if the actor may not send one of them out.

    Whoever is `there` already may stay, whatever the actor may.
    """
    wanted = set(ids)
    staying = {user.id: user for user in there if user.id in wanted}
    sent = [user for user in assignable(session, actor) if user.id in wanted - staying.keys()]
    found = [*staying.values(), *sent]
    if len(found) != len(wanted):
        raise Invalid.one("inspectors", T("只能指派您管辖的、在用的检查员。"))
    return found


def named(session: Session, names: Iterable[str]) -> tuple[int, ...]:
    """User ids by user name. Raises Invalid for a name that nobody has."""
    known = dict(session.execute(select(User.name, User.id)).all())
    unknown = [name for name in names if name not in known]
    if unknown:
        raise Invalid(FieldError("inspectors", T("没有这个用户。"), value=name) for name in unknown)
    return tuple(known[name] for name in names)


def lacking(
    session: Session, actor: Actor, *, settings: Settings, now: datetime
) -> Mapping[int, Lacking]:
    """Open rounds with lines that wait for a dial and that no inspector can dial.

    Lines that nobody is to dial any more (the window has ended, the line is out of use) wait for
    none. Of the rounds that the actor manages.
    """
    which = rights.managed_rounds(actor), Round.closed_at.is_(None)
    openings = dialling_hours.openings(session, settings, now, *which, ~Check.closable)
    query = (
        select(Check.round_id, func.count(), func.count().filter(_someone()))
        .select_from(Check)
        .join(Check.round)
        .join(Check.line)
        .where(*which, *_stranded(openings))
        .group_by(Check.round_id)
    )
    return {key: Lacking(lines, movable) for key, lines, movable in session.execute(query)}


def stranded(
    session: Session, found: Round, *, settings: Settings, now: datetime
) -> dict[int, bool]:
    """The same of one open round: check → could someone who is assigned dial it?"""
    openings = dialling_hours.of_round(session, found, settings, now)
    query = (
        select(Check.id, _someone())
        .join(Check.round)
        .join(Check.line)
        .where(Check.round_id == found.id, *_stranded(openings))
    )
    return {key: bool(movable) for key, movable in session.execute(query)}


def _stranded(openings: dialling_hours.Openings) -> tuple[ColumnElement[bool], ...]:
    """Checks that nobody can dial, for a query that joins Round and Line."""
    waits = ~Check.closable, openings.in_use(), ~openings.too_late()
    dealt = or_(Check.inspector_id.is_(None), Check.inspector_id == User.id)
    return (*waits, ~_someone(dealt))


def _someone(*which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether someone of the round may dial a check now, whomever it is dealt to."""
    return exists(
        select(1)
        .select_from(round_inspectors.join(User.__table__))
        .where(
            round_inspectors.c.round_id == Round.id,
            _SERVING,
            User.unit_id.is_distinct_from(Check.unit_id),
            ~rights.tests_again(User.id),
            *which,
        )
        .correlate(Check, Round)
    )
