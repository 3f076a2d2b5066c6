"""What every command works with: settings, database, who acts; and how a refusal is told."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from hotline.errors import Conflict, HotlineError, Invalid

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class Office:
    """What every command works with: settings, database, who is at the keyboard, and now."""

    def __init__(self) -> None:
        from hotline import clock
        from hotline.db import Database
        from hotline.rights import Actor
        from hotline.settings import load

        self.settings = load()
        self.database = Database(self.settings.database_url)
        self.actor = Actor.operator(_os_user())
        self.now = clock.now()

    def table(self, file: Path, columns: Any) -> Any:
        """Read a table file under the limits for imports."""
        from hotline.files.spreadsheets import read_table

        limits = self.settings.imports
        return read_table(
            file.read_bytes(),
            file.name,
            columns,
            max_bytes=limits.max_bytes,
            max_rows=limits.max_rows,
        )


@contextmanager
def office(*, set_up: bool = True) -> Iterator[Office]:
    """The office for one command; a refusal is told on stderr and ends with exit code 1."""
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError

    try:
        opened = Office()
        try:
            if set_up:
                _require_current(opened)
            yield opened
        finally:
            opened.database.close()
    except HotlineError as refusal:
        _tell(refusal)
        sys.exit(1)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        click.echo(f"数据库地址不能用，请核对 HOTLINE_DATABASE_URL：{error}", err=True)
        sys.exit(1)
    except OperationalError as error:
        why = str(error.orig).strip().splitlines()[0]
        click.echo(f"数据库连不上或正被占用，请核对后重试：{why}", err=True)
        sys.exit(1)
    except OSError as error:
        click.echo(f"读写文件失败，请核对路径和权限：{error}", err=True)
        sys.exit(1)


def _os_user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _require_current(at: Office) -> None:
    from hotline.errors import T
    from hotline.operations import schema

    if not schema.is_current(at.database):
        raise Conflict(T("数据库尚未建立或版本较旧，请先运行 hotline init。"))


def _tell(refusal: HotlineError) -> None:
    click.echo(str(refusal), err=True)
    details = refusal.errors if isinstance(refusal, Invalid) else ()
    for detail in (*details, *(refusal.details if isinstance(refusal, Conflict) else ())):
        click.echo(f"  {detail}", err=True)
