"""PostgreSQL's backups: pg_dump's custom format, and its return.

pg_dump, pg_restore and psql are looked for on PATH, or in the folder that HOTLINE_PG_BIN names.
"""

import os
import re
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from sqlalchemy.exc import SQLAlchemyError

from hotline.db import Database
from hotline.errors import Conflict, NotFound, T
from hotline.operations import dump_places, schema
from hotline.operations.backup_checks import require_known, require_whole_journal
from hotline.operations.dump_places import LOADED

_OURS = re.compile(r"^\d+; \d+ \d+ TABLE ([\w-]+) alembic_version ", re.MULTILINE)


def dump(database: Database, path: Path) -> None:
    """Fill the file with everything but what a broken-off `put_back` may have left."""
    words = ("--format=custom", "--no-owner", f"--exclude-schema={LOADED}", f"--file={path}")
    command = [_client("pg_dump"), *_address(database), *words]
    _output("pg_dump", command, _environment(database))


def put_back(database: Database, path: Path) -> int:
    """Put a dump in the place of the database; returns how many entries its journal has.

    It is loaded into a schema of its own, checked and brought up to date there, and only then
    the two change places: one transaction each. So until the end, even of a process that is
    killed, the data are the old ones, and what was loaded is dropped here or by the next restore.
    Refuses with Conflict, and then nothing is changed: a dump that is damaged, of a newer version
    or with a broken journal; a database to which others are connected, or whose tables are used
    by something that would go with them.
    """
    database.close()
    origin = _origin(path)
    try:
        with database.engine.connect() as connection:
            with connection.begin():
                dump_places.require_alone(connection)
                home = dump_places.home(connection)
                dump_places.require_unused(connection, home)
                dump_places.drop_loaded(connection)
                lasting = dump_places.exists(connection, origin)
            try:
                _load(database, path, origin, lasting=lasting)
                entries = _make_ready(database, path.name)
                with connection.begin():
                    dump_places.require_alone(connection)
                    dump_places.take_over(connection, home)
            except BaseException:
                with suppress(SQLAlchemyError), connection.begin():
                    dump_places.drop_loaded(connection)
                raise
    except SQLAlchemyError as error:
        why = str(getattr(error, "orig", error)).strip().splitlines()[0]
        raise Conflict(T("备份没有恢复，原有数据未动：{why}", why=why)) from error
    return entries


def _origin(path: Path) -> str:
    """The schema in which the dump has the tables: nearly always public."""
    found = _OURS.findall(_output("pg_restore", [_client("pg_restore"), "--list", str(path)]))
    if not found:
        raise Conflict(T("这不是本系统同类数据库的备份：{file}", file=path.name))
    return str("public" if "public" in found else found[0])


def _load(database: Database, path: Path, origin: str, *, lasting: bool) -> None:
    """Fill the schema LOADED from the dump, which names its own schema in every line.

    psql commits only at the last word of what follows the dump: if that never comes, because
    pg_restore failed or this process was killed, the server undoes it all.
    """
    start, end = dump_places.around_a_load(origin, lasting=lasting)
    words = ("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--set=VERBOSITY=terse")
    load = [_client("psql"), *_address(database), *words, "--file=-"]
    read = [_client("pg_restore"), f"--schema={origin}", "--no-owner", "--no-privileges"]
    with TemporaryFile("w+") as told, TemporaryFile("w+") as read_told:
        loading = subprocess.Popen(
            load,
            env=_environment(database),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=told,
            text=True,
        )
        read_code = 0
        with loading:
            assert loading.stdin is not None
            # A pipe breaks where psql gave up, which then says why.
            with suppress(BrokenPipeError), loading.stdin as pipe:
                pipe.write(start)
                pipe.flush()
                command = [*read, "--file=-", str(path)]
                read_code = subprocess.call(command, stdout=pipe, stderr=read_told)
                if read_code == 0:
                    pipe.write(end)
        if loading.returncode:
            raise _failure("psql", loading.returncode, _read(told))
        if read_code:
            raise _failure("pg_restore", read_code, _read(read_told))


def _make_ready(database: Database, name: str) -> int:
    """Check what was loaded and bring it up to date; returns the journal's entries."""
    loaded = Database(dump_places.url_of_loaded(database.url))
    try:
        require_known(schema.current(loaded), name)
        entries = require_whole_journal(loaded.engine)
        schema.upgrade(loaded)
    finally:
        loaded.close()
    return entries


def _client(program: str) -> str:
    found = shutil.which(program, path=os.environ.get("HOTLINE_PG_BIN") or None)
    if found is None:
        raise NotFound(T("找不到 {program}：请安装 PostgreSQL 客户端。", program=program))
    return found


def _address(database: Database) -> tuple[str, str]:
    url = database.url.set(drivername="postgresql", password=None)
    return "--no-password", f"--dbname={url.render_as_string(hide_password=False)}"


def _environment(database: Database) -> dict[str, str]:
    """The password goes by the environment, which other users of the machine cannot read."""
    password = database.url.password
    return dict(os.environ) | ({"PGPASSWORD": str(password)} if password else {})


def _output(program: str, command: list[str], env: dict[str, str] | None = None) -> str:
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise _failure(program, done.returncode, done.stderr)
    return done.stdout


def _read(file: IO[str]) -> str:
    file.seek(0)
    return file.read()


def _failure(program: str, code: int, said: str) -> Conflict:
    why = (said.strip().splitlines() or [f"{code}"])[-1]
    return Conflict(T("{program} 没有成功：{why}", program=program, why=why))
