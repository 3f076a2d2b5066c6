"""The papers that closing a round drafts."""

from __future__ import annotations

from sqlalchemy import select

from hotline.models.papers import Notice
from hotline.models.registry import Unit
from tests.issuing.closed_rounds import close_a_round


def test_they_are_numbered_by_area(database, settings):
    names = ("桥西区水利局", "长安区水利局", "桥西区供水站", "长安区供水站", "桥西区水利局")
    close_a_round(database, settings, units=names).issued()
    with database.read() as session:
        query = select(Unit.area_code).join(Notice, Notice.unit_id == Unit.id)
        areas = session.scalars(query.order_by(Notice.serial)).all()
    assert areas == ["130102", "130102", "130104", "130104"]
