"""A restore that is refused or killed leaves what was there; one of an older version works."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text

from hotline import audit
from hotline.db import Database
from hotline.errors import Conflict
from hotline.operations import schema
from hotline.operations.backups import back_up, restore
from tests.conftest import ROOT
from tests.operations.copies import emptied, notes, url_of, write

pytestmark = pytest.mark.usefixtures("programs")

VERSIONS = sorted(file.stem for file in (ROOT / "hotline/migrations/versions").glob("0*.py"))
_DIE = "lambda *_, **__: os.kill(os.getpid(), 9)"


def run(database, *statements: str) -> None:
    with database.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def as_in(database, version: str) -> None:
    """An empty database of an older version."""
    emptied(database)
    config = schema._config()
    with database.restructure() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, version)


def forge(database, *statements: str) -> None:
    """Change what the journal's triggers keep."""
    if database.is_sqlite:
        run(database, "DROP TRIGGER IF EXISTS audit_entries_no_update", *statements)
    else:
        run(database, "SET LOCAL session_replication_role = replica", *statements)


def copied(database, path: Path) -> None:
    """A copy of what a backup of ours would refuse on SQLite, where it looks into it."""
    if not database.is_sqlite:
        back_up(database, path)
        return
    with database.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql(f"VACUUM INTO '{path}'")


def places(database) -> set[str]:
    """Schemas that people made."""
    with database.read() as session:
        every = session.scalars(text("SELECT nspname FROM pg_namespace"))
        return {name for name in every if not name.startswith(("pg_", "information"))}


def die_in_a_restore(database, copy: Path, where: str, *, env: dict[str, str] | None = None):
    """A restore by a process that is killed; `where` is Python that sets the trap."""
    database.close()
    words = f"""
import os
from pathlib import Path
from hotline.db import Database
from hotline.operations import backups, backup_checks, dump_places, dumps, schema
{where}
backups.restore(Database({url_of(database)!r}), Path({str(copy)!r}), replace=True)
"""
    done = subprocess.run([sys.executable, "-c", words], env=dict(os.environ) | (env or {}))
    assert done.returncode == -signal.SIGKILL


@pytest.mark.parametrize("version", VERSIONS[::3])
def test_a_backup_of_an_older_version_replaces_a_newer_database(database, tmp_path, version):
    as_in(database, version)
    run(database, "INSERT INTO areas (code, name, level) VALUES ('130000', '河北省', 'province')")
    back_up(database, tmp_path / "copy")
    emptied(database)
    schema.upgrade(database)
    write(database, 1)
    restore(database, tmp_path / "copy", replace=True)
    schema.upgrade(database)
    assert schema.is_current(database)
    assert notes(database) == set()
    with database.read() as session:
        assert session.scalars(text("SELECT name FROM areas")).all() == ["河北省"]
    assert write(database, 7) == 7


def test_a_newer_database_gives_way_to_an_older_backup(postgresql_database, tmp_path):
    write(postgresql_database, 1)
    back_up(postgresql_database, tmp_path / "copy")
    run(
        postgresql_database,
        "CREATE TABLE later (entry integer REFERENCES audit_entries (id))",
        "UPDATE alembic_version SET version_num = '9999_later'",
    )
    restore(postgresql_database, tmp_path / "copy", replace=True)
    assert schema.is_current(postgresql_database)
    with postgresql_database.read() as session:
        assert session.scalar(text("SELECT to_regclass('later')")) is None


def test_a_backup_of_a_newer_version_changes_nothing(database, tmp_path):
    write(database, 1)
    now = schema.current(database)
    run(database, "UPDATE alembic_version SET version_num = '9999_later'")
    copied(database, tmp_path / "copy")
    run(database, f"UPDATE alembic_version SET version_num = '{now}'")
    write(database, 2)
    with pytest.raises(Conflict, match="更新的版本"):
        restore(database, tmp_path / "copy", replace=True)
    assert (schema.current(database), notes(database)) == (now, {1, 2})
    assert database.is_sqlite or places(database) == {"public"}


def test_a_backup_with_a_broken_journal_changes_nothing(database, tmp_path):
    for n in (1, 2, 3):
        write(database, n)
    forge(database, "UPDATE audit_entries SET actor = 'y' WHERE id = 2")
    copied(database, tmp_path / "copy")
    forge(database, "UPDATE audit_entries SET actor = 'x' WHERE id = 2")
    write(database, 4)
    with pytest.raises(Conflict, match="第 2 条"):
        restore(database, tmp_path / "copy", replace=True)
    assert notes(database) == {1, 2, 3, 4}
    assert database.is_sqlite or places(database) == {"public"}


def test_a_dump_that_breaks_off_changes_nothing(postgresql_database, tmp_path):
    for n in range(200):
        write(postgresql_database, n)
    back_up(postgresql_database, tmp_path / "copy")
    whole = (tmp_path / "copy").read_bytes()
    (tmp_path / "copy").write_bytes(whole[: len(whole) * 3 // 4])
    with pytest.raises(Conflict, match="pg_restore 没有成功"):
        restore(postgresql_database, tmp_path / "copy", replace=True)
    assert len(notes(postgresql_database)) == 200
    assert places(postgresql_database) == {"public"}


def test_others_who_are_connected_are_named(postgresql_database, tmp_path):
    write(postgresql_database, 1)
    back_up(postgresql_database, tmp_path / "copy")
    write(postgresql_database, 2)
    other = Database(url_of(postgresql_database))
    with other.engine.connect() as connection:
        pid = connection.scalar(text("SELECT pg_backend_pid()"))
        with pytest.raises(Conflict, match="请先停止") as refused:
            restore(postgresql_database, tmp_path / "copy", replace=True)
    other.close()
    assert [f"连接 {pid}：" in str(detail) for detail in refused.value.details] == [True]
    assert notes(postgresql_database) == {1, 2}


def test_who_comes_while_it_loads_stops_it(postgresql_database, tmp_path, monkeypatch):
    write(postgresql_database, 1)
    back_up(postgresql_database, tmp_path / "copy")
    other = Database(url_of(postgresql_database))
    upgrade = schema.upgrade

    def come(loaded):
        write(other, 2)
        return upgrade(loaded)

    monkeypatch.setattr(schema, "upgrade", come)
    with pytest.raises(Conflict, match="请先停止"):
        restore(postgresql_database, tmp_path / "copy", replace=True)
    other.close()
    assert notes(postgresql_database) == {1, 2}
    assert places(postgresql_database) == {"public"}


def test_an_upgrade_that_fails_changes_nothing(postgresql_database, tmp_path):
    write(postgresql_database, 1)
    run(postgresql_database, "UPDATE alembic_version SET version_num = '0003_the_loop'")
    back_up(postgresql_database, tmp_path / "copy")
    run(postgresql_database, f"UPDATE alembic_version SET version_num = '{VERSIONS[-1]}'")
    write(postgresql_database, 2)
    with pytest.raises(Conflict, match=r"原有数据未动.*job_runs"):
        restore(postgresql_database, tmp_path / "copy", replace=True)
    assert notes(postgresql_database) == {1, 2}
    assert places(postgresql_database) == {"public"}


def test_an_owner_who_is_no_superuser_restores_and_restores_again(
    postgresql_database, postgresql_server, tmp_path
):
    role = postgresql_database.url.database.replace("tests_", "owner_")
    with postgresql_database.engine.connect() as connection:
        alone = connection.execution_options(isolation_level="AUTOCOMMIT")
        alone.execute(text(f"CREATE ROLE {role} LOGIN"))
        alone.execute(text(f"CREATE DATABASE {role} OWNER {role}"))
    url = postgresql_database.url.set(database=role, username=role)
    own = Database(url.render_as_string(hide_password=False))
    try:
        schema.upgrade(own)
        write(own, 1)
        write(own, 2)
        for n in (1, 2):
            copy = tmp_path / f"copy{n}"
            back_up(own, copy)
            write(own, 9)
            assert restore(own, copy, replace=True).entries == 2
            assert notes(own) == {1, 2}
            for deed in ("UPDATE audit_entries SET actor = 'y'", "TRUNCATE audit_entries"):
                with pytest.raises(Exception, match="append-only"):
                    run(own, deed)
        emptied(own)
        assert restore(own, tmp_path / "copy2", replace=False).entries == 2
        write(own, 3)
        with own.read() as session:
            assert session.scalars(text("SELECT id FROM audit_entries")).all() == [1, 2, 3]
            assert audit.verify(session) == (3, [])
        assert places(own) == {"public"}
    finally:
        own.close()
        with postgresql_database.engine.connect() as connection:
            alone = connection.execution_options(isolation_level="AUTOCOMMIT")
            alone.execute(text(f"DROP DATABASE {role} WITH (FORCE)"))
            alone.execute(text(f"DROP ROLE {role}"))


def test_the_schema_stays_whose_it_was(postgresql_database, tmp_path):
    whose = "SELECT nspowner::regrole || nspacl::text FROM pg_namespace WHERE nspname = 'public'"
    with postgresql_database.read() as session:
        before = session.scalar(text(whose))
    run(postgresql_database, "CREATE EXTENSION vector")
    back_up(postgresql_database, tmp_path / "copy")
    restore(postgresql_database, tmp_path / "copy", replace=True)
    with postgresql_database.read() as session:
        assert session.scalar(text(whose)) == before
        assert session.scalar(text("SELECT '[1]'::vector::text")) == "[1]"


def test_what_others_made_of_the_tables_is_not_dropped_in_silence(postgresql_database, tmp_path):
    back_up(postgresql_database, tmp_path / "copy")
    run(
        postgresql_database,
        "CREATE SCHEMA elsewhere",
        "CREATE VIEW elsewhere.entries AS SELECT id FROM audit_entries",
    )
    with pytest.raises(Conflict, match=r"请先删去.*elsewhere\.entries"):
        restore(postgresql_database, tmp_path / "copy", replace=True)
    run(postgresql_database, "DROP SCHEMA elsewhere CASCADE")


def test_a_dump_may_come_from_another_schema(postgresql_database, tmp_path):
    write(postgresql_database, 1)
    run(postgresql_database, "ALTER SCHEMA public RENAME TO office", "CREATE SCHEMA public")
    back_up(postgresql_database, tmp_path / "copy")
    run(postgresql_database, "DROP SCHEMA office CASCADE")
    schema.upgrade(postgresql_database)
    restore(postgresql_database, tmp_path / "copy", replace=True)
    assert notes(postgresql_database) == {1}
    assert places(postgresql_database) == {"public"}


def test_a_restore_killed_while_it_loads_leaves_the_old_data(
    postgresql_database, programs, tmp_path
):
    for n in range(200):
        write(postgresql_database, n)
    back_up(postgresql_database, tmp_path / "copy")
    write(postgresql_database, 999)
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "psql").symlink_to(programs / "psql")
    (folder / "pg_restore").write_text(f"""#!/bin/sh
case "$*" in *--list*) exec '{programs}/pg_restore' "$@" ;; esac
'{programs}/pg_restore' "$@" | sed '/^COPY public.audit_entries/ {{ n; n; n; q }}'
kill -9 $PPID
""")
    (folder / "pg_restore").chmod(0o755)
    die_in_a_restore(
        postgresql_database, tmp_path / "copy", "", env={"HOTLINE_PG_BIN": str(folder)}
    )
    assert len(notes(postgresql_database)) == 201
    assert places(postgresql_database) == {"public"}


@pytest.mark.parametrize(
    "trap", [f"schema.knows = {_DIE}", f"dump_places.take_over = {_DIE}"], ids=["load", "swap"]
)
def test_a_restore_killed_before_the_swap_leaves_the_old_data(postgresql_database, tmp_path, trap):
    write(postgresql_database, 1)
    back_up(postgresql_database, tmp_path / "copy")
    write(postgresql_database, 2)
    die_in_a_restore(postgresql_database, tmp_path / "copy", trap)
    assert notes(postgresql_database) == {1, 2}
    assert places(postgresql_database) == {"public", "hotline_restored"}
    between = back_up(postgresql_database, tmp_path / "between").path
    assert b"hotline_restored" not in between.read_bytes()
    restore(postgresql_database, tmp_path / "copy", replace=True)
    assert notes(postgresql_database) == {1}
    assert places(postgresql_database) == {"public"}
    restore(postgresql_database, between, replace=True)
    assert notes(postgresql_database) == {1, 2}


@pytest.mark.parametrize(
    ("trap", "left"),
    [
        (
            "def half(source, target):\n"
            "    target.write(source.read(9000)); target.flush(); os.kill(os.getpid(), 9)\n"
            "backups.shutil.copyfileobj = half",
            {1, 2},
        ),
        (f"backups.os.replace = {_DIE}", {1, 2}),
        (f"do = os.replace; backups.os.replace = lambda *a: (do(*a), ({_DIE})())", {1}),
    ],
    ids=["copying", "before", "after"],
)
def test_a_killed_restore_leaves_one_file_or_the_other(sqlite_database, tmp_path, trap, left):
    write(sqlite_database, 1)
    back_up(sqlite_database, tmp_path / "copy")
    write(sqlite_database, 2)
    die_in_a_restore(sqlite_database, tmp_path / "copy", trap)
    assert notes(sqlite_database) == left
    with sqlite_database.read() as session:
        assert audit.verify(session) == (len(left), [])
    restore(sqlite_database, tmp_path / "copy", replace=True)
    assert notes(sqlite_database) == {1}


def test_the_log_of_a_damaged_database_does_not_meet_the_new_one(sqlite_database, tmp_path):
    write(sqlite_database, 1)
    back_up(sqlite_database, tmp_path / "copy")
    write(sqlite_database, 2)
    file = Path(sqlite_database.url.database)
    log = Path(f"{file}-wal").read_bytes()
    sqlite_database.close()
    file.write_bytes(b"no database at all")
    Path(f"{file}-wal").write_bytes(log)
    trap = f"do = os.replace; backups.os.replace = lambda *a: (do(*a), ({_DIE})())"
    die_in_a_restore(sqlite_database, tmp_path / "copy", trap)
    assert notes(sqlite_database) == {1}
