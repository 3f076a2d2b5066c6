"""Who may see what of the loop: rectifications, appeals, talks.

Whoever may see an issued paper may see what became of it; an administrator also sees the talks
that have no paper yet.
"""

from typing import Any

from sqlalchemy import and_, exists, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from hotline.models.inspection import Round
from hotline.models.loop import Appeal, Rectification, Talk
from hotline.models.papers import Notice
from hotline.models.registry import Line
from hotline.rights import Actor, Condition
from hotline.rights import rounds as rounds_of

Column = InstrumentedAttribute[Any]


def rectifications(actor: Actor) -> Condition:
    """For a query that joins Rectification with its Notice and the Notice with its Round."""
    return _of_unit(actor, Rectification.unit_id)


def knows_recheck(actor: Actor) -> Condition:
    """For a query that has Rectification: is its last re-check, if any, known to the actor?

    One that is running is known only to those who manage it or make it.
    """
    known = select(Round.id).where(Round.id == Rectification.recheck_round_id, rounds_of(actor))
    return or_(Rectification.recheck_round_id.is_(None), known.correlate(Rectification).exists())


def appeals(actor: Actor) -> Condition:
    """For a query that joins Appeal with its Notice and the Notice with its Round."""
    return _of_unit(actor, Appeal.unit_id)


def talks(actor: Actor) -> Condition:
    """For a query that joins Talk with its Round.

    Inspectors and the unit know of a talk once its paper is issued, and also while a new date for
    it is drafted; so does the city that is itself called to one.
    """
    told_before = exists(
        select(1).where(Notice.id == Talk.notice_id, Notice.refers_to_id.is_not(None))
    )
    told = or_(
        Talk.state.in_(("notified", "held", "reported", "closed", "no_show")),
        and_(Talk.state == "drafted", told_before),
    )
    own_round = and_(Round.level == "city", Round.area_code == actor.area_code)
    if actor.role == "province_admin":
        return true()
    if actor.role == "province_inspector":
        return told
    if actor.of_city:
        called = and_(Talk.unit_id.is_(None), Talk.area_code == actor.area_code)
        seen = and_(told, or_(own_round, called, _in_group(actor, Talk.unit_id)))
        return or_(own_round, seen) if actor.role == "city_admin" else seen
    if actor.role == "unit_reader":
        return and_(told, Talk.unit_id == actor.unit_id)
    return false()


def _of_unit(actor: Actor, unit_id: Column) -> Condition:
    if actor.of_province:
        return true()
    if actor.of_city:
        own_round = and_(Round.level == "city", Round.area_code == actor.area_code)
        return or_(own_round, _in_group(actor, unit_id))
    if actor.role == "unit_reader":
        return unit_id == actor.unit_id
    return false()


def _in_group(actor: Actor, unit_id: Column) -> Condition:
    """A unit with a line in the actor's reporting group."""
    return exists(select(1).where(Line.unit_id == unit_id, Line.group_code == actor.area_code))
