"""The scheduler as a program: it starts, works, shows that it lives, and stops when told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from sqlalchemy import select, text

from hotline.models.jobs import JobRun, Runner
from tests.scheduler.herd import ROOT


def start(database, *words: str, **more) -> subprocess.Popen[str]:
    env = {
        "PYTHONPATH": str(ROOT),
        "HOTLINE_CONFIG": str(ROOT / "config.yaml"),
        "HOTLINE_DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
        "HOTLINE_SECRET_KEY": "k" * 40,
        "PATH": os.environ["PATH"],
    }
    return subprocess.Popen(
        [sys.executable, "-m", "scheduler", *words],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **more,
    )


def wait_for(database, query):
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with database.read() as session:
            if found := session.scalars(query).first():
                return found
        time.sleep(0.1)
    raise AssertionError(f"nothing for {query}")


def finished(process: subprocess.Popen[str]) -> tuple[int, str]:
    out, told = process.communicate(timeout=60)
    return process.returncode, out + told


def test_a_job_named_by_once_runs_and_is_kept(database):
    code, said = finished(start(database, "--once", "deliver"))
    assert code == 0, said
    assert "deliver：1" in said
    with database.read() as session:
        run = session.scalars(select(JobRun).where(JobRun.job == "deliver")).one()
        assert (run.state, run.period, run.result) == ("done", "always", {})
        assert run.finished_at >= run.started_at


def test_a_job_named_by_once_that_fails_ends_with_1(database):
    with database.write() as session:
        session.execute(text("ALTER TABLE deliveries RENAME TO taken_away"))
    code, said = finished(start(database, "--once", "deliver"))
    assert code == 1, said
    assert "deliver：1，其中失败 1" in said


@pytest.mark.parametrize("way", ["SIGTERM", "parent"])
def test_it_lives_until_it_is_told_to_stop(database, way):
    words = ["--with-parent"] if way == "parent" else []
    process = start(database, *words, stdin=subprocess.PIPE)
    runner = wait_for(database, select(Runner))
    assert runner.stopped_at is None
    wait_for(database, select(JobRun).where(JobRun.job == "deliver", JobRun.state == "done"))
    if way == "parent":
        process.stdin.close()
        process.stdin = None
    else:
        process.send_signal(signal.SIGTERM)
    code, said = finished(process)
    assert code == 0, said
    with database.read() as session:
        gone = session.scalars(select(Runner)).one()
        assert gone.stopped_at >= gone.started_at


def test_without_a_secret_or_with_an_old_database_it_says_what_to_do(tmp_path):
    env = {"PYTHONPATH": str(ROOT), "HOTLINE_DATABASE_URL": f"sqlite:///{tmp_path}/none.db"}
    for key, told in (("", "HOTLINE_SECRET_KEY"), ("k" * 40, "hotline init")):
        process = subprocess.run(
            [sys.executable, "-m", "scheduler"],
            cwd=ROOT,
            env=env | {"HOTLINE_SECRET_KEY": key},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert process.returncode == 1
        assert told in process.stderr
