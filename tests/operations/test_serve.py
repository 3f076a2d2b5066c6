"""`hotline serve`: web workers and a scheduler that start and end together."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from hotline.models.jobs import Runner
from tests.conftest import ROOT

FORM = "application/x-www-form-urlencoded"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def serve(sqlite_database):
    started = []

    def begin(*words: str) -> tuple[subprocess.Popen[str], str]:
        port = free_port()
        env = dict(os.environ) | {
            "PYTHONPATH": str(ROOT),
            "HOTLINE_CONFIG": str(ROOT / "config.yaml"),
            "HOTLINE_DATABASE_URL": f"sqlite:///{sqlite_database.url.database}",
            "HOTLINE_SECRET_KEY": "k" * 40,
        }
        command = [sys.executable, "-m", "hotline.cli", "serve", "--port", str(port), *words]
        process = subprocess.Popen(
            command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        started.append(process)
        return process, f"http://127.0.0.1:{port}/health"

    yield begin
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def until(true, seconds: float = 60.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := true():
            return found
        time.sleep(0.1)
    raise AssertionError("not in time")


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


def runners(database) -> list[Runner]:
    with database.read() as session:
        return list(session.scalars(select(Runner).order_by(Runner.started_at)))


def test_web_and_scheduler_start_and_end_together(serve, sqlite_database):
    process, url = serve()
    until(lambda: answers(url))
    until(lambda: runners(sqlite_database))
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 0, said
    (runner,) = runners(sqlite_database)
    assert runner.stopped_at is not None
    assert not answers(url)


def test_every_line_of_the_log_is_json(serve):
    process, url = serve("--workers", "1")
    until(lambda: answers(url))
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    lines = [json.loads(line) for line in said.splitlines()]
    assert all(line["event"] and line["timestamp"] for line in lines)
    assert {"gunicorn.error", None} == {line.get("logger") for line in lines}
    assert any("Booting worker" in line["event"] for line in lines)


def test_an_upload_that_is_refused_before_it_is_read_gets_its_answer(serve):
    _, url = serve("--workers", "1", "--no-scheduler")
    until(lambda: answers(url))
    place = urlsplit(url).netloc
    for path, size, status in (("/lines/import", 25_000_000, 302), ("/sign-in", 45_000_000, 413)):
        connection = HTTPConnection(place, timeout=30)
        # It sends all of it before it listens, and fails where it is cut off.
        connection.request("POST", path, body=b"x" * size, headers={"Content-Type": FORM})
        assert connection.getresponse().status == status
        connection.close()


def test_a_scheduler_that_dies_is_started_again(serve, sqlite_database):
    serve()
    first = until(lambda: runners(sqlite_database))[0]
    os.kill(int(first.name.rpartition(":")[2]), signal.SIGKILL)
    until(lambda: len(runners(sqlite_database)) == 2)


def test_a_killed_server_takes_its_scheduler_along(serve, sqlite_database):
    process, url = serve()
    until(lambda: answers(url))
    until(lambda: runners(sqlite_database))
    process.kill()
    until(lambda: runners(sqlite_database)[0].stopped_at)


def test_it_can_do_without_a_scheduler(serve, sqlite_database):
    process, url = serve("--no-scheduler")
    until(lambda: answers(url))
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert runners(sqlite_database) == []
