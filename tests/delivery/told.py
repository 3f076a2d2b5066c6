"""Messages in every state, to people of two cities and of the province."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from hotline.models.messages import Message
from hotline.rights import Actor
from tests.factories import actor_for, make_areas, make_line, make_unit
from tests.inspection.spot_checks import on

DAY = "2026-11-23"
SENT_AT = on(23, "09:00")
NOW = on(23, "10:00")
LATER = on(24, "09:30")


def people(session: Session) -> dict[str, Actor]:
    """Everyone reads at their own name, and 路南区水利局 and 长安区水利局 at the unit's address."""
    make_areas(session)
    found = {
        "province": actor_for(session, "province_admin", name="province"),
        "city": actor_for(session, "city_admin", name="city"),
        "other_city": actor_for(session, "city_admin", name="other_city", area_code="130200"),
        "inspector": actor_for(session, "city_inspector", name="inspector"),
        "auditor": actor_for(session, "auditor", name="auditor"),
    }
    for name, actor in found.items():
        set_email(session, actor, f"{name}@example.cn")
    for area, name, email in (
        ("130102", "长安区水利局", "changan@example.cn"),
        ("130202", "路南区水利局", "lunan@example.cn"),
    ):
        unit = make_unit(session, area, name)
        unit.email = email
        make_line(session, area_code=area, unit=unit)
    session.flush()
    return found


def set_email(session: Session, actor: Actor, email: str | None) -> None:
    from hotline.models.people import User

    session.get_one(User, actor.user_id).email = email
    session.flush()


def told(
    session: Session,
    to: str,
    state: str = "failed",
    *,
    kind: str = "digest",
    period: str = DAY,
    at: datetime = SENT_AT,
    **more: object,
) -> int:
    """A message to `to@example.cn`; its id."""
    usual = {"claimed_at": at if state in ("sending", "unknown", "failed") else None}
    made = Message(
        kind=kind,
        period=period,
        recipient=f"{to}@example.cn",
        subject="监督电话抽查待办",
        body="1. 整改逾期",
        message_id=f"<{kind}.{period}.{to}@example.cn>",
        state=state,
        created_at=at,
        **usual | more,
    )
    session.add(made)
    session.flush()
    return made.id
