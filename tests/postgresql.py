"""A real PostgreSQL for tests: a template, and a place in which one test runs after another.

A server's address has {database} where a database's name belongs.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import text

from hotline.db import Database
from hotline.operations import schema

_END_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_SHAPE = """
    WITH ours AS (SELECT oid FROM pg_namespace WHERE nspname = 'public'),
    named (name) AS (
        SELECT relname::text FROM pg_class WHERE relnamespace IN (TABLE ours)
        UNION ALL SELECT attrelid::regclass || '.' || attname || atttypid || attnotnull
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        WHERE relnamespace IN (TABLE ours)
        UNION ALL SELECT conname FROM pg_constraint WHERE connamespace IN (TABLE ours)
        UNION ALL SELECT proname || prosrc FROM pg_proc WHERE pronamespace IN (TABLE ours)
        UNION ALL SELECT tgname || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT version_num FROM alembic_version)
    SELECT md5(string_agg(name, ',' ORDER BY name)) FROM named
"""
_CLEAR = """
    DO $$ DECLARE name text; BEGIN
        PERFORM set_config('session_replication_role', 'replica', true);
        FOR name IN SELECT tablename FROM pg_tables
                    WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
            EXECUTE format('DELETE FROM %I', name);
        END LOOP;
        PERFORM setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S';
    END $$
"""


def prepare(url: str) -> None:
    """Make the template that databases are copied from, unless another worker has."""
    template = Database(url.format(database="hotline_template"))
    above = Database(url.format(database="postgres"))
    with _statements(above) as run:
        run("SELECT pg_advisory_lock(1)")
        if not run("SELECT 1 FROM pg_database WHERE datname = 'hotline_template'").first():
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                run(f"ALTER SYSTEM SET {setting} = off")
            run("SELECT pg_reload_conf()")
            run("CREATE DATABASE hotline_template")
            schema.upgrade(template)
            template.close()
    above.close()


class Place:
    """One database for the tests of a worker process, one after the other.

    Deleting rows takes a hundredth of the time of a new database. A test that altered the tables
    themselves is noticed, and then there is a new one after all. The engine stays as well: it
    knows the statements that were put into words before.
    """

    def __init__(self, server: str):
        self._name = f"tests_{uuid.uuid4().hex}"
        self._above = Database(server.format(database="postgres"))
        self._cleaner = Database(server.format(database=self._name))
        self._database = Database(server.format(database=self._name))
        self._make()

    def cleared(self) -> Database:
        """It, as if nothing had ever been in it."""
        self._database.close()
        with _statements(self._cleaner) as run:
            run(_END_OTHERS)
            shape = run(_SHAPE).scalar_one()
            if shape == self._shape:
                run(_CLEAR)
        if shape != self._shape:
            self._cleaner.close()
            with _statements(self._above) as run:
                run(f"DROP DATABASE {self._name} WITH (FORCE)")
            self._make()
        return self._database

    def step_back(self) -> None:
        """Leave it to the test alone: nobody else is connected."""
        self._cleaner.close()

    def close(self) -> None:
        for database in (self._database, self._cleaner, self._above):
            database.close()

    def _make(self) -> None:
        with _statements(self._above) as run:
            run(f"CREATE DATABASE {self._name} TEMPLATE hotline_template")
        with _statements(self._cleaner) as run:
            self._shape = run(_SHAPE).scalar_one()


@contextmanager
def _statements(database: Database) -> Iterator[Callable[[str], Any]]:
    """What runs statements outside of any transaction."""
    with database.engine.connect() as connection:
        alone = connection.execution_options(isolation_level="AUTOCOMMIT")
        yield lambda sql: alone.execute(text(sql))
