"""Commands about rounds: open, close, figures."""

import sys
from datetime import datetime
from pathlib import Path

import click

from hotline.commands.office import FILE, office

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def rounds() -> None:
    """抽查轮次。"""


@rounds.command("open")
@click.option("--level", type=click.Choice(["province", "city"]), required=True)
@click.option("--area", required=True, metavar="CODE", help="行政区划代码。")
@click.option("--period", required=True, metavar="2026Q4|2026-11")
@click.option(
    "--lines",
    "file",
    type=FILE,
    help="只抽查此文件所列线路（号码或线路编号一列）；其余线路本期不抽查，也不会自动补上。",
)
@click.option("--sample", is_flag=True, help="按风险权重抽取县级线路，不查全部（省级）。")
@click.option("--seed", metavar="TEXT", help="抽取用的随机种子；不给则随机产生。")
@click.option("--from", "starts", type=_DAY, help="首日；不给则为抽查期首日。")
@click.option("--to", "ends", type=_DAY, help="末日；不给则为抽查期末日。")
@click.option("--inspector", "names", multiple=True, metavar="NAME", help="检查员，可多次给出。")
def rounds_open(
    level: str,
    area: str,
    period: str,
    file: Path | None,
    sample: bool,
    seed: str | None,
    starts: datetime | None,
    ends: datetime | None,
    names: tuple[str, ...],
) -> None:
    """开一轮抽查。

    一个行政区一期只有一轮：开始后该期不再自动开始，也不能再开。
    """
    from hotline.inspection import inspectors, round_gaps
    from hotline.inspection.rounds import NAME_COLUMNS, NewRound, line_names, open_round

    with office() as at, at.database.write() as session:
        new = NewRound(
            level=level,
            area_code=area,
            period=period,
            names=line_names(at.table(file, NAME_COLUMNS)) if file else None,
            inspectors=inspectors.named(session, names),
            sample=sample,
            seed=seed,
            starts_on=starts.date() if starts else None,
            ends_on=ends.date() if ends else None,
        )
        opened = open_round(session, at.actor, new, settings=at.settings, now=at.now)
        code = opened.code
        part = round_gaps.part_of(session, opened)
    click.echo(code)
    if part is not None:
        click.echo(
            f"在用线路 {part.of} 条，本轮只含 {part.covered} 条；其余本期不会自动抽查。", err=True
        )


@rounds.command("close")
@click.argument("code")
@click.option("--as-is", metavar="REASON", help="虽未满足复拨规则仍照现状关闭；原因印入文书。")
def rounds_close(code: str, as_is: str | None) -> None:
    """关闭一轮：形成问题、起草文书。"""
    from hotline.inspection import round_order, rounds
    from hotline.ladder import findings
    from hotline.papers import circulars, notices
    from hotline.papers.round_closings import close

    with office() as at:
        with at.database.read() as session:
            found = rounds.get_for(session, at.actor, code)
            still = round_order.open_before(session, found) if found.is_open else ()
            over = round_order.closed_after(session, found) if found.is_open else ()
        for one in still:
            click.echo(f"注意：较早的 {one.code} 尚未关闭。", err=True)
        for one in over:
            click.echo(f"注意：较晚的 {one.code} 已先关闭，将重新认定其措施。", err=True)
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
    """复核一轮：已测完、未复核的全部通过，本人的拨测和值班时间外判为不合格的除外。"""
    from hotline.inspection import reviews

    with office() as at:
        with at.acting_as(name) as (session, actor):
            accepted, left = reviews.accept_all(
                session, actor, code, settings=at.settings, now=at.now
            )
        click.echo(f"已复核通过 {accepted} 条。")
        for words in left:
            click.echo(str(words), err=True)
        sys.exit(1 if left else 0)


@rounds.command("sample")
@click.argument("code")
@click.option("--verify", is_flag=True, help="按留存的依据重抽、重分（双盲复测也重抽），比对。")
def rounds_sample(code: str, verify: bool) -> None:
    """一轮的抽样：覆盖、种子、抽样框校验值，双盲复测。比对不一致时以 1 退出。"""
    from hotline.commands.redraw_words import differences, summary
    from hotline.inspection import redraws

    with office() as at, at.database.read() as session:
        found = redraws.verify(session, at.actor, code, settings=at.settings)
    for said in summary(found):
        click.echo(said)
    if not verify:
        return
    for said in differences(found):
        click.echo(said, err=True)
    click.echo("重抽结果一致。" if found.same else "重抽结果不一致。")
    sys.exit(0 if found.same else 1)


@rounds.command("figures")
@click.argument("code")
@click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), default="table")
def rounds_figures(code: str, form: str) -> None:
    """一轮的统计。"""
    from hotline.commands.output import show_figures
    from hotline.inspection.figures import of_round
    from hotline.inspection.rounds import get_sample

    with office() as at, at.database.read() as session:
        found = get_sample(session, at.actor, code)
        show_figures(of_round(session, at.actor, found, settings=at.settings), form)
