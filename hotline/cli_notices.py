"""Commands about papers: list them, take them through review and issue, write them out."""

from pathlib import Path

import click

from hotline.cli_office import office


@click.group()
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
