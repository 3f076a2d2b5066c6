"""Who may be sent out to inspect, and the choice of them for a round."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from hotline import rights
from hotline.errors import FieldError, Invalid, T
from hotline.models.inspection import Check, Round, round_inspectors
from hotline.models.people import User
from hotline.rights import Actor


def assignable(session: Session, actor: Actor) -> Sequence[User]:
    """The inspectors that an administrator may send out."""
    query = select(User).where(User.role.in_(rights.INSPECTOR_ROLES), User.active)
    if actor.role != "province_admin":
        query = query.where(rights.users(actor))
    return session.scalars(query.order_by(User.name)).all()


def chosen(session: Session, actor: Actor, ids: Iterable[int]) -> list[User]:
    """The accounts with these ids. Raises Invalid if the actor may not send one of them out."""
    wanted = set(ids)
    found = [user for user in assignable(session, actor) if user.id in wanted]
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


def lacking(session: Session, actor: Actor) -> Mapping[int, int]:
    """Open round → how many of its untested lines no inspector can dial; where there are any.

    Nobody is sent out, everyone sent out is of the line's own unit, or whoever it was dealt to has
    no account in use any more. Of the rounds that the actor manages.
    """
    may = (
        select(1)
        .select_from(round_inspectors.join(User.__table__))
        .where(round_inspectors.c.round_id == Round.id, User.active)
        .where(or_(Check.inspector_id.is_(None), Check.inspector_id == User.id))
        .where(User.unit_id.is_distinct_from(Check.unit_id))
    )
    query = (
        select(Check.round_id, func.count())
        .join(Round)
        .where(rights.managed_rounds(actor), Round.closed_at.is_(None))
        .where(~Check.closable, ~exists(may))
        .group_by(Check.round_id)
    )
    return dict(session.execute(query).all())
