"""The `hotline` command. Whatever is heavy is imported inside the command that needs it."""

import click

from hotline.commands.backup_commands import backup, restore
from hotline.commands.call_commands import calls
from hotline.commands.delivery_commands import deliver
from hotline.commands.notice_commands import notices
from hotline.commands.office import office
from hotline.commands.rectification_commands import rectifications
from hotline.commands.registry_commands import areas, lines
from hotline.commands.round_commands import rounds
from hotline.commands.user_commands import users
from hotline.commands.verification_commands import audit, verify


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="hotline")
def main() -> None:
    """饮水安全监督电话抽查：线路、拨测、评分、复核、通报与整改。"""


for command in (
    areas,
    lines,
    rounds,
    calls,
    notices,
    rectifications,
    users,
    verify,
    audit,
    backup,
    restore,
):
    main.add_command(command)
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


if __name__ == "__main__":
    main()
