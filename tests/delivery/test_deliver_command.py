"""`hotline notices deliver`: what it says, and what its exit code says."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time

import yaml
from click.testing import CliRunner

from hotline.cli import main
from hotline.delivery import deliveries
from tests.conftest import ROOT
from tests.delivery.conftest import Postbox, Running
from tests.delivery.papers import KEY, a_town, issued, queue_letters, with_server
from tests.factories import NOW, make_unit


def environ(database, tmp_path, mail, key=KEY) -> dict[str, str]:
    """What the command finds, with a configuration of its own."""
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    config["mail"] = mail.model_dump(mode="json")
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    return {
        "HOTLINE_CONFIG": str(tmp_path / "config.yaml"),
        "HOTLINE_DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
        "HOTLINE_SECRET_KEY": key,
    }


def run(database, tmp_path, mail, *arguments, key=KEY):
    """The command as an administrator gives it."""
    env = environ(database, tmp_path, mail, key)
    return CliRunner().invoke(main, ["notices", "deliver", *arguments], env=env)


def test_what_was_sent_is_said(database, office, postbox, tmp_path):
    with database.write() as session:
        queue_letters(session, office, 3)
    said = run(database, tmp_path, office.mail, "--limit", "2")
    assert said.exit_code == 0, said.output
    assert said.stdout.count("已发出 试送〔2026〕") == 2
    assert "已发出 2，稍后再发 0，发送失败 0，结果不明 0；队列里还有 1 封。" in said.stdout
    assert run(database, tmp_path, office.mail).exit_code == 0
    assert len(postbox.recipients) == 3
    assert "已发出 0" in run(database, tmp_path, office.mail).stdout


def test_what_went_wrong_is_said_and_shows_in_the_exit_code(database, office, tmp_path):
    with database.write() as session:
        found = a_town(session, office)
        for who in ("refused", "later", "dropped"):
            unit = make_unit(session, "130102", who)
            unit.email = f"{who}@example.cn"
            notice = issued(session, found, unit)
            deliveries.queue_for(session, notice, settings=office, now=NOW)
    said = run(database, tmp_path, office.mail)
    assert said.exit_code == 1
    assert "发送失败" in said.stdout
    assert "550 no such mailbox" in said.stdout
    assert "稍后再发" in said.stdout
    assert "有 1 封结果不明，须由人确认后才会再发。" in said.stderr
    assert "邮件服务器收了信没有答复：SMTPServerDisconnected" in said.stderr


def test_without_a_server_everything_stays_queued(database, settings, office, server, tmp_path):
    with database.write() as session:
        queue_letters(session, settings, 2)
    said = run(database, tmp_path, settings.mail)
    assert said.exit_code == 1
    assert "没有设置邮件服务器" in said.stderr
    assert "队列里还有 2 封" in said.stdout
    server.stop()
    said = run(database, tmp_path, office.mail)
    assert said.exit_code == 1
    assert "邮件服务器连不上" in said.stderr
    assert "队列里还有 2 封" in said.stdout


def test_without_a_key_no_link_can_be_made_and_nothing_is_sent(database, office, tmp_path):
    said = run(database, tmp_path, office.mail, key="short")
    assert said.exit_code == 1
    assert "HOTLINE_SECRET_KEY" in said.stderr


class Unhurried(Postbox):
    """Takes a second with a letter."""

    async def handle_RCPT(self, *given):
        await asyncio.sleep(1)
        return await super().handle_RCPT(*given)


def test_ctrl_c_ends_it_after_the_letter_in_hand(sqlite_database, settings, tmp_path):
    with sqlite_database.write() as session:
        queue_letters(session, settings, 3)
    server = Running(postbox := Unhurried())
    server.start()
    env = environ(sqlite_database, tmp_path, with_server(settings, server.port).mail)
    command = [sys.executable, "-m", "hotline.cli", "notices", "deliver"]
    with subprocess.Popen(
        command, env=env | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True
    ) as process:
        # It says so at once when one is out; the second is on its way then.
        assert "已发出" in process.stdout.readline()
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=20)
    server.stop()
    assert process.returncode == 0
    assert "已发出 2，稍后再发 0，发送失败 0，结果不明 0；队列里还有 1 封。" in said
    assert len(postbox.envelopes) == 2
