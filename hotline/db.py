"""The database: engine, transactions, column types. SQLite embedded, PostgreSQL when outgrown.

SQLite runs in WAL with synchronous=FULL. A write takes a lock file first, which the kernel queues
fairly, and then BEGIN IMMEDIATE, so that no writer fails on a stale snapshot or waits for ever.
"""

import fcntl
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from sqlalchemy import (
    Connection,
    DateTime,
    Engine,
    Integer,
    MetaData,
    TypeDecorator,
    create_engine,
    event,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session

_LOST = "PRAGMA foreign_key_check"
_GAVE_WAY = ("40001", "40P01", "55P03")  # serialization failure, deadlock, lock not available
_AT_END = "hotline.at_end"


class Table(DeclarativeBase):
    """The base of all tables; constraints are named, so that migrations can find them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept in UTC. A naive one raises ValueError."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Tenths(TypeDecorator[float]):
    """Seconds with one decimal, kept as whole tenths so that they compare exactly."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: float | None, dialect: Any) -> int | None:
        return None if value is None else round(value * 10)

    def process_result_value(self, value: int | None, dialect: Any) -> float | None:
        return None if value is None else value / 10


class Database:
    """One engine and its two kinds of transaction: `read()` and `write()`."""

    def __init__(self, url: str):
        self.url = make_url(url)
        self.engine = _sqlite(url) if self.is_sqlite else create_engine(url, pool_pre_ping=True)
        self._writing = self.engine.execution_options(hotline_writes=True)
        # SQLite reads from a snapshot anyway.
        self._reading = (
            self.engine
            if self.is_sqlite
            else self.engine.execution_options(isolation_level="REPEATABLE READ")
        )

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @property
    def place(self) -> str:
        """Where the data is, for people: SQLite's file by its full path, else without password."""
        if self.is_sqlite:
            return str(Path(str(self.url.database)).resolve())
        return self.url.render_as_string(hide_password=True)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A consistent look at the data; whatever is changed in it is thrown away."""
        with Session(self._reading, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One use case's transaction: committed when the block ends, undone if it raises."""
        opened = Session(self._writing, expire_on_commit=False)
        with self._queue(), opened as session, session.begin():
            yield session
            finish(session)

    @contextmanager
    def restructure(self) -> Iterator[Connection]:
        """A write in which tables may be made anew.

        SQLite replaces a table by dropping it, which would drag along what refers to it: there the
        foreign keys are looked at once, at the end. Raises IntegrityError if one leads nowhere.
        """
        with self._queue(), self._writing.connect() as connection:
            driver = cast(Any, connection.connection.driver_connection)
            if self.is_sqlite:
                driver.execute("PRAGMA foreign_keys=OFF")
            try:
                with connection.begin():
                    yield connection
                    if self.is_sqlite and (lost := driver.execute(_LOST).fetchone()):
                        raise IntegrityError(_LOST, lost, ValueError(str(lost)))
            finally:
                if self.is_sqlite:
                    driver.execute("PRAGMA foreign_keys=ON")

    def close(self) -> None:
        self.engine.dispose()

    def _queue(self) -> Any:
        if not self.is_sqlite:
            return nullcontext()
        return _file_lock(Path(str(self.url.database)))


def at_end(session: Session, deed: Callable[[Session], None]) -> None:
    """Have something done as the last of a write, behind all that it changes."""
    session.info.setdefault(_AT_END, []).append(deed)


def finish(session: Session) -> None:
    """Do what is left for the end of a write."""
    session.flush()
    for deed in session.info.pop(_AT_END, ()):
        deed(session)


def gave_way(error: OperationalError) -> bool:
    """Was a transaction undone because others were at the same rows? It may be tried again."""
    return getattr(error.orig, "sqlstate", None) in _GAVE_WAY or "locked" in str(error.orig)


def insert_for(session: Session, table: Any) -> Any:
    """An INSERT that knows ON CONFLICT, in the words of the session's database."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def _sqlite(url: str) -> Engine:
    database = make_url(url).database
    if not database or database == ":memory:":
        raise ArgumentError("SQLite needs a file: no two connections share a memory database")
    Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": 30})

    @event.listens_for(engine, "do_connect")
    def make(*_: Any) -> None:
        _make_file(Path(database))

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        writes = connection.get_execution_options().get("hotline_writes")
        driver = connection.connection.driver_connection
        driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def belong_beside(file: int, database: Path) -> None:
    """Give a file that was just made the owner, group and mode of SQLite's `database`.

    Where there is none yet as in `belong_in`. Raises PermissionError where that is not ours to
    give.
    """
    if not database.exists():
        belong_in(database.parent, file)
        return
    model, own = database.stat(), os.fstat(file)
    if (model.st_uid, model.st_gid) != (own.st_uid, own.st_gid):
        os.fchown(file, model.st_uid, model.st_gid)
    os.fchmod(file, stat.S_IMODE(model.st_mode))


def belong_in(folder: Path, file: int) -> None:
    """Mode 640 for a file that was just made and, for root, the owner of its folder.

    So what root does by hand does not shut out the service.
    """
    if os.geteuid() == 0:
        model = folder.stat()
        os.fchown(file, model.st_uid, model.st_gid)
    os.fchmod(file, 0o640)


def _make_file(database: Path) -> None:
    """An empty file for SQLite to fill, unless there is one; its journals take after it.

    Where none can be made SQLite says so in its own words.
    """
    with suppress(OSError):
        file = os.open(database, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            belong_in(database.parent, file)
        finally:
            os.close(file)


@contextmanager
def _file_lock(database: Path) -> Iterator[None]:
    path = f"{database}.lock"
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        file = os.open(path, os.O_RDWR)
    else:
        # Another user of the group made the database: the lock is as good in our name.
        with suppress(PermissionError):
            belong_beside(file, database)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)
