"""Several schedulers on one database, killed at random: run as a program by the test.

    python herd.py DATABASE_URL KILLS

Prints how often it killed. The effect of a period is one entry in the journal.
"""

from __future__ import annotations

import os
import random
import select
import signal
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func
from sqlalchemy import select as query
from sqlalchemy.orm import Session

from hotline import audit
from hotline.db import Database
from hotline.models.jobs import JobRun
from hotline.settings import load
from scheduler.claim import Claim
from scheduler.periods import Due
from scheduler.runner import Job, Office, in_one_transaction, run_due

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = load({"HOTLINE_CONFIG": str(ROOT / "config.yaml")})
PERIODS = [f"{n:03d}" for n in range(240)]
LEASE = timedelta(seconds=0.5)
CLAIMED = os.pipe()


def write_once(session: Session, office: Office, held: Claim, now: datetime) -> dict[str, Any]:
    audit.record(
        session, actor=office.name, action="herd", subject="herd", subject_id=held.period, now=now
    )
    return {}


def slowly(office: Office, held: Claim, now: datetime) -> None:
    """Tell that there is a claim without its effect, and give time to be killed there."""
    os.write(CLAIMED[1], os.getpid().to_bytes(4, "big"))
    time.sleep(0.05)
    in_one_transaction(write_once)(office, held, now)


def everything_at_once(_office: Office, since: datetime) -> Iterator[Due]:
    yield from (Due(period, since) for period in PERIODS)
    yield Due("later", since + timedelta(days=99))


JOB = Job("herd", 1, slowly, everything_at_once)


def work(url: str) -> None:
    office = Office(Database(url), SETTINGS, lease=LEASE, now=lambda: datetime.now(UTC))
    while True:
        run_due(office, JOB)
        time.sleep(0.01)


def begin(url: str) -> int:
    child = os.fork()
    if child == 0:
        work(url)
    return child


def fresh_claimant() -> int:
    """Who claims next, still about to do it; 0 where nobody does any more."""
    victim = 0
    for _ in ("forget those who claimed before", "wait"):
        if not select.select([CLAIMED[0]], [], [], 0.5)[0]:
            return 0
        victim = int.from_bytes(os.read(CLAIMED[0], 65536)[-4:], "big")
    return victim


def wait_until_done(url: str) -> None:
    """However slow the machine is; the test itself has a limit."""
    done = query(func.count()).where(JobRun.job == JOB.name, JobRun.state == "done")
    database = Database(url)
    while True:
        with database.read() as session:
            if session.scalar(done) == len(PERIODS):
                break
        time.sleep(0.2)
    database.close()


def main(url: str, kills: int) -> None:
    chance = random.Random(4711)
    children = [begin(url) for _ in range(3)]
    for n in range(kills):
        if n % 2:
            victim = fresh_claimant()
        else:
            time.sleep(chance.uniform(0.01, 0.1))
            victim = chance.choice(children)
        if victim not in children:
            victim = chance.choice(children)
        os.kill(victim, signal.SIGKILL)
        os.waitpid(victim, 0)
        children[children.index(victim)] = begin(url)
    wait_until_done(url)
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    print(kills)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
