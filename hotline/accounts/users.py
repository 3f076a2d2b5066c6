"""Accounts: who may be added or changed by whom, and what an account must hold."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from hotline import audit, rights
from hotline.accounts.passwords import hash_password, password_errors, temporary_password
from hotline.errors import FieldError, Forbidden, Invalid, NotFound, T
from hotline.mail import is_address
from hotline.models.people import User
from hotline.models.registry import Area, Line, Unit
from hotline.registry import areas
from hotline.rights import Actor

_NAME = re.compile(r"[\w.@-]{2,60}")


@dataclass(frozen=True)
class Profile:
    """What an administrator says of an account.

    `area_code`: the province or a reporting group; a unit reader's follows from the unit.
    `unit_id`: the unit read for, or one that an inspector belongs to and must not test.
    `email`: where reminders go; empty: none are sent.
    """

    role: str
    full_name: str = ""
    area_code: str | None = None
    unit_id: int | None = None
    email: str = ""


@dataclass(frozen=True)
class NewUser:
    """An account to be made, with its first password, to be changed at the first sign-in."""

    name: str
    password: str
    profile: Profile
    must_change_password: bool = True


def add(session: Session, actor: Actor, new: NewUser, *, now: datetime) -> User:
    """Make an account. Raises Invalid with every mistake, Forbidden for who may not at all."""
    _require_gives_rights(actor)
    name = unicodedata.normalize("NFKC", new.name).strip()
    profile, errors = _checked(session, actor, new.profile)
    if not _NAME.fullmatch(name):
        errors.append(
            FieldError("name", T("用户名须为 2–60 个字母、数字、汉字或 . @ - _。"), value=name)
        )
    elif session.scalar(select(exists().where(User.name == name))):
        errors.append(_name_taken(name))
    errors += password_errors(new.password, name)
    if errors:
        raise Invalid(errors)
    user = User(
        name=name,
        password_hash=hash_password(new.password),
        must_change_password=new.must_change_password,
        created_at=now,
        **_columns(profile),
    )
    session.add(user)
    try:
        session.flush()
    except IntegrityError as error:
        raise Invalid([_name_taken(name)]) from error
    _journal(session, actor, "user.add", user, now, new={"name": name, **_columns(profile)})
    return user


def update(session: Session, actor: Actor, user: User, profile: Profile, *, now: datetime) -> None:
    """Change what an account may do. It ends the account's sessions if its rights change.

    Raises Invalid, or Forbidden for one's own role and area.
    """
    _require_gives_rights(actor)
    _hold(session, user)
    profile, errors = _checked(session, actor, profile)
    if errors:
        raise Invalid(errors)
    old, new = _columns(_profile_of(user)), _columns(profile)
    changed = [name for name in new if new[name] != old[name]]
    if not changed:
        return
    if not {"full_name", "email"}.issuperset(changed):
        if user.id == actor.user_id:
            raise Forbidden(T("不能修改自己的角色和范围，请由另一名管理员修改。"))
        user.epoch += 1
    for name in changed:
        setattr(user, name, new[name])
    session.flush()
    _journal(
        session,
        actor,
        "user.update",
        user,
        now,
        old={name: old[name] for name in changed},
        new={name: new[name] for name in changed},
    )


def set_active(session: Session, actor: Actor, user: User, active: bool, *, now: datetime) -> None:
    """Shut an account out, or let it in again. Raises Forbidden for one's own."""
    _require_gives_rights(actor)
    if user.id == actor.user_id:
        raise Forbidden(T("不能停用自己的账号，请由另一名管理员停用。"))
    _hold(session, user)
    if user.active == active:
        return
    user.active = active
    user.epoch += 1
    user.failed_logins, user.locked_until = 0, None
    action = "user.activate" if active else "user.deactivate"
    _journal(session, actor, action, user, now, old={"active": not active}, new={"active": active})


def reset_password(session: Session, actor: Actor, user: User, *, now: datetime) -> str:
    """Give an account a temporary password, returned this once; lifts a lock as well."""
    _require_gives_rights(actor)
    if user.id == actor.user_id:
        raise Forbidden(T("自己的密码请用“修改密码”。"))
    _hold(session, user)
    password = temporary_password()
    user.password_hash = hash_password(password)
    user.must_change_password = True
    user.failed_logins, user.locked_until = 0, None
    user.epoch += 1
    _journal(session, actor, "user.reset_password", user, now)
    return password


def own_email(session: Session, actor: Actor) -> str:
    """Where one's own reminders go; empty: nowhere."""
    return session.scalar(select(User.email).where(User.id == actor.user_id)) or ""


def set_own_email(session: Session, actor: Actor, email: str, *, now: datetime) -> None:
    """Say where one's own reminders go; empty: nowhere. Raises Invalid."""
    email = email.strip()
    if errors := _email_errors(email):
        raise Invalid(errors)
    user = session.get_one(User, actor.user_id, with_for_update=True, populate_existing=True)
    old, new = user.email, email or None
    if old == new:
        return
    user.email = new
    session.flush()
    _journal(session, actor, "user.update", user, now, old={"email": old}, new={"email": new})


def get_for(session: Session, actor: Actor, user_id: int) -> User:
    """An account that the actor looks after, with its area and unit. Raises NotFound."""
    user = session.scalar(
        select(User)
        .where(User.id == user_id, rights.users(actor))
        .options(joinedload(User.area), joinedload(User.unit))
    )
    if user is None:
        raise NotFound(T("没有这个账号，或不在您的管理范围内。"))
    return user


def find(session: Session, actor: Actor, *, search: str = "", role: str = "") -> Sequence[User]:
    """The accounts that the actor looks after, by role and name."""
    query = (
        select(User)
        .where(rights.users(actor))
        .options(joinedload(User.area), joinedload(User.unit))
        .order_by(User.active.desc(), User.role, User.name)
    )
    if search:
        query = query.where(
            or_(
                User.name.icontains(search, autoescape=True),
                User.full_name.icontains(search, autoescape=True),
            )
        )
    if role:
        query = query.where(User.role == role)
    return session.scalars(query).all()


def groups(session: Session, actor: Actor) -> Sequence[Area]:
    """The reporting groups that the actor may give rights in, by code."""
    found = areas.groups(areas.all_areas(session)).values()
    of_province = actor.role == "province_admin"
    return [
        area
        for area in found
        if area.level != "province" and (of_province or area.code == actor.area_code)
    ]


def led_areas(session: Session) -> frozenset[str]:
    """The codes of cities that have an administrator with an account in use."""
    query = select(User.area_code).where(User.role == "city_admin", User.active)
    return frozenset(session.scalars(query))


def unled_areas(session: Session, actor: Actor) -> Sequence[Area]:
    """The cities for which the province stands in, to its administrators; nobody else is told."""
    if actor.role != "province_admin":
        return []
    led = led_areas(session)
    return [area for area in groups(session, actor) if area.code not in led]


def units(session: Session, actor: Actor) -> Sequence[Unit]:
    """The units that the actor may attach accounts to, by area and name, areas loaded."""
    query = select(Unit).where(rights.units(actor)).options(joinedload(Unit.area))
    return session.scalars(query.order_by(Unit.area_code, Unit.name)).all()


def unit_named(session: Session, name: str, area_code: str | None = None) -> Unit:
    """A unit by its name and, where two areas have one of that name, its area. Raises Invalid."""
    query = select(Unit).where(Unit.name == name)
    if area_code:
        group = exists().where(Line.unit_id == Unit.id, Line.group_code == area_code)
        query = query.where(or_(Unit.area_code == area_code, group))
    found = session.scalars(query.limit(2)).all()
    if not found:
        raise Invalid.one("unit", T("没有这个责任单位，请先导入其线路。"), name)
    if len(found) > 1:
        raise Invalid.one("unit", T("有多个同名单位，请同时给出行政区划代码。"), name)
    return found[0]


def actor_named(session: Session, name: str) -> Actor:
    """Whoever has the account of that name, with its rights. Raises Invalid if it is not in use."""
    user = session.scalar(select(User).where(User.name == name, User.active))
    if user is None:
        raise Invalid.one("as", T("没有这个用户，或账号已停用。"), name)
    return Actor.of(user)


def _hold(session: Session, user: User) -> None:
    """Lock the account (on PostgreSQL), and see it as it is after the wait."""
    session.flush()
    session.get_one(User, user.id, with_for_update=True, populate_existing=True)


def _email_errors(email: str) -> list[FieldError]:
    if not email or is_address(email):
        return []
    return [FieldError("email", T("这不是电子邮箱地址。"), value=email)]


def _name_taken(name: str) -> FieldError:
    return FieldError("name", T("用户名已有人使用，请另取。"), value=name)


def _require_gives_rights(actor: Actor) -> None:
    if not rights.roles_given_by(actor):
        raise Forbidden(T("只有管理员可以管理账号。"))


def _checked(session: Session, actor: Actor, profile: Profile) -> tuple[Profile, list[FieldError]]:
    """The profile as it will be kept (an area that follows from the role filled in), mistakes."""
    full_name = unicodedata.normalize("NFC", profile.full_name).strip()
    profile = replace(profile, full_name=full_name, email=profile.email.strip())
    errors = _email_errors(profile.email)
    if len(full_name) > 60 or not full_name.isprintable():
        errors.append(FieldError("full_name", T("姓名最多 60 个字，且不含换行。")))
    if profile.role not in rights.roles_given_by(actor):
        errors.append(FieldError("role", T("您不能授予这个角色，请另选。"), value=profile.role))
        return profile, errors
    if profile.role == "auditor":
        return replace(profile, area_code=None, unit_id=None), errors
    if profile.unit_id is not None and not _may_attach(session, actor, profile.unit_id):
        errors.append(FieldError("unit_id", T("没有这个责任单位，请从列表中选。")))
    elif profile.role == "unit_reader":
        if profile.unit_id is None:
            errors.append(FieldError("unit_id", T("请选择责任单位。")))
        else:
            profile = replace(profile, area_code=_group_of(session, profile.unit_id))
    if profile.role in rights.PROVINCE_ROLES:
        return _of_province(session, profile, errors)
    if profile.role in rights.CITY_ROLES:
        if profile.area_code not in {area.code for area in groups(session, actor)}:
            given = profile.area_code or ""
            errors.append(FieldError("area_code", T("请选择一个市（汇总分组）。"), value=given))
        if profile.role == "city_admin":
            profile = replace(profile, unit_id=None)
    return profile, errors


def _of_province(
    session: Session, profile: Profile, errors: list[FieldError]
) -> tuple[Profile, list[FieldError]]:
    provinces = session.scalars(select(Area.code).where(Area.level == "province")).all()
    if profile.area_code is None and len(provinces) <= 1:
        # The first administrator may come before the areas do.
        profile = replace(profile, area_code=next(iter(provinces), None))
    elif profile.area_code not in provinces:
        given = profile.area_code or ""
        errors.append(FieldError("area_code", T("省级账号的行政区须为省。"), value=given))
    if profile.role == "province_admin":
        profile = replace(profile, unit_id=None)
    return profile, errors


def _may_attach(session: Session, actor: Actor, unit_id: int) -> bool:
    return bool(session.scalar(select(exists().where(Unit.id == unit_id, rights.units(actor)))))


def _group_of(session: Session, unit_id: int) -> str | None:
    """The reporting group of the unit's lines, else the unit's own area."""
    group = select(Line.group_code).where(Line.unit_id == unit_id).order_by(Line.id).limit(1)
    return session.scalar(group) or session.scalar(select(Unit.area_code).where(Unit.id == unit_id))


def _profile_of(user: User) -> Profile:
    return Profile(user.role, user.full_name, user.area_code, user.unit_id, user.email or "")


def _columns(profile: Profile) -> dict[str, Any]:
    return {
        "role": profile.role,
        "full_name": profile.full_name,
        "area_code": profile.area_code,
        "unit_id": profile.unit_id,
        "email": profile.email or None,
    }


def _journal(
    session: Session,
    actor: Actor,
    action: str,
    user: User,
    now: datetime,
    old: Any = None,
    new: Any = None,
) -> None:
    audit.record(
        session,
        actor=actor.name,
        action=action,
        subject="user",
        subject_id=user.name,
        now=now,
        old=old,
        new=new,
    )
