"""The databases that tests get: migrated, empty, of both kinds."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import ProgrammingError

from hotline.models.registry import Area, Line
from hotline.operations import schema
from tests.factories import make_areas, make_line, make_user


@pytest.mark.parametrize("time", [1, 2])
def test_a_database_is_migrated_and_empty(database, time):
    assert schema.is_current(database)
    with database.write() as session:
        assert session.scalar(select(func.count()).select_from(Area)) == 0
        make_areas(session)
        make_line(session)
        make_user(session)


def test_what_raises_in_a_transaction_is_undone(database):
    with database.write() as session:
        make_areas(session)

    def cut_short():
        with database.write() as session:
            make_line(session)
            raise ConnectionError

    with pytest.raises(ConnectionError):
        cut_short()
    with database.read() as session:
        assert session.scalars(select(Line)).all() == []


@pytest.mark.postgresql
def test_what_a_test_does_to_the_tables_ends_with_it(postgresql_place):
    for deed in (
        "DROP TRIGGER audit_entries_append_only ON audit_entries",
        "DROP TABLE calls CASCADE",
        "ALTER TABLE calls RENAME TO taken_away",
        "ALTER TABLE calls RENAME COLUMN outcome TO taken_away",
    ):
        altered = postgresql_place.cleared()
        with altered.write() as session:
            session.execute(text(deed))
            make_areas(session)
        altered.close()
        whole = postgresql_place.cleared()
        with whole.write() as session:
            assert session.scalars(select(Area)).all() == []
            make_areas(session)
            line = make_line(session)
            assert line.id == 1
            session.execute(text("SELECT * FROM calls"))
        with pytest.raises(ProgrammingError, match="append-only"), whole.write() as session:
            session.execute(text("TRUNCATE audit_entries"))
        whole.close()
