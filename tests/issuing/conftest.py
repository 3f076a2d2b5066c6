"""What the tests of issuing share."""

from __future__ import annotations

import pytest

from hotline.db import Database
from hotline.settings import Settings
from tests.issuing.closed_rounds import ClosedRound, close_a_round


@pytest.fixture
def closed(database: Database, settings: Settings) -> ClosedRound:
    """A closed round on either database: two units to put something right, one line that passed."""
    return close_a_round(database, settings)
