"""Complaints: who notes them, what is refused, who reads them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from hotline.clock import local
from hotline.db import finish
from hotline.errors import Forbidden, Invalid, NotFound
from hotline.models.journal import AuditEntry
from hotline.registry import complaints
from tests.factories import NOW, actor_for, make_areas, make_line

TODAY = local(NOW).date()


def note(session, actor, line, *, received_on: date | None = TODAY, matter="三次无人接听"):
    return complaints.note(session, actor, line.id, received_on=received_on, matter=matter, now=NOW)


def test_a_complaint_is_kept_journalled_and_read_by_administrators_alone(database):
    with database.write() as session:
        make_areas(session)
        line = make_line(session)
        admin = actor_for(session, "city_admin")
        first = note(session, admin, line, received_on=TODAY - timedelta(days=3))
        second = note(session, admin, line, matter=" 态度不好 ")
        assert list(complaints.of_line(session, admin, line)) == [second, first]
        assert second.matter == "态度不好"
        assert complaints.of_line(session, actor_for(session, "city_inspector"), line) == ()
        finish(session)
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()[-1]
        assert (entry.action, entry.subject_id) == ("complaint.note", line.line_id)


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"received_on": TODAY + timedelta(days=1)}, ["received_on"]),
        ({"received_on": None, "matter": " "}, ["received_on", "matter"]),
        ({"matter": "长" * 501}, ["matter"]),
    ],
)
def test_what_is_no_complaint_is_refused(sqlite_database, wrong, fields):
    with sqlite_database.write() as session:
        make_areas(session)
        line = make_line(session)
        with pytest.raises(Invalid) as refusal:
            note(session, actor_for(session), line, **wrong)
        assert [error.field for error in refusal.value.errors] == fields


def test_strangers_and_inspectors_note_none(sqlite_database):
    with sqlite_database.write() as session:
        make_areas(session)
        line = make_line(session)
        with pytest.raises(NotFound):
            note(session, actor_for(session, "city_admin", area_code="130200"), line)
        with pytest.raises(Forbidden):
            note(session, actor_for(session, "province_inspector"), line)
