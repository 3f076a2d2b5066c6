"""What the tests of pages share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile

import pytest
import time_machine

from hotline.app import create_app
from hotline.db import Database
from hotline.settings import Settings
from tests.factories import actor_for, make_areas, make_line
from tests.inspection.spot_checks import a_round, checks_of, open_to_all
from tests.web.calling import NOW, CityRound
from tests.web.town import NOW as TOWN_NOW
from tests.web.town import Rehearsal, Town


@pytest.fixture
def city_round(sqlite_database: Database, settings: Settings) -> Iterator[CityRound]:
    """Five lines of 石家庄 in two counties; it is Tuesday the 10th, ten o'clock."""
    with time_machine.travel(NOW, tick=False):
        with sqlite_database.write() as session:
            make_areas(session)
            for area in ("130102", "130102", "130102", "130104", "130104"):
                make_line(session, area_code=area)
            people = {
                role: actor_for(session, role)
                for role in ("city_inspector", "city_admin", "province_admin")
            }
            sent = (people["city_inspector"].user_id,)
            found = a_round(session, settings, inspectors=sent, now=NOW)
            open_to_all(session, found)
            ids = [check.id for check in checks_of(session, found)]
        yield CityRound(
            create_app(settings, sqlite_database, "k" * 40),
            sqlite_database,
            settings,
            found.code,
            ids,
            people["city_inspector"],
            people["city_admin"],
            people["province_admin"],
        )


@pytest.fixture(scope="module")
def town(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, settings: Settings
) -> Iterator[Town]:
    """The town with all its rounds; whatever is written in it is undone at once."""
    path = tmp_path_factory.mktemp("town") / "hotline.db"
    copyfile(sqlite_template, path)
    database = Rehearsal(f"sqlite:///{path}")
    with time_machine.travel(TOWN_NOW, tick=False):
        made = Town(database, settings).settle_down().go_out()
        database.lasting = False
        yield made
    database.close()
