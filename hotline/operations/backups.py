"""Backups: a consistent copy while the system runs, checked before it counts, and its return.

SQLite: its online backup into one file. PostgreSQL: pg_dump's custom format.
"""

import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, inspect

from hotline.db import Database, belong_beside
from hotline.errors import Conflict, T
from hotline.operations import dumps
from hotline.operations.backup_checks import require_known, require_whole_journal

SQLITE_MAGIC, DUMP_MAGIC = b"SQLite format 3\x00", b"PGDMP"


@dataclass(frozen=True)
class Backup:
    """What a backup holds: bytes, and journal entries (None: a dump, counted when it is back)."""

    path: Path
    size: int
    entries: int | None


def back_up(database: Database, path: Path) -> Backup:
    """Copy the database into a new file; everything committed before the start is in it.

    The file appears under its name only when it is whole and checked; only its owner may read it.
    Raises Conflict where there is one already or no folder for it, or the copy is damaged.
    """
    if not path.absolute().parent.is_dir():
        raise Conflict(T("没有这个文件夹，请先建立：{folder}", folder=path.absolute().parent))
    if path.exists():
        raise Conflict(T("已有这个文件，备份不覆盖：{file}", file=path.name))
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    try:
        os.close(_new_file(part))
        if database.is_sqlite:
            entries = _copy_sqlite(str(database.url.database), part)
        else:
            dumps.dump(database, part)
            entries = None
        _flush(part)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return Backup(path, path.stat().st_size, entries)


def restore(database: Database, path: Path, *, replace: bool) -> Backup:
    """Put a backup in the place of the database.

    Refuses with Conflict: a database that holds something, unless `replace`; one that a web or
    scheduler process has open; a backup of another kind of database, damaged, with a broken
    journal, or of a newer version. Then nothing is changed; and a process that is killed on the
    way leaves the old database or the new one.
    """
    with path.open("rb") as file:
        head = file.read(16)
    if database.is_sqlite != head.startswith(SQLITE_MAGIC) or not (
        database.is_sqlite or head.startswith(DUMP_MAGIC)
    ):
        raise Conflict(T("这不是本系统同类数据库的备份：{file}", file=path.name))
    if not replace and _holds_something(database):
        raise Conflict(T("数据库里已有数据；确要以备份替换，请加 --replace。"))
    if database.is_sqlite:
        return _restore_sqlite(database, path)
    return Backup(path, path.stat().st_size, dumps.put_back(database, path))


def _copy_sqlite(source: str, target: Path) -> int:
    """One step of SQLite's own backup: a snapshot that writers do not wait for."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
        # A copy is one file: it must not need a log beside it.
        new.execute("PRAGMA journal_mode=DELETE")
    return _checked_file(target, target.name.removesuffix(".part"))


def _new_file(path: Path) -> int:
    """An empty file that nobody else may read, in the place of what a broken attempt left."""
    path.unlink(missing_ok=True)
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)


def _checked_file(path: Path, name: str) -> int:
    """The journal's entries in a SQLite file that is whole. Raises Conflict, by `name`, if not."""
    damaged = Conflict(T("备份文件已损坏，请换一份：{file}", file=name))
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as opened:
            whole = opened.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            lost = opened.execute("PRAGMA foreign_key_check").fetchone()
            versions = opened.execute("SELECT version_num FROM alembic_version").fetchall()
    except sqlite3.DatabaseError as error:
        raise damaged from error
    if not whole or lost:
        raise damaged
    require_known(versions[0][0] if versions else None, name)
    copy = create_engine(f"sqlite:///file:{path}?mode=ro&uri=true")
    try:
        return require_whole_journal(copy)
    finally:
        copy.dispose()


def _restore_sqlite(database: Database, path: Path) -> Backup:
    target = Path(str(database.url.database))
    part = target.with_name(f"{target.name}.part")
    database.close()
    try:
        with path.open("rb") as source, open(_new_file(part), "wb") as copy:
            shutil.copyfileobj(source, copy)
            copy.flush()
            os.fsync(copy.fileno())
        entries = _checked_file(part, path.name)
        _require_alone(target)
        with part.open("rb") as copy:
            belong_beside(copy.fileno(), target)
        # The log of a damaged database, which alone may have one still, must not meet the new file.
        for rest in ("-wal", "-shm"):
            Path(f"{target}{rest}").unlink(missing_ok=True)
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)
    return Backup(path, target.stat().st_size, entries)


def _require_alone(target: Path) -> None:
    """Leaving the WAL mode is granted only to the one connection there is."""
    if not target.exists():
        return
    busy = Conflict(T("数据库正在使用：请先停止网页服务和调度程序。"))
    try:
        with closing(sqlite3.connect(target, timeout=1)) as opened:
            mode = opened.execute("PRAGMA journal_mode=DELETE").fetchone()
    except sqlite3.OperationalError as error:
        raise busy from error
    except sqlite3.DatabaseError:
        return  # what is there is no database any more: that is what backups are for
    if mode != ("delete",):
        raise busy


def _holds_something(database: Database) -> bool:
    if database.is_sqlite and not Path(str(database.url.database)).exists():
        return False
    with database.engine.connect() as connection:
        return bool(inspect(connection).get_table_names())


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
