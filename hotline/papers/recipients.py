"""Which units an issued paper goes to."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.models.inspection import Check
from hotline.models.papers import Finding, Notice, NoticeFinding
from hotline.models.registry import Line, Unit


def units_of(session: Session, notice: Notice) -> Sequence[Unit]:
    """The units, in the order of their areas; a letter has one.

    A province's 通报 goes to the city-level units of the groups it covers and to every unit it
    names, a city's to all units of its round; a correction of it to the same, and a 通报 of an
    absence also to who was absent. A paper to a city as a whole goes to its city-level units.
    """
    query = select(Unit).where(Unit.id.in_(_ids(session, notice))).order_by(Unit.area_code, Unit.id)
    return session.scalars(query).all()


def _ids(session: Session, notice: Notice) -> set[int]:
    if notice.unit_id is not None:
        return {notice.unit_id}
    if notice.area_code is not None:
        return _city_level(session, {notice.area_code})
    referred = _ids(session, notice.refers_to) if notice.refers_to is not None else set()
    if notice.kind == "correction" and referred:
        return referred
    return referred | _told_of_round(session, notice)


def _told_of_round(session: Session, notice: Notice) -> set[int]:
    covered = session.execute(
        select(Check.unit_id, Check.group_code).where(Check.round_id == notice.round_id)
    ).all()
    if notice.round.level == "city":
        return {row.unit_id for row in covered}
    return _city_level(session, {row.group_code for row in covered}) | _named(session, notice)


def _named(session: Session, notice: Notice) -> set[int]:
    query = (
        select(Check.unit_id)
        .join(Finding, Finding.check_id == Check.id)
        .join(NoticeFinding, NoticeFinding.finding_id == Finding.id)
        .where(NoticeFinding.notice_id == notice.id)
    )
    return set(session.scalars(query))


def _city_level(session: Session, groups: Collection[str]) -> set[int]:
    """The units with a city's line in these groups; of a group without one, those at its seat."""
    query = select(Line.group_code, Line.unit_id).where(
        Line.group_code.in_(groups), Line.level == "city", Line.status != "retired"
    )
    found = session.execute(query).all()
    without = set(groups) - {row.group_code for row in found}
    at_seat = session.scalars(select(Unit.id).where(Unit.area_code.in_(without)))
    return {row.unit_id for row in found} | set(at_seat)
