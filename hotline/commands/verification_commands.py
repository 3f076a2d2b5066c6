"""Commands that prove what is kept: scores derived again, the journal's chain checked."""

import sys

import click

from hotline.commands.office import office


@click.command()
def verify() -> None:
    """按拨测重算全部评分与分类，核对是否一致。"""
    from hotline.inspection.checks import verify as recompute

    with office() as at, at.database.read() as session:
        count, different = recompute(session, at.settings)
    for words in different:
        click.echo(f"不一致 {words}", err=True)
    click.echo(f"重算 {count} 条抽查任务，{len(different)} 条不一致。")
    sys.exit(1 if different else 0)


@click.group()
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
