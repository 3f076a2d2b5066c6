"""SIGTERM: whoever was asking gets the answer, and a job under way is done or undone as a whole."""

from __future__ import annotations

import asyncio
import fcntl
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import pytest
import yaml
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import select

from hotline.accounts.passwords import hash_password
from hotline.models.jobs import JobRun, Runner
from hotline.models.journal import AuditEntry
from hotline.models.papers import Delivery
from tests.conftest import ROOT
from tests.delivery.conftest import Postbox, Running
from tests.delivery.papers import queue_letters
from tests.factories import make_areas, make_user
from tests.operations.test_serve import answers, free_port, until

PASSWORD = "one-that-is-long-enough"
ASKING = 3


@contextmanager
def program(*words: str, database, **environ: str) -> Iterator[subprocess.Popen[str]]:
    env = os.environ | {
        "PYTHONPATH": str(ROOT),
        "HOTLINE_CONFIG": str(ROOT / "config.yaml"),
        "HOTLINE_DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
        "HOTLINE_SECRET_KEY": "k" * 40,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", *words],
        env=env | environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def ask(port: int, method: str, path: str, body: str = "", **headers: str):
    asking = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        asking.request(method, path, body, headers)
        answer = asking.getresponse()
        return answer.status, answer.read().decode(), answer
    finally:
        asking.close()


def sign_in(port: int, name: str) -> int:
    """The form is read before and sent now; the status of the answer."""
    _, page, answer = ask(port, "GET", "/sign-in")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    cookie = SimpleCookie(answer.getheader("Set-Cookie"))["hotline"]
    form = {"csrf_token": token, "name": name, "password": PASSWORD}
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    cookies = {"Cookie": f"hotline={cookie.value}"}
    return ask(port, "POST", "/sign-in", urlencode(form), **kind, **cookies)[0]


def forms_read(port: int) -> float:
    """How many were given the form to sign in, by either of the workers."""
    page = ask(port, "GET", "/metrics")[1]
    began = re.search(
        r'^hotline_requests_total\{endpoint="sign_in.enter",method="GET".*\} (.*)$', page, re.M
    )
    return float(began[1]) if began else 0.0


def test_requests_under_way_are_answered(sqlite_database):
    with sqlite_database.write() as session:
        make_areas(session)
        for n in range(ASKING):
            make_user(session, name=f"user-{n}", password_hash=hash_password(PASSWORD))
    port = free_port()
    words = ("hotline.cli", "serve", "--no-scheduler", "--workers", "2", "--port", str(port))
    with (
        program(*words, database=sqlite_database) as process,
        ThreadPoolExecutor(ASKING) as pool,
        open(f"{sqlite_database.url.database}.lock", "a") as queue,
    ):
        until(lambda: answers(f"http://127.0.0.1:{port}/health"))
        # Whoever writes now waits for its turn until we let go.
        fcntl.flock(queue, fcntl.LOCK_EX)
        asking = [pool.submit(sign_in, port, f"user-{n}") for n in range(ASKING)]
        until(lambda: forms_read(port) == ASKING)
        time.sleep(1)
        process.send_signal(signal.SIGTERM)
        until(lambda: not answers(f"http://127.0.0.1:{port}/health"))
        assert not any(one.done() for one in asking)
        fcntl.flock(queue, fcntl.LOCK_UN)
        assert [one.result(60) for one in asking] == [302] * ASKING
        _, said = process.communicate(timeout=60)
        assert process.returncode == 0, said
    with sqlite_database.read() as session:
        signed_in = session.scalars(select(AuditEntry.actor)).all()
        assert sorted(signed_in) == [f"user-{n}" for n in range(ASKING)]


class SlowPostbox(Postbox):
    """Takes its time with a letter, and says when it begins."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.began = True
        await asyncio.sleep(1.5)
        return await super().handle_DATA(server, session, envelope)


@pytest.fixture
def slow_mail() -> Iterator[tuple[SlowPostbox, int]]:
    postbox = SlowPostbox()
    postbox.began = False
    running = Running(postbox)
    running.start()
    yield postbox, running.port
    running.stop()


def test_a_job_under_way_ends_before_its_scheduler(database, settings, slow_mail, tmp_path):
    postbox, port = slow_mail
    with database.write() as session:
        queue_letters(session, settings, 3)
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    config["mail"] |= {"host": "127.0.0.1", "port": port, "security": "none"}
    file = tmp_path / "config.yaml"
    file.write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
    with program("scheduler", database=database, HOTLINE_CONFIG=str(file)) as process:
        until(lambda: postbox.began)
        process.send_signal(signal.SIGTERM)
        assert postbox.envelopes == []
        out, said = process.communicate(timeout=60)
        assert process.returncode == 0, said
    assert len(postbox.envelopes) == 1
    with database.read() as session:
        # The letter on its way arrives, the others wait.
        assert sorted(session.scalars(select(Delivery.state))) == ["queued", "queued", "sent"]
        run = session.scalars(select(JobRun).where(JobRun.job == "deliver")).one()
        assert (run.state, run.result) == ("done", {"sent": 1})
        assert session.scalars(select(Runner)).one().stopped_at is not None
    assert out == ""
    told = [json.loads(line) for line in said.splitlines()]
    [done] = [line for line in told if line.get("job") == "deliver"]
    assert (done["event"], done["period"], done["run"], done["attempt"]) == (
        "job done", "always", run.id, 1,
    )  # fmt: skip
    assert done["ms"] >= 1000
