"""Commands about the registry: areas and lines out of files."""

from pathlib import Path

import click

from hotline.commands.office import FILE, office
from hotline.commands.output import show_line_plan, tell_import


@click.group()
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
        tell_import(result.added, result.changed, result.unchanged, table.ignored)


@click.group()
def lines() -> None:
    """监督电话线路。"""


@lines.command("import")
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="只列出差异，不保存。")
@click.option("--demo-numbers", is_flag=True, help="允许不能拨打的演示号码。")
def lines_import(file: Path, dry_run: bool, demo_numbers: bool) -> None:
    """导入线路（.xlsx、.xls、.csv），整份通过或整份不存。"""
    from hotline.registry.line_fields import COLUMNS
    from hotline.registry.line_imports import apply_plan, plan_import

    with office() as at:
        table = at.table(file, COLUMNS)
        with at.database.write() as session:
            plan = plan_import(session, at.actor, table, demo_numbers=demo_numbers)
            if not dry_run:
                apply_plan(session, at.actor, plan, now=at.now)
        show_line_plan(plan, rows=dry_run)
        tell_import(plan.added, plan.changed, plan.unchanged, plan.ignored, dry_run)
