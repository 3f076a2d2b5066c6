"""What every command works with: settings, database, who acts; and how a refusal is told."""

import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hotline.errors import Conflict, HotlineError, explain

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from hotline.rights import Actor

_NOBODY = 2**32 - 1  # as the kernel says that nobody signed in
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
        self.os_user, self.login = _os_user(), _login()
        self.actor = Actor.operator(self.os_user)
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
    def acting_as(self, name: str) -> "Iterator[tuple[Session, Actor]]":
        """One transaction in the name of an account; each entry of the journal says who sat here.

        Raises Invalid where no account in use has that name.
        """
        from hotline import audit
        from hotline.accounts.users import actor_named

        with self.database.write() as session:
            actor = actor_named(session, name)
            audit.note_shell(
                session, os_user=self.os_user, login=self.login, command=_command_line()
            )
            yield session, actor


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
    """Whose process this is; what the environment says of it is anybody's word."""
    return _name_of(os.getuid())


def _login(kept: Path = Path("/proc/self/loginuid")) -> str | None:
    """Who signed in on this machine, through any sudo or su since; None: the same, or unknown.

    The kernel keeps it, and nobody but root can change it.
    """
    try:
        uid = int(kept.read_text())
    except (OSError, ValueError):
        return None
    return None if uid in (_NOBODY, os.getuid()) else _name_of(uid)


def _name_of(uid: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _command_line() -> str:
    """The command with its options as they were understood, for the journal."""
    context = click.get_current_context()
    words = ["hotline", *context.command_path.split()[1:]]
    for parameter in context.command.params:
        given = context.params.get(str(parameter.name))
        if given is None or given is False:
            continue
        if isinstance(parameter, click.Option):
            words.append(parameter.opts[-1])
        if given is not True:
            words.append(shlex.quote(str(given)))
    return " ".join(words)


def _require_current(at: Office) -> None:
    from hotline.errors import T
    from hotline.operations import schema

    if not schema.is_current(at.database):
        raise Conflict(T("数据库尚未建立或版本较旧，请先运行 hotline init。"))


def _tell(refusal: HotlineError) -> None:
    click.echo(explain(refusal), err=True)
