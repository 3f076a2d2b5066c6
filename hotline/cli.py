"""The `hotline` command. Whatever is heavy is imported inside the command that needs it."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from hotline.errors import Conflict, HotlineError, Invalid

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
ROLES = (
    "province_admin",
    "city_admin",
    "province_inspector",
    "city_inspector",
    "unit_reader",
    "auditor",
)


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
        from hotline.spreadsheets import read_table

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


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="hotline")
def main() -> None:
    """饮水安全监督电话抽查：线路、拨测、评分、复核、通报与整改。"""


@main.command()
def init() -> None:
    """建立数据库，或升级到当前版本。"""
    from hotline import schema

    with office(set_up=False) as at:
        click.echo(f"数据库已就绪：{schema.upgrade(at.database)}")


@main.command()
def demo() -> None:
    """装入演示数据（重复运行无妨）。"""
    from hotline.demo.load import load

    with office() as at:
        load(at.database, at.settings, now=at.now, say=click.echo)


@main.group()
def areas() -> None:
    """行政区。"""


@areas.command("import")
@click.argument("file", type=FILE)
def areas_import(file: Path) -> None:
    """导入行政区：code,name,level,parent[,report_group]。"""
    from hotline.area_imports import COLUMNS, import_areas

    with office() as at:
        table = at.table(file, COLUMNS)
        with at.database.write() as session:
            result = import_areas(session, at.actor, table, now=at.now)
        _tell_import(result.added, result.changed, result.unchanged, table.ignored)


@main.group()
def lines() -> None:
    """监督电话线路。"""


@lines.command("import")
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="只列出差异，不保存。")
@click.option("--demo-numbers", is_flag=True, help="允许不能拨打的演示号码。")
def lines_import(file: Path, dry_run: bool, demo_numbers: bool) -> None:
    """导入线路（.xlsx、.xls、.csv），整份通过或整份不存。"""
    from hotline.cli_output import show_line_plan
    from hotline.line_fields import COLUMNS
    from hotline.line_imports import apply_plan, plan_import

    with office() as at:
        table = at.table(file, COLUMNS)
        with at.database.write() as session:
            plan = plan_import(session, at.actor, table, demo_numbers=demo_numbers)
            if not dry_run:
                apply_plan(session, at.actor, plan, now=at.now)
        show_line_plan(plan, rows=dry_run)
        _tell_import(plan.added, plan.changed, plan.unchanged, plan.ignored, dry_run)


@main.group()
def rounds() -> None:
    """抽查轮次。"""


@rounds.command("open")
@click.option("--level", type=click.Choice(["province", "city"]), required=True)
@click.option("--area", required=True, metavar="CODE", help="行政区划代码。")
@click.option("--period", required=True, metavar="2026Q4|2026-11")
@click.option("--lines", "file", type=FILE, help="只抽查此文件所列线路（号码或线路编号一列）。")
@click.option("--inspector", "names", multiple=True, metavar="NAME", help="检查员，可多次给出。")
def rounds_open(
    level: str, area: str, period: str, file: Path | None, names: tuple[str, ...]
) -> None:
    """开一轮抽查。"""
    from hotline.rounds import NAME_COLUMNS, NewRound, inspectors_named, line_names, open_round

    with office() as at, at.database.write() as session:
        new = NewRound(
            level=level,
            area_code=area,
            period=period,
            names=line_names(at.table(file, NAME_COLUMNS)) if file else None,
            inspectors=inspectors_named(session, names),
        )
        opened = open_round(session, at.actor, new, settings=at.settings, now=at.now)
        code = opened.code
    click.echo(code)


@rounds.command("close")
@click.argument("code")
@click.option("--as-is", metavar="REASON", help="虽未满足复拨规则仍照现状关闭；原因印入文书。")
def rounds_close(code: str, as_is: str | None) -> None:
    """关闭一轮：形成问题、起草文书。"""
    from hotline import circulars, findings, notices
    from hotline.rounds import close

    with office() as at:
        with at.database.write() as session:
            closed = close(
                session, at.actor, code, as_is_reason=as_is, settings=at.settings, now=at.now
            )
            drafted = len(notices.find(session, at.actor, round_code=code))
            due = findings.measures(session, closed)
            talks = [circulars.talk_words(row) for row in due if row.step == "talk"]
        click.echo(f"{code} 已关闭，起草文书 {drafted} 份。")
        for words in talks:
            click.echo(f"应约谈 {words}")


@rounds.command("figures")
@click.argument("code")
@click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), default="table")
def rounds_figures(code: str, form: str) -> None:
    """一轮的统计。"""
    from hotline.cli_output import show_figures
    from hotline.figures import of_round
    from hotline.rounds import get_for

    with office() as at, at.database.read() as session:
        found = get_for(session, at.actor, code)
        show_figures(of_round(session, at.actor, found, settings=at.settings), form)


@main.group()
def calls() -> None:
    """拨测。"""


@calls.command("import")
@click.argument("file", type=FILE)
@click.option("--round", "code", required=True, metavar="CODE")
@click.option("--dry-run", is_flag=True, help="只检查，不保存。")
def calls_import(file: Path, code: str, dry_run: bool) -> None:
    """导入拨测记录，整份通过或整份不存。"""
    from hotline.call_imports import columns_for, import_calls
    from hotline.cli_output import show_call_plan

    with office() as at:
        with at.database.read() as session:
            columns = columns_for(session, at.actor, code)
        table = at.table(file, columns)
        with at.database.write() as session:
            plan = import_calls(
                session,
                at.actor,
                code,
                table,
                settings=at.settings,
                now=at.now,
                dry_run=dry_run,
            )
        show_call_plan(plan, rows=dry_run)
        _tell_import(plan.created, None, plan.unchanged, table.ignored, dry_run)


@main.group()
def notices() -> None:
    """文书。"""


@notices.command("list")
@click.option("--round", "code", required=True, metavar="CODE")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
def notices_list(code: str, form: str) -> None:
    """一轮的文书。"""
    from hotline.cli_output import show_notices
    from hotline.notices import find
    from hotline.rounds import get_for

    with office() as at, at.database.read() as session:
        get_for(session, at.actor, code)
        show_notices(find(session, at.actor, round_code=code), form)


@notices.command("render")
@click.option("--round", "code", required=True, metavar="CODE")
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path))
def notices_render(code: str, out: Path) -> None:
    """把一轮的文书制成 PDF，通报附表另存 Excel。"""
    from hotline.notices import render
    from hotline.rounds import get_for

    with office() as at, at.database.read() as session:
        get_for(session, at.actor, code)
        for path in render(session, at.actor, code, out, settings=at.settings, now=at.now):
            click.echo(str(path))


@main.group()
def users() -> None:
    """用户。"""


@users.command("add")
@click.argument("name")
@click.option("--role", required=True, type=click.Choice(ROLES))
@click.option("--area", metavar="CODE", help="省或汇总分组的代码。")
@click.option("--unit", metavar="NAME", help="责任单位。")
@click.option("--full-name", default="", help="姓名。")
@click.option("--password-env", required=True, metavar="VAR", help="存有初始密码的环境变量。")
def users_add(
    name: str, role: str, area: str | None, unit: str | None, full_name: str, password_env: str
) -> None:
    """添加用户；首次登录须改密码。"""
    from hotline.users import NewUser, Profile, add, unit_named

    password = os.environ.get(password_env)
    if password is None:
        raise click.UsageError(f"环境变量 {password_env} 没有设置。")
    with office() as at, at.database.write() as session:
        unit_id = unit_named(session, unit, area).id if unit else None
        profile = Profile(role=role, full_name=full_name, area_code=area, unit_id=unit_id)
        add(session, at.actor, NewUser(name, password, profile), now=at.now)
    click.echo(f"已添加 {name}。")


@main.command()
def verify() -> None:
    """按拨测重算全部评分与分类，核对是否一致。"""
    from hotline.checks import verify as recompute

    with office() as at, at.database.read() as session:
        count, different = recompute(session, at.settings)
    for words in different:
        click.echo(f"不一致 {words}", err=True)
    click.echo(f"重算 {count} 条抽查任务，{len(different)} 条不一致。")
    sys.exit(1 if different else 0)


@main.group()
def audit() -> None:
    """日志。"""


@audit.command("verify")
def audit_verify() -> None:
    """核对日志的哈希链。"""
    from hotline.audit import verify as check_chain

    with office() as at, at.database.read() as session:
        count, broken = check_chain(session)
    for entry_id in broken:
        click.echo(f"日志第 {entry_id} 条与链不符", err=True)
    click.echo(f"核对日志 {count} 条，{len(broken)} 处不符。")
    sys.exit(1 if broken else 0)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64))
def serve(host: str, port: int, workers: int) -> None:
    """启动网页服务。"""
    from hotline.server import run
    from hotline.settings import secret_key

    with office() as at:
        key, settings = secret_key(), at.settings
    click.echo(f"http://{host}:{port}")
    run(settings, key, host=host, port=port, workers=workers)


def _os_user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _require_current(at: Office) -> None:
    from hotline import schema
    from hotline.errors import T

    if not schema.is_current(at.database):
        raise Conflict(T("数据库尚未建立或版本较旧，请先运行 hotline init。"))


def _tell(refusal: HotlineError) -> None:
    click.echo(str(refusal), err=True)
    details = refusal.errors if isinstance(refusal, Invalid) else ()
    for detail in (*details, *(refusal.details if isinstance(refusal, Conflict) else ())):
        click.echo(f"  {detail}", err=True)


def _tell_import(
    added: int,
    changed: int | None,
    unchanged: int,
    ignored: tuple[str, ...],
    dry_run: bool = False,
) -> None:
    said = f"新增 {added}，" + (f"变更 {changed}，" if changed is not None else "")
    click.echo(f"{'（试运行，未保存）' if dry_run else ''}{said}不变 {unchanged}。")
    if ignored:
        click.echo(f"未用的列：{'、'.join(ignored)}")


if __name__ == "__main__":
    main()
