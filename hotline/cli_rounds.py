"""Commands about rounds: open, close, figures."""

import sys
from pathlib import Path

import click

from hotline.cli_office import FILE, office


@click.group()
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
    from hotline import inspectors
    from hotline.rounds import NAME_COLUMNS, NewRound, line_names, open_round

    with office() as at, at.database.write() as session:
        new = NewRound(
            level=level,
            area_code=area,
            period=period,
            names=line_names(at.table(file, NAME_COLUMNS)) if file else None,
            inspectors=inspectors.named(session, names),
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


@rounds.command("review")
@click.argument("code")
@click.option("--accept-all", is_flag=True, required=True, help="通过全部尚未复核的抽查任务。")
@click.option("--as", "name", required=True, metavar="USER", help="以此用户的身份。")
def rounds_review(code: str, accept_all: bool, name: str) -> None:
    """复核一轮：已测完、未复核的全部通过，本人的拨测除外。"""
    from hotline import reviews
    from hotline.users import actor_named

    with office() as at:
        with at.database.write() as session:
            actor = actor_named(session, name)
            accepted, left = reviews.accept_all(
                session, actor, code, settings=at.settings, now=at.now
            )
        click.echo(f"已复核通过 {accepted} 条。")
        for words in left:
            click.echo(str(words), err=True)
        sys.exit(1 if left else 0)


@rounds.command("figures")
@click.argument("code")
@click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), default="table")
def rounds_figures(code: str, form: str) -> None:
    """一轮的统计。"""
    from hotline.cli_output import show_figures
    from hotline.figures import of_round
    from hotline.rounds import get_sample

    with office() as at, at.database.read() as session:
        found = get_sample(session, at.actor, code)
        show_figures(of_round(session, at.actor, found, settings=at.settings), form)
