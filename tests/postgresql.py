"""A real PostgreSQL for tests: a template, and a place in which one test runs after another.

A server's address has {database} where a database's name belongs.
"""

from __future__ import annotations

import uuid

from sqlalchemy import text

from hotline.db import Database
from hotline.operations import schema

_END_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_SHAPE = """
    SELECT (SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_attribute),
           (SELECT count(*) FROM pg_constraint), (SELECT count(*) FROM pg_proc),
           (SELECT string_agg(tgname || tgenabled::text, ',' ORDER BY tgname) FROM pg_trigger
            WHERE NOT tgisinternal),
           (SELECT string_agg(version_num, ',') FROM alembic_version)
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
    with _session(url.format(database="postgres")) as run:
        run("SELECT pg_advisory_lock(1)")
        if not run("SELECT 1 FROM pg_database WHERE datname = 'hotline_template'").first():
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                run(f"ALTER SYSTEM SET {setting} = off")
            run("SELECT pg_reload_conf()")
            run("CREATE DATABASE hotline_template")
            schema.upgrade(template)
            template.close()


class Place:
    """One database for the tests of a worker process, one after the other.

    Deleting rows takes a hundredth of the time of a new database. A test that altered the tables
    themselves is noticed, and then there is a new one after all.
    """

    def __init__(self, server: str):
        self._server, self._name = server, f"tests_{uuid.uuid4().hex}"
        self._url = server.format(database=self._name)
        self._make()

    def cleared(self) -> str:
        """Its address, once it is as if nothing had ever been in it."""
        with _session(self._url) as run:
            run(_END_OTHERS)
            shape = run(_SHAPE).one()
            if shape == self._shape:
                run(_CLEAR)
        if shape != self._shape:
            with _session(self._server.format(database="postgres")) as run:
                run(f"DROP DATABASE {self._name} WITH (FORCE)")
            self._make()
        return self._url

    def _make(self) -> None:
        with _session(self._server.format(database="postgres")) as run:
            run(f"CREATE DATABASE {self._name} TEMPLATE hotline_template")
        with _session(self._url) as run:
            self._shape = run(_SHAPE).one()


class _session:
    """Statements on a database, outside of any transaction."""

    def __init__(self, url: str):
        self._database = Database(url)

    def __enter__(self):
        self._connection = self._database.engine.connect().execution_options(
            isolation_level="AUTOCOMMIT"
        )
        return lambda sql: self._connection.execute(text(sql))

    def __exit__(self, *_error: object) -> None:
        self._connection.close()
        self._database.close()
