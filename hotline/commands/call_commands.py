"""Commands about test calls: logged elsewhere, they come in files."""

from pathlib import Path

import click

from hotline.commands.office import FILE, office
from hotline.commands.output import show_call_plan, tell_import


@click.group()
def calls() -> None:
    """拨测。"""


@calls.command("import")
@click.argument("file", type=FILE)
@click.option("--round", "code", required=True, metavar="CODE")
@click.option("--dry-run", is_flag=True, help="只检查，不保存。")
def calls_import(file: Path, code: str, dry_run: bool) -> None:
    """导入拨测记录，整份通过或整份不存。"""
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
        tell_import(plan.created, None, plan.unchanged, table.ignored, dry_run)
