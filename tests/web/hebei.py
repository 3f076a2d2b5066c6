"""A small Hebei with everybody in it: two cities, rounds open and closed at both levels."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline import calls, rounds
from hotline.app import create_app
from hotline.db import Database
from hotline.models.inspection import Call, Check, Round
from hotline.models.papers import Notice
from hotline.models.people import User
from hotline.rights import Actor
from hotline.settings import Settings
from tests.factories import OPERATOR, actor_for, make_areas, make_line, make_unit, make_user
from tests.inspection.spot_checks import dial, on
from tests.web.browsing import Browser

NOW = on(10, "10:00")
# Short names: who they are, and where they belong.
PEOPLE = {
    "pa": ("province_admin", None),
    "ca": ("city_admin", "130100"),
    "ca2": ("city_admin", "130200"),
    "pi": ("province_inspector", None),  # sent out with the open round of the province
    "pi2": ("province_inspector", None),
    "ci": ("city_inspector", "130100"),  # sent out with the open round of 石家庄
    "ci2": ("city_inspector", "130100"),
    "ur": ("unit_reader", "130100"),  # of 长安区水利局
    "au": ("auditor", None),
}
SPARE = "spare"  # one more inspector of 石家庄, whom others may reset and shut out
# Short names of rounds: level, area, period, who is sent, is it closed.
ROUNDS = {
    "p.closed": ("province", "130000", "2026Q3", (), True),
    "p.open": ("province", "130000", "2026Q4", ("pi",), False),
    "s.closed": ("city", "130100", "2026-10", (), True),
    "s.open": ("city", "130100", "2026-11", ("ci",), False),
    "t.closed": ("city", "130200", "2026-10", (), True),
    "t.open": ("city", "130200", "2026-11", (), False),
}


@dataclass
class Hebei:
    """`ids` holds what stands in addresses, by short names such as `check.s.open`."""

    app: Flask
    database: Database
    people: dict[str, Actor]
    ids: dict[str, object]

    def browser(self, who: str | None, **more: str) -> Browser:
        return Browser(self.app, self.people[who] if who else None, **more)

    def address(self, template: str) -> str:
        """`/checks/{check.s.open}` with the id put in."""
        for name, value in self.ids.items():
            template = template.replace("{" + name + "}", str(value))
        assert "{" not in template, template
        return template


def build(database: Database, settings: Settings) -> Hebei:
    """Lines s (长安区 of 石家庄), s2 (桥西区 of 石家庄) and t (唐山), each failed in every round."""
    with database.write() as session:
        people = _people(session)
        lines = {
            "s": make_line(session, area_code="130102"),
            "s2": make_line(session, area_code="130104"),
            "t": make_line(session, area_code="130202"),
        }
        ids: dict[str, object] = {f"line.{name}": line.id for name, line in lines.items()}
        ids |= {f"user.{name}": actor.user_id for name, actor in people.items()}
        for name, plan in ROUNDS.items():
            found = _round(session, settings, people, name, plan)
            ids[f"round.{name}"] = found.code
            for line_name, line in lines.items():
                query = select(Check.id).where(Check.round_id == found.id, Check.line_id == line.id)
                ids[f"check.{name}.{line_name}"] = session.scalar(query)
                ids[f"call.{name}.{line_name}"] = session.scalar(
                    select(Call.id).join(Check).where(Check.id == query.scalar_subquery())
                )
            for notice in session.scalars(select(Notice).where(Notice.round_id == found.id)):
                short = "circular" if notice.unit_id is None else str(notice.unit_id)
                ids[f"notice.{name}.{short}"] = notice.id
        ids["user.spare"] = session.scalar(select(User.id).where(User.name == SPARE))
        for name in ROUNDS:
            if (key := f"notice.{name}.{lines['s'].unit_id}") in ids:
                ids[f"notice.{name}.s"] = ids[key]
    return Hebei(create_app(settings, database, "k" * 40), database, people, ids)


def _people(session: Session) -> dict[str, Actor]:
    make_areas(session)
    unit = make_unit(session, "130102", "长安区水利局")
    make_user(session, "city_inspector", name=SPARE)
    return {
        name: actor_for(
            session,
            role,
            name=name,
            area_code=area,
            unit=unit if role == "unit_reader" else None,
        )
        for name, (role, area) in PEOPLE.items()
    }


def _round(
    session: Session, settings: Settings, people: dict[str, Actor], name: str, plan: tuple
) -> Round:
    level, area, period, sent, is_closed = plan
    new = rounds.NewRound(level, area, period, inspectors=tuple(people[n].user_id for n in sent))
    found = rounds.open_round(session, OPERATOR, new, settings=settings, now=NOW)
    hang_up = dial(on(9, month=min(found.ends_on.month, 11)), outcome=14)
    everything = select(Check).where(Check.round_id == found.id).order_by(Check.id)
    for check in session.scalars(everything).all():
        if name == "s.open" and check.area_code == "130104":
            continue  # untested, so that nobody closes this round by the way
        calls.record(session, OPERATOR, check.id, hang_up, settings=settings, now=NOW)
    if is_closed:
        rounds.close(session, OPERATOR, found.code, as_is_reason="测试", settings=settings, now=NOW)
    return found
