"""The commands of backups."""

from pathlib import Path

import click

from hotline.commands.office import FILE, office


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """备份数据库到一个新文件；系统可照常使用。"""
    from hotline.operations.backups import back_up

    with office() as at:
        made = back_up(at.database, file)
    click.echo(f"已将 {at.database.place} 备份到 {made.path}，{made.size / 1e6:.1f} MB。")


@click.command("restore")
@click.argument("file", type=FILE)
@click.option("--replace", is_flag=True, help="替换现有数据库。")
def restore(file: Path, replace: bool) -> None:
    """从备份恢复数据库（HOTLINE_DATABASE_URL 所指）；先停止网页服务和调度程序。"""
    from hotline.operations import schema
    from hotline.operations.backups import restore as put_back

    with office(set_up=False) as at:
        back = put_back(at.database, file, replace=replace)
        version = schema.upgrade(at.database)
    click.echo(
        f"已从 {file} 恢复到 {at.database.place}：日志 {back.entries} 条，数据库版本 {version}。"
    )
