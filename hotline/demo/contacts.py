"""Where some of the demo's units get their mail: addresses that lead nowhere."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.models.registry import Unit
from hotline.registry import units
from hotline.registry.units import Contact
from hotline.rights import Actor

_EVERY = 6
_DOMAIN = "example.invalid"


def add_some(session: Session, actor: Actor, *, now: datetime) -> None:
    """One unit in six has an address; the others get their papers by link or by hand."""
    found = session.scalars(select(Unit).order_by(Unit.area_code, Unit.name)).all()
    for place, unit in enumerate(found[::_EVERY]):
        contact = Contact(f"water-{unit.area_code}@{_DOMAIN}", f"{'王李张刘'[place % 4]}示例")
        units.update(session, actor, unit.id, contact, now=now)
