"""What tests of backups write into a database, and look for in it."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select, text

from hotline import audit
from hotline.models.journal import AuditEntry
from tests.factories import NOW


def url_of(database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


def write(database, n: int) -> int:
    with database.write() as session:
        audit.record(session, actor="x", action="note", subject="note", subject_id=n, now=NOW)
    return n


def notes(database) -> set[int]:
    with database.read() as session:
        return set(map(int, session.scalars(select(AuditEntry.subject_id))))


def emptied(database) -> None:
    """As a new machine has it: no table, or no file at all."""
    if not database.is_sqlite:
        with database.engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        return
    database.close()
    for rest in ("", "-wal", "-shm"):
        Path(f"{database.url.database}{rest}").unlink(missing_ok=True)
