"""The databases that tests get: migrated, empty, of both kinds."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from hotline import schema
from hotline.models.registry import Area, Line
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
