"""A database with areas, for imports to work on."""

from __future__ import annotations

import pytest

from tests.factories import make_areas


@pytest.fixture
def hebei(database):
    with database.write() as session:
        make_areas(session)
    return database
