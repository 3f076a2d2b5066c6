"""Who may see and do what: the scope of every query, and the deeds that are allowed.

Spot checks are unannounced: an open round of the province is invisible to cities, counties and
units, an open round of a city to its units, except to the inspectors it is assigned to.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, aliased

from hotline.errors import Forbidden, T
from hotline.models.inspection import Check, Round, round_inspectors
from hotline.models.journal import AuditEntry
from hotline.models.loop import Appeal
from hotline.models.messages import Message
from hotline.models.papers import Notice
from hotline.models.people import User
from hotline.models.registry import Line, Unit

PROVINCE_ROLES = ("province_admin", "province_inspector")
CITY_ROLES = ("city_admin", "city_inspector")
ADMIN_ROLES = ("province_admin", "city_admin")
INSPECTOR_ROLES = ("province_inspector", "city_inspector")

SHELL = "cli:"
"""What the journal's name of someone at the command line begins with."""

Condition = ColumnElement[bool]

_NO_DOUBLE: Condition = Round.purpose != "double"


@dataclass(frozen=True)
class Actor:
    """Who acts. `name` is what the journal says; `user_id` None: a person at the command line."""

    name: str
    role: str
    area_code: str | None = None
    unit_id: int | None = None
    user_id: int | None = None

    @classmethod
    def of(cls, user: User) -> "Actor":
        return cls(user.name, user.role, user.area_code, user.unit_id, user.id)

    @classmethod
    def operator(cls, os_user: str) -> "Actor":
        """Someone with a shell on the machine: may do what a province administrator may."""
        return cls(f"{SHELL}{os_user}", "province_admin")

    @classmethod
    def visitor(cls, link_id: int, unit_id: int) -> "Actor":
        """Someone of a unit who came by a paper's link; the link limits them to that paper."""
        return cls(f"link:{link_id}", "unit_reader", unit_id=unit_id)

    @property
    def is_admin(self) -> bool:
        return self.role in ADMIN_ROLES

    @property
    def of_province(self) -> bool:
        return self.role in PROVINCE_ROLES

    @property
    def of_city(self) -> bool:
        return self.role in CITY_ROLES

    @property
    def sees_lines(self) -> bool:
        return self.role != "auditor"

    @property
    def sees_groups(self) -> bool:
        """Figures that add up lines of several units."""
        return self.role in PROVINCE_ROLES + CITY_ROLES


def _assigned(actor: Actor) -> Condition:
    return exists(
        select(1).where(
            round_inspectors.c.round_id == Round.id, round_inspectors.c.user_id == actor.user_id
        )
    )


def lines(actor: Actor) -> Condition:
    """The lines that the actor may know in full."""
    if actor.of_province:
        return true()
    if actor.of_city:
        return Line.group_code == actor.area_code
    if actor.role == "unit_reader":
        return Line.unit_id == actor.unit_id
    return false()


def rounds(actor: Actor) -> Condition:
    """The rounds that the actor may know of at all."""
    closed = Round.closed_at.is_not(None)
    own = and_(Round.level == "city", Round.area_code == actor.area_code)
    if actor.role == "province_admin":
        return true()
    if actor.role == "province_inspector":
        return or_(and_(closed, _NO_DOUBLE), _assigned(actor))
    if actor.of_city:
        # Of the province's re-checks a city knows those of its own lines.
        of_group = select(1).where(Check.round_id == Round.id, Check.group_code == actor.area_code)
        of_province = and_(
            Round.level == "province",
            _NO_DOUBLE,
            or_(Round.purpose == "sample", exists(of_group)),
        )
        if actor.role == "city_admin":
            return or_(own, and_(closed, of_province))
        return or_(_assigned(actor), and_(closed, _NO_DOUBLE, or_(own, of_province)))
    if actor.role == "unit_reader":
        of_unit = select(1).where(Check.round_id == Round.id, Check.unit_id == actor.unit_id)
        return and_(closed, _NO_DOUBLE, exists(of_unit))
    return false()


def managed_rounds(actor: Actor) -> Condition:
    """The rounds that the actor opens, reviews and closes; the query's side of `manages`."""
    if actor.role == "province_admin":
        return true()
    if actor.role == "city_admin":
        return and_(Round.level == "city", Round.area_code == actor.area_code)
    return false()


def checks(actor: Actor) -> Condition:
    """The checks the actor may see, for a query that joins Check with its Round."""
    if actor.role == "province_admin":
        return rounds(actor)
    if actor.of_province:
        return and_(rounds(actor), blind(actor))
    closed = Round.closed_at.is_not(None)
    of_group = Check.group_code == actor.area_code
    if actor.role == "city_admin":
        own = and_(Round.level == "city", Round.area_code == actor.area_code)
        return or_(own, and_(closed, of_group, _NO_DOUBLE))
    if actor.role == "city_inspector":
        assigned = and_(Round.closed_at.is_(None), _assigned(actor))
        return and_(or_(assigned, and_(closed, of_group)), blind(actor))
    if actor.role == "unit_reader":
        return and_(closed, Check.unit_id == actor.unit_id, _NO_DOUBLE)
    return false()


def blind(actor: Actor) -> Condition:
    """An inspector sees of doubles those dealt to them alone, and of a line that they test a
    second time not what the first came to, until the doubles are over.
    """
    dealt = Check.inspector_id == actor.user_id
    return or_(
        and_(Round.purpose == "double", dealt),
        and_(Round.purpose == "sample", ~tests_again(actor.user_id)),
        Round.purpose == "recheck",
    )


def tests_again(
    user_id: int | ColumnElement[int] | InstrumentedAttribute[int] | None,
) -> Condition:
    """Whether that user tests the line of a Check a second time, in doubles that still run."""
    own, of = aliased(Check), aliased(Round)
    return exists(
        select(1)
        .select_from(own)
        .join(of, of.id == own.round_id)
        .where(
            own.line_id == Check.line_id,
            # By an expression, or SQLite looks through all that the user ever tested, line by line.
            func.coalesce(own.inspector_id, 0) == user_id,
            of.purpose == "double",
            of.closed_at.is_(None),
            of.level == Round.level,
            of.area_code == Round.area_code,
            of.period == Round.period,
        )
        .correlate(Check, Round, User)
    )


def may_dial(actor: Actor, inspector_id: int | None) -> bool:
    """Whether a check's dealing leaves it to the actor; administrators may step in anywhere."""
    return actor.is_admin or inspector_id in (None, actor.user_id)


def dialled_by(actor: Actor) -> Condition:
    """The same for a query of Check."""
    if actor.is_admin:
        return true()
    return or_(Check.inspector_id.is_(None), Check.inspector_id == actor.user_id)


def notices(actor: Actor) -> Condition:
    """The papers the actor may see, for a query that joins Notice with its Round.

    Drafts are seen by those who may approve them; what is issued, by those it concerns.
    """
    issued = Notice.number.is_not(None)
    own_round = and_(Round.level == "city", Round.area_code == actor.area_code)
    if actor.role == "province_admin":
        return true()
    if actor.role == "province_inspector":
        return issued
    if actor.of_city:
        of_group = exists(
            select(1).where(Line.unit_id == Notice.unit_id, Line.group_code == actor.area_code)
        )
        to_all = and_(
            Notice.unit_id.is_(None),
            Round.level == "province",
            or_(Notice.area_code.is_(None), Notice.area_code == actor.area_code),
        )
        seen = and_(issued, or_(own_round, of_group, to_all))
        return or_(own_round, seen) if actor.role == "city_admin" else seen
    if actor.role == "unit_reader":
        of_appeal = exists(
            select(1).where(Appeal.correction_id == Notice.id, Appeal.unit_id == actor.unit_id)
        )
        return and_(issued, or_(Notice.unit_id == actor.unit_id, of_appeal))
    return false()


def users(actor: Actor) -> Condition:
    """The accounts that the actor looks after."""
    if actor.role == "province_admin":
        return true()
    if actor.role == "city_admin":
        return and_(User.area_code == actor.area_code, User.role.in_(roles_given_by(actor)))
    return false()


def units(actor: Actor) -> Condition:
    """The units an administrator may attach an account to."""
    if actor.role == "province_admin":
        return true()
    return (
        exists(select(1).where(Line.unit_id == Unit.id, Line.group_code == actor.area_code))
        if actor.role == "city_admin"
        else false()
    )


def messages(actor: Actor) -> Condition:
    """The e-mails that are no papers and go to the actor's own people, at addresses where nobody
    else reads; the province's administrators see all. An address is personal.
    """
    if actor.role == "province_admin":
        return true()
    if actor.role != "city_admin":
        return false()
    own_users, own_units = select(User.id).where(users(actor)), select(Unit.id).where(units(actor))
    to_own = or_(
        Message.recipient.in_(_addresses(User.email, User.id.in_(own_users))),
        Message.recipient.in_(_addresses(Unit.email, Unit.id.in_(own_units))),
    )
    to_others = or_(
        Message.recipient.in_(_addresses(User.email, User.id.not_in(own_users))),
        Message.recipient.in_(_addresses(Unit.email, Unit.id.not_in(own_units))),
    )
    return and_(to_own, ~to_others)


def _addresses(email: InstrumentedAttribute[str | None], whose: Condition) -> Select[Any]:
    # With a NULL among them nothing would be known to be none of them.
    return select(email).where(email.is_not(None), whose)


def entries(actor: Actor) -> Condition:
    """The journal's entries: an auditor sees all, everyone else their own deeds."""
    return true() if actor.role == "auditor" else AuditEntry.actor == actor.name


def roles_given_by(actor: Actor) -> tuple[str, ...]:
    """The roles that the actor may give to others."""
    if actor.role == "province_admin":
        return (*PROVINCE_ROLES, *CITY_ROLES, "unit_reader", "auditor")
    return (*CITY_ROLES, "unit_reader") if actor.role == "city_admin" else ()


def manages(actor: Actor, level: str, area_code: str) -> bool:
    """Open, close, review: any round for the province's administrators, their own for a city's."""
    if actor.role == "province_admin":
        return True
    return actor.role == "city_admin" and level == "city" and area_code == actor.area_code


def require_manages(actor: Actor, level: str, area_code: str) -> None:
    """Raises Forbidden."""
    if not manages(actor, level, area_code):
        raise Forbidden(T("只有本级管理员可以这样做。"))


def require_admin_of(actor: Actor, group_code: str) -> None:
    """Change the registry of a reporting group. Raises Forbidden."""
    if actor.role == "province_admin":
        return
    if actor.role != "city_admin" or actor.area_code != group_code:
        raise Forbidden(T("只能修改本市（分组）的线路。"))
