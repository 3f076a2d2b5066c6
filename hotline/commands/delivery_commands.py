"""The command that sends what is queued. The scheduler calls the same use case."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType
from typing import TYPE_CHECKING

import click

from hotline.commands.office import office

if TYPE_CHECKING:
    from hotline.delivery.mail_queue import Told

_STATES = {
    "sent": "已发出",
    "queued": "稍后再发",
    "failed": "发送失败",
    "unknown": "结果不明，请在文书页面上确认",
}


@click.command("deliver")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="最多发几封。")
def deliver(limit: int | None) -> None:
    """发送待发的文书邮件；没有发出的仍在队列里。

    按 Ctrl-C，发完手上这一封就停；再按一次，立即停止。
    """
    from hotline.delivery import deliveries
    from hotline.mail import Mailer
    from hotline.settings import secret_key, smtp_password

    with office() as at, _until_interrupted() as stopping:
        key, mail = secret_key(), at.settings.mail
        run = deliveries.deliver(
            at.database,
            Mailer(mail, smtp_password()),
            key=key,
            settings=at.settings,
            now=at.now,
            limit=limit,
            tell=_tell,
            stopping=stopping,
        )
        with at.database.read() as session:
            left = {state: deliveries.waiting(session, state) for state in ("queued", "unknown")}
    counts = "，".join(f"{words.partition('，')[0]} {run.count(s)}" for s, words in _STATES.items())
    click.echo(f"{counts}；队列里还有 {left['queued']} 封。")
    if left["unknown"]:
        click.echo(f"有 {left['unknown']} 封结果不明，须由人确认后才会再发。", err=True)
    if run.unreachable is not None:
        why = (
            f"邮件服务器连不上：{run.unreachable}"
            if mail.host
            else "没有设置邮件服务器（config.yaml 的 mail.host），没有发送"
        )
        click.echo(f"{why}。待发的都在队列里。", err=True)
    if run.unanswered is not None:
        why = f"邮件服务器收了信没有答复：{run.unanswered}"
        click.echo(f"{why}。没有再发，其余待发的都在队列里。", err=True)
    troubled = run.unreachable is not None or run.count("failed") or run.count("unknown")
    sys.exit(1 if troubled else 0)


def _tell(told: "Told") -> None:
    said = f"：{told.said}" if told.said and told.state != "sent" else ""
    click.echo(f"{_STATES[told.state]} {told.number} → {told.recipient}{said}")


@contextmanager
def _until_interrupted() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was pressed. The first time only that; the second ends the program."""
    pressed = Event()

    def note(_signal: int, _frame: FrameType | None) -> None:
        pressed.set()
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield pressed.is_set
    finally:
        signal.signal(signal.SIGINT, before)
