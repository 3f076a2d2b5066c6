"""Units: where their papers are sent, and whom to call there."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, joinedload

from hotline import audit, rights, texts
from hotline.errors import FieldError, Invalid, NotFound, T, Text
from hotline.mail import is_address
from hotline.models.registry import Area, Line, Unit
from hotline.rights import Actor

PAGE = 50
FIELD_WORD = {"email": T("邮箱"), "contact": T("联系人"), "contact_phone": T("联系人电话")}


@dataclass(frozen=True)
class Contact:
    """What is said of a unit; empty: nothing."""

    email: str = ""
    contact: str = ""
    contact_phone: str = ""


@dataclass(frozen=True)
class UnitPage:
    """One page of units with the number of their lines. `without`: how many lack an address."""

    units: Sequence[tuple[Unit, int]]
    total: int
    without: int
    page: int
    pages: int


def find(
    session: Session,
    actor: Actor,
    *,
    search: str = "",
    without_email: bool = False,
    page: int = 1,
) -> UnitPage:
    """The units that the actor looks after, by area; each word of `search` must occur."""
    conditions = [rights.units(actor), *(_has(word) for word in search.split())]
    counting = select(func.count(Unit.id)).join(Unit.area)
    lacking = session.scalar(counting.where(*conditions, Unit.email.is_(None))) or 0
    if without_email:
        conditions.append(Unit.email.is_(None))
    total = session.scalar(counting.where(*conditions)) or 0
    pages = max(1, -(-total // PAGE))
    page = min(max(1, page), pages)
    lines = (
        select(func.count(Line.id))
        .where(Line.unit_id == Unit.id, Line.status != "retired")
        .scalar_subquery()
    )
    query = (
        select(Unit, lines)
        .join(Unit.area)
        .where(*conditions)
        .options(joinedload(Unit.area))
        .order_by(Unit.area_code, Unit.name)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    found = [(row[0], row[1]) for row in session.execute(query)]
    return UnitPage(found, total, lacking, page, pages)


def get_for(session: Session, actor: Actor, unit_id: int) -> Unit:
    """Raises NotFound for a unit that the actor does not look after."""
    query = select(Unit).where(Unit.id == unit_id, rights.units(actor))
    found = session.scalar(query.options(joinedload(Unit.area)))
    if found is None:
        raise NotFound(T("没有这个单位，或不在您的管理范围内。"))
    return found


def update(session: Session, actor: Actor, unit_id: int, given: Contact, *, now: datetime) -> Unit:
    """Say where a unit's papers go from now on. Raises Invalid with every mistake, NotFound."""
    get_for(session, actor, unit_id)
    unit = session.get_one(Unit, unit_id, with_for_update={"of": Unit}, populate_existing=True)
    new = _checked(given)
    old = {name: getattr(unit, name) for name in new}
    changed = [name for name in new if new[name] != old[name]]
    if not changed:
        return unit
    for name in changed:
        setattr(unit, name, new[name])
    session.flush()
    audit.record(
        session,
        actor=actor.name,
        action="unit.change",
        subject="unit",
        subject_id=unit.id,
        old={name: old[name] for name in changed},
        new={name: new[name] for name in changed},
        now=now,
    )
    return unit


def _checked(given: Contact) -> dict[str, str | None]:
    said = {name: texts.clean(text) for name, text in asdict(given).items()}
    longest = {"email": 254, "contact": 60, "contact_phone": 40}
    wrong: dict[str, Text] = {}
    for name, text in said.items():
        if mistake := texts.mistake(text, longest=longest[name]):
            wrong[name] = mistake
    if said["email"] and "email" not in wrong and not is_address(said["email"]):
        wrong["email"] = T("邮箱须为一个地址，如 shuiliju@example.cn。")
    if wrong:
        raise Invalid(FieldError(name, text, value=said[name]) for name, text in wrong.items())
    return {name: text or None for name, text in said.items()}


def _has(word: str) -> ColumnElement[bool]:
    columns = (Unit.name, Area.name, Unit.email, Unit.contact)
    return or_(*(column.icontains(word, autoescape=True) for column in columns))
