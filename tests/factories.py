"""Things to test with, made in a session with as few words as a test needs to say."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from hotline.models.people import User
from hotline.models.registry import Area, Line, Unit
from hotline.rights import Actor

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 3, 9, 30, tzinfo=SHANGHAI)
OPERATOR = Actor.operator("tester")
_numbers = count(1)

AREAS = [
    ("130000", "河北省", "province", None, None),
    ("130100", "石家庄市", "city", "130000", None),
    ("130102", "长安区", "county", "130100", None),
    ("130104", "桥西区", "county", "130100", None),
    ("130171", "石家庄高新技术产业开发区", "zone", "130100", None),
    ("130181", "辛集市", "county", "130100", "130181"),
    ("130200", "唐山市", "city", "130000", None),
    ("130202", "路南区", "county", "130200", None),
    ("130600", "保定市", "city", "130000", None),
    ("130682", "定州市", "county", "130600", "130682"),
    ("130700", "张家口市", "city", "130000", None),
    ("130703", "桥西区", "county", "130700", None),
]


def make_areas(session: Session) -> dict[str, Area]:
    """A corner of Hebei with two 桥西区, a zone, and two counties that are their own group."""
    made = {}
    for code, name, level, parent, group in AREAS:
        made[code] = Area(code=code, name=name, level=level, parent_code=parent, report_group=group)
        session.add(made[code])
        session.flush()
    return made


def group_of(session: Session, area_code: str) -> str:
    """What the registry would say; spelled out here so that tests do not ask what they test."""
    area = session.get_one(Area, area_code)
    if area.report_group:
        return area.report_group
    above: Area | None = area
    while above and above.level not in ("province", "city"):
        above = session.get(Area, above.parent_code) if above.parent_code else None
    return above.code if above and above.level == "city" else area.code


def make_unit(session: Session, area_code: str = "130102", name: str = "长安区水利局") -> Unit:
    """The unit of that name in that area, made if need be."""
    unit = session.query(Unit).filter_by(area_code=area_code, name=name).one_or_none()
    if unit is None:
        unit = Unit(area_code=area_code, name=name)
        session.add(unit)
        session.flush()
    return unit


def make_line(
    session: Session,
    *,
    area_code: str = "130102",
    unit: Unit | None = None,
    number: str | None = None,
    line_id: str | None = None,
    level: str | None = None,
    **more: object,
) -> Line:
    """A line of an area that exists; its number and id are new unless given."""
    serial = next(_numbers)
    area = session.get_one(Area, area_code)
    unit = unit or make_unit(session, area_code, f"{area.name}水利局")
    line = Line(
        line_id=line_id or f"T{serial:05d}",
        number=number or f"0311-860{serial:05d}",
        unit_id=unit.id,
        level=level or (area.level if area.level in ("province", "city") else "county"),
        area_code=area_code,
        group_code=group_of(session, area_code),
        **{"created_at": NOW, "status": "active", **more},
    )
    session.add(line)
    session.flush()
    return line


def make_user(
    session: Session,
    role: str = "province_admin",
    *,
    name: str | None = None,
    area_code: str | None = None,
    unit: Unit | None = None,
    password_hash: str = "!",
    **more: object,
) -> User:
    """An account that nobody can sign in to unless a password hash is given."""
    if area_code is None and role.startswith("province"):
        area_code = "130000"
    if area_code is None and role.startswith("city"):
        area_code = "130100"
    user = User(
        name=name or f"{role}-{next(_numbers)}",
        role=role,
        area_code=area_code,
        unit_id=unit.id if unit else None,
        password_hash=password_hash,
        **{"must_change_password": False, "created_at": NOW, **more},
    )
    session.add(user)
    session.flush()
    return user


def actor_for(session: Session, role: str = "province_admin", **more: object) -> Actor:
    """Someone of that role, with an account of their own."""
    return Actor.of(make_user(session, role, **more))
