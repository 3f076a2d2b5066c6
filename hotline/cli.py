"""The `hotline` command. Whatever is heavy is imported inside the command that needs it."""

import os
import sys
from pathlib import Path

import click

from hotline.commands.backup_commands import backup, restore
from hotline.commands.delivery_commands import deliver
from hotline.commands.notice_commands import notices
from hotline.commands.office import FILE, office
from hotline.commands.rectification_commands import rectifications
from hotline.commands.round_commands import rounds

ROLES = (
    "province_admin",
    "city_admin",
    "province_inspector",
    "city_inspector",
    "unit_reader",
    "auditor",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="hotline")
def main() -> None:
    """饮水安全监督电话抽查：线路、拨测、评分、复核、通报与整改。"""


main.add_command(rounds)
main.add_command(backup)
main.add_command(restore)
main.add_command(notices)
main.add_command(rectifications)
notices.add_command(deliver)


@main.command()
def init() -> None:
    """建立数据库，或升级到当前版本。"""
    from hotline.operations import schema

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
    from hotline.registry.area_imports import COLUMNS, import_areas

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
    from hotline.commands.output import show_line_plan
    from hotline.registry.line_fields import COLUMNS
    from hotline.registry.line_imports import apply_plan, plan_import

    with office() as at:
        table = at.table(file, COLUMNS)
        with at.database.write() as session:
            plan = plan_import(session, at.actor, table, demo_numbers=demo_numbers)
            if not dry_run:
                apply_plan(session, at.actor, plan, now=at.now)
        show_line_plan(plan, rows=dry_run)
        _tell_import(plan.added, plan.changed, plan.unchanged, plan.ignored, dry_run)


@main.group()
def calls() -> None:
    """拨测。"""


@calls.command("import")
@click.argument("file", type=FILE)
@click.option("--round", "code", required=True, metavar="CODE")
@click.option("--dry-run", is_flag=True, help="只检查，不保存。")
def calls_import(file: Path, code: str, dry_run: bool) -> None:
    """导入拨测记录，整份通过或整份不存。"""
    from hotline.commands.output import show_call_plan
    from hotline.inspection.call_imports import columns_for, import_calls

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
def users() -> None:
    """用户。"""


@users.command("add")
@click.argument("name")
@click.option("--role", required=True, type=click.Choice(ROLES))
@click.option("--area", metavar="CODE", help="省或汇总分组的代码。")
@click.option("--unit", metavar="NAME", help="责任单位。")
@click.option("--full-name", default="", help="姓名。")
@click.option("--email", default="", help="接收督办提醒的电子邮箱。")
@click.option("--password-env", required=True, metavar="VAR", help="存有初始密码的环境变量。")
def users_add(
    name: str,
    role: str,
    area: str | None,
    unit: str | None,
    full_name: str,
    email: str,
    password_env: str,
) -> None:
    """添加用户；首次登录须改密码。"""
    from hotline.accounts.users import NewUser, Profile, add, unit_named

    password = os.environ.get(password_env)
    if password is None:
        raise click.UsageError(f"环境变量 {password_env} 没有设置。")
    with office() as at, at.database.write() as session:
        unit_id = unit_named(session, unit, area).id if unit else None
        profile = Profile(role, full_name, area_code=area, unit_id=unit_id, email=email)
        add(session, at.actor, NewUser(name, password, profile), now=at.now)
    click.echo(f"已添加 {name}。")


@main.command()
def verify() -> None:
    """按拨测重算全部评分与分类，核对是否一致。"""
    from hotline.inspection.checks import verify as recompute

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
@click.option("--scheduler/--no-scheduler", default=True, help="是否一并启动调度程序。")
def serve(host: str, port: int, workers: int, scheduler: bool) -> None:
    """启动网页服务和调度程序。"""
    from hotline.server import run
    from hotline.settings import secret_key

    with office() as at:
        key, settings = secret_key(), at.settings
    click.echo(f"http://{host}:{port}")
    run(settings, key, host=host, port=port, workers=workers, scheduler=scheduler)


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
