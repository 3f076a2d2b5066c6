"""The demo's accounts: every role, an inspector for each reporting group, one password for all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from hotline.accounts import users
from hotline.accounts.users import NewUser, Profile
from hotline.demo.registry import PROVINCE, DemoLine
from hotline.rights import Actor

PASSWORD = "shifan-tongbao-33"
FIRST = "province-admin"
READER = "unit-reader"
GROUPS = {
    "130100": ("sjz", "石家庄"),
    "130200": ("ts", "唐山"),
    "130300": ("qhd", "秦皇岛"),
    "130400": ("hd", "邯郸"),
    "130500": ("xt", "邢台"),
    "130600": ("bd", "保定"),
    "130700": ("zjk", "张家口"),
    "130800": ("cd", "承德"),
    "130900": ("cz", "沧州"),
    "131000": ("lf", "廊坊"),
    "131100": ("hs", "衡水"),
    "130682": ("dz", "定州"),
    "130181": ("xj", "辛集"),
    "133100": ("xa", "雄安"),
}
"""Reporting group → what its accounts' names begin with, and what it is called for short."""

_WITH_ADMIN = ("130100", "130600")
READERS_AREA = "130123"


@dataclass(frozen=True)
class Person:
    """`area`: where the role holds; `unit_of`: the area whose line's unit is read for."""

    name: str
    role: str
    full_name: str
    area: str | None = None
    unit_of: str | None = None

    def __str__(self) -> str:
        return f"{self.name:<22}{self.full_name}"


def everyone(lines: Iterable[DemoLine]) -> list[Person]:
    """The accounts for these lines; a city without an administrator is the province's to review."""
    lines = list(lines)
    present = {line.group for line in lines}
    groups = [code for code in GROUPS if code in present]
    read_for = [line for line in lines if line.area_code == READERS_AREA] or lines[-1:]
    people = [
        Person(FIRST, "province_admin", "省级管理员甲", PROVINCE),
        Person("province-admin-2", "province_admin", "省级管理员乙", PROVINCE),
        Person("province-inspector", "province_inspector", "省级检查员甲", PROVINCE),
        Person("province-inspector-2", "province_inspector", "省级检查员乙", PROVINCE),
    ]
    for code in groups:
        short, name = GROUPS[code]
        if code in _WITH_ADMIN:
            people.append(Person(f"{short}-admin", "city_admin", f"{name}管理员甲", code))
            people.append(Person(f"{short}-admin-2", "city_admin", f"{name}管理员乙", code))
        people.append(Person(f"{short}-inspector", "city_inspector", f"{name}检查员", code))
    [line] = read_for
    people.append(
        Person(READER, "unit_reader", f"责任单位 {line.unit}", line.group, line.area_code)
    )
    people.append(Person("auditor", "auditor", "审计员"))
    return people


def add_all(
    session: Session,
    actor: Actor,
    people: Iterable[Person],
    lines: Iterable[DemoLine],
    *,
    now: datetime,
) -> Mapping[str, Actor]:
    """Make the accounts; they keep their password. Name → who acts."""
    units = {line.area_code: line.unit for line in lines}
    actors = {}
    for person in people:
        unit_id = None
        if person.unit_of:
            unit_id = users.unit_named(session, units[person.unit_of], person.unit_of).id
        profile = Profile(person.role, person.full_name, person.area, unit_id)
        new = NewUser(person.name, PASSWORD, profile, must_change_password=False)
        actors[person.name] = Actor.of(users.add(session, actor, new, now=now))
    return actors


def inspector_of(group: str) -> str:
    """Who dials the lines of a group for its city."""
    return f"{GROUPS[group][0]}-inspector"


def reviewer_of(group: str) -> str:
    """Who opens, reviews and closes the rounds of a group."""
    return f"{GROUPS[group][0]}-admin" if group in _WITH_ADMIN else FIRST


def second_to(reviewer: str) -> str:
    """Who issues what this one drafted."""
    return f"{reviewer}-2"
