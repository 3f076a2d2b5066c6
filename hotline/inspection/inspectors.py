"""Who may be sent out to inspect, and the choice of them for a round."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline import rights
from hotline.errors import FieldError, Invalid, T
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
