"""A process of the scheduler that is told to stop does so, whatever it is waiting for."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest
import yaml
from sqlalchemy import select

from hotline.models.jobs import JobRun, Runner
from hotline.models.papers import Delivery
from tests.delivery.papers import queue_letters
from tests.delivery.slow_servers import slow_server
from tests.scheduler.herd import ROOT
from tests.scheduler.test_process import wait_for


@pytest.fixture
def environ(sqlite_database, tmp_path):
    """What a scheduler finds whose mail server listens on that port and has a second to answer."""

    def made(port: int = 0) -> dict[str, str]:
        config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
        server = {"host": "127.0.0.1", "port": port} if port else {}
        config["mail"] |= server | {"security": "none", "timeout_s": 1}
        file = tmp_path / "config.yaml"
        file.write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
        return os.environ | {
            "PYTHONPATH": str(ROOT),
            "HOTLINE_CONFIG": str(file),
            "HOTLINE_DATABASE_URL": f"sqlite:///{sqlite_database.url.database}",
            "HOTLINE_SECRET_KEY": "k" * 40,
        }

    return made


def until(true) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, "not in time"
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as told:
            return told.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("dull", ["greeting", "letter"])
def test_a_mail_server_cannot_hold_a_scheduler(sqlite_database, settings, environ, dull):
    with sqlite_database.write() as session:
        queue_letters(session, settings, 3)
    with slow_server(dull) as slow:
        process = subprocess.Popen([sys.executable, "-m", "scheduler"], env=environ(slow.port))
        try:
            until(lambda: slow.letters if dull == "letter" else slow.connections)
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
        finally:
            process.kill()
            process.wait()
    with sqlite_database.read() as session:
        run = session.scalars(select(JobRun).where(JobRun.job == "deliver")).one()
        states = sorted(session.scalars(select(Delivery.state)))
    assert run.state == "done"
    if dull == "letter":
        assert run.result["unanswered"]
        assert states == ["queued", "queued", "unknown"]
    else:
        assert "TooSlow" in run.result["unreachable"] or "timed out" in run.result["unreachable"]
        assert states == ["queued"] * 3


def test_a_job_that_goes_on_does_not_keep_its_process():
    program = (
        "import threading, time\n"
        "from hotline.operations import logs\n"
        "from scheduler.stopping import end_within\n"
        "logs.start()\n"
        "threading.Thread(target=time.sleep, args=(60,)).start()\n"
        "end_within(0.2)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=30
    )
    assert ended.returncode == 1
    assert json.loads(ended.stderr)["event"].startswith("a job did not end in time")


def test_a_scheduler_that_hangs_does_not_keep_its_watch(sqlite_database, environ):
    command = [sys.executable, "-m", "scheduler.watch", "0.5"]
    watch = subprocess.Popen(command, env=environ(), stdin=subprocess.PIPE)
    scheduler = int(wait_for(sqlite_database, select(Runner)).name.rpartition(":")[2])
    os.kill(scheduler, signal.SIGSTOP)
    watch.stdin.close()
    try:
        assert watch.wait(20) == 0
        assert not is_running(scheduler)
    finally:
        if is_running(scheduler):
            os.kill(scheduler, signal.SIGKILL)
