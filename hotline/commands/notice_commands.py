"""Commands about papers: list them, take them through review and issue, write them out."""

import sys
from pathlib import Path

import click

from hotline.commands.office import office

ROUND = click.option("--round", "code", required=True, metavar="CODE")
ACTING = click.option("--as", "name", required=True, metavar="USER", help="以此用户的身份。")


@click.group()
def notices() -> None:
    """文书。"""


@notices.command("list")
@ROUND
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
def notices_list(code: str, form: str) -> None:
    """一轮的文书。"""
    from hotline.commands.output import show_notices
    from hotline.inspection.rounds import get_for
    from hotline.papers.notices import find

    with office() as at, at.database.read() as session:
        get_for(session, at.actor, code)
        show_notices(find(session, at.actor, round_code=code), form)


@notices.command("submit")
@ROUND
@ACTING
def notices_submit(code: str, name: str) -> None:
    """把一轮的草稿送审。"""
    from hotline.issuing.approval import submit_round

    with office() as at:
        with at.acting_as(name) as (session, actor):
            sent = submit_round(session, actor, code, now=at.now)
        click.echo(f"{code} 已送审 {len(sent)} 份。")


@notices.command("issue")
@ROUND
@ACTING
def notices_issue(code: str, name: str) -> None:
    """签发一轮已送审的文书；拟稿和送审的人不能签发。"""
    from hotline.issuing.approval import issue_round
    from hotline.papers.notices import find

    with office() as at:
        with at.acting_as(name) as (session, actor):
            issued = issue_round(session, actor, code, settings=at.settings, now=at.now)
            papers = find(session, actor, round_code=code)
        for notice in issued:
            click.echo(f"{notice.number}  {notice.title}")
        click.echo(f"{code} 已签发 {len(issued)} 份。")
        left = [notice for notice in papers if notice.state == "submitted"]
        for notice in left:
            click.echo(f"{name} 参与过，须由另一位管理员签发：{notice.title}", err=True)
        sys.exit(1 if left else 0)


@notices.command("render")
@ROUND
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path))
@click.option("--docx", is_flag=True, help="同时存 Word 文件。")
def notices_render(code: str, out: Path, docx: bool) -> None:
    """把一轮的文书存为 PDF，附表另存 Excel；已签发的原样取出。"""
    from hotline.inspection.rounds import get_for
    from hotline.papers.notices import render

    with office() as at, at.database.read() as session:
        get_for(session, at.actor, code)
        made = render(session, at.actor, code, out, docx=docx, settings=at.settings, now=at.now)
        for path in made:
            click.echo(str(path))


@notices.command("verify")
def notices_verify() -> None:
    """核对已签发的文书：文件、快照、文号。"""
    from hotline.issuing.integrity import verify

    with office() as at, at.database.read() as session:
        checked = verify(session, settings=at.settings)
    for words in checked.broken:
        click.echo(f"不符 {words}", err=True)
    for words in checked.drawn_otherwise:
        click.echo(f"提示 {words}", err=True)
    click.echo(f"核对文书 {checked.count} 份，{len(checked.broken)} 处不符。")
    sys.exit(1 if checked.broken else 0)
