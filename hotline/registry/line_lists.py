"""The list of lines: searched, filtered, a page at a time, each with its last result."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from hotline import rights
from hotline.models.inspection import Check, Round
from hotline.models.registry import Area, Line, Unit
from hotline.rights import Actor

PAGE_SIZE = 50
UNTESTED = "untested"
_Group = aliased(Area)


@dataclass(frozen=True)
class Sought:
    """What is asked for; None or "" asks for nothing. `klass`: of the last result, or `untested`.

    `search`: words that must all occur in number, unit, area, line id or owner.
    """

    search: str = ""
    group: str | None = None
    level: str | None = None
    status: str | None = None
    klass: str | None = None


@dataclass(frozen=True)
class ListedLine:
    """One line of the list. The last result is of the latest check the actor may see; or None."""

    id: int
    line_id: str
    number: str
    unit: str
    area: str
    group_code: str
    group: str
    level: str
    owner: str | None
    status: str
    klass: str | None
    score_tenths: int | None
    round_code: str | None
    check_id: int | None


@dataclass(frozen=True)
class LinePage:
    """One page, counted from 1, of all that was found."""

    lines: tuple[ListedLine, ...]
    total: int
    page: int
    pages: int


def find(
    session: Session, actor: Actor, sought: Sought, *, page: int = 1, size: int = PAGE_SIZE
) -> LinePage:
    """The lines in the actor's scope, by group, area and id. A page past the end is the last."""
    total = session.scalar(select(func.count()).select_from(_found(actor, sought).subquery())) or 0
    pages = max(1, -(-total // size))
    page = min(max(1, page), pages)
    query = _found(actor, sought).order_by(Line.group_code, Line.area_code, Line.line_id)
    rows = session.execute(query.limit(size).offset((page - 1) * size))
    return LinePage(tuple(ListedLine(*row) for row in rows), total, page, pages)


def find_all(session: Session, actor: Actor, sought: Sought) -> tuple[ListedLine, ...]:
    """The same without pages, for a file."""
    query = _found(actor, sought).order_by(Line.group_code, Line.area_code, Line.line_id)
    return tuple(ListedLine(*row) for row in session.execute(query))


def status_counts(session: Session, actor: Actor, sought: Sought) -> dict[str, int]:
    """How many lines of each status there are among what is sought, whatever status was asked."""
    found = _found(actor, replace(sought, status=None)).subquery()
    query = select(found.c.status, func.count()).group_by(found.c.status)
    return {row[0]: row[1] for row in session.execute(query)}


def _found(actor: Actor, sought: Sought) -> Select[*tuple[Any, ...]]:
    last = _last_checks(actor).subquery()
    query: Select[*tuple[Any, ...]] = (
        select(
            Line.id,
            Line.line_id,
            Line.number,
            Unit.name.label("unit"),
            Area.name.label("area"),
            Line.group_code,
            _Group.name.label("group_name"),
            Line.level,
            Line.owner,
            Line.status,
            last.c.klass,
            last.c.score_tenths,
            last.c.code,
            last.c.id.label("check_id"),
        )
        .join(Line.unit)
        .join(Line.area)
        .join(_Group, _Group.code == Line.group_code)
        .outerjoin(last, (last.c.line_id == Line.id) & (last.c.place == 1))
        .where(rights.lines(actor), *(_has(word) for word in sought.search.split()))
    )
    if sought.group:
        query = query.where(Line.group_code == sought.group)
    if sought.level:
        query = query.where(Line.level == sought.level)
    if sought.status:
        query = query.where(Line.status == sought.status)
    if sought.klass:
        wanted = None if sought.klass == UNTESTED else sought.klass
        query = query.where(last.c.klass.is_(None) if wanted is None else last.c.klass == wanted)
    return query


def _last_checks(actor: Actor) -> Select[*tuple[Any, ...]]:
    """The tested checks the actor may see, numbered per line from the latest back."""
    place = func.row_number().over(
        partition_by=Check.line_id, order_by=(Round.ends_on.desc(), Round.id.desc())
    )
    return (
        select(
            Check.id,
            Check.line_id,
            Check.klass,
            Check.score_tenths,
            Round.code,
            place.label("place"),
        )
        .join(Check.round)
        .where(rights.checks(actor), Check.klass.is_not(None), Round.purpose == "sample")
    )


def _has(word: str) -> ColumnElement[bool]:
    texts = (Line.number, Line.line_id, Line.owner, Unit.name, Area.name)
    matches = [column.icontains(word, autoescape=True) for column in texts]
    if word.isdigit():
        # People type a number without its dash.
        matches.append(func.replace(Line.number, "-", "").contains(word, autoescape=True))
    return or_(*matches)
