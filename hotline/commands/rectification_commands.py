"""Commands about rectifications. The scheduler calls the same use case every day."""

import click

from hotline.commands.office import office


@click.group()
def rectifications() -> None:
    """整改。"""


@rectifications.command("overdue")
@click.option("--draft", is_flag=True, help="同时起草督办通知，每份文书每个单位一份。")
def overdue(draft: bool) -> None:
    """登记到期未报送的整改：列入约谈；重复运行无妨。"""
    from hotline.loop.reminders import call_for_overdue

    with office() as at:
        with at.database.write() as session:
            called = call_for_overdue(
                session, settings=at.settings, now=at.now, actor=at.actor, draft=draft
            )
            drafted = len(called.notices)
        click.echo(f"到期未报送 {called.rectifications} 项，起草督办通知 {drafted} 份。")
