"""The real jobs of a year, by several schedulers that are killed at random: `round_herd.py URL`.

The clock stands at the opening of a month's round, and goes on to the next month once the month's
jobs are done; in between it runs, so that leases run out. Prints how often it killed.
"""

from __future__ import annotations

import mmap
import os
import random
import select
import signal
import struct
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import select as query

from hotline.clock import Period
from hotline.db import Database
from hotline.inspection import round_openings
from hotline.models.jobs import JobRun
from scheduler.claim import Claim
from scheduler.jobs import JOBS
from scheduler.runner import Effect, Office, first_start, run_due
from tests.factories import SHANGHAI
from tests.scheduler.herd import SETTINGS

YEAR = 2026
MONTHS = [Period.parse(f"{YEAR}-{month:02d}") for month in range(1, 13)]
QUARTERS = [Period.parse(f"{YEAR}Q{quarter}") for quarter in range(1, 5)]
AS_THEY_CLAIM, ANYWHERE = (3, 3), (6, 5)
LEASE = timedelta(seconds=0.3)
CLAIMED = os.pipe()
_WALL = mmap.mmap(-1, 16)


def set_wall(at: datetime) -> None:
    _WALL[:] = struct.pack("dd", at.timestamp(), time.monotonic())


def wall() -> datetime:
    began, since = struct.unpack("dd", _WALL[:])
    return datetime.fromtimestamp(began + time.monotonic() - since, UTC)


def slowly(effect: Effect) -> Effect:
    """Tell that there is a claim without its effect, and give time to be killed there."""

    def told(office: Office, held: Claim, now: datetime) -> None:
        os.write(CLAIMED[1], os.getpid().to_bytes(4, "big"))
        time.sleep(0.1)
        effect(office, held, now)

    return told


REAL = [replace(job, effect=slowly(job.effect)) for job in JOBS if job.name.startswith("open-")]


def begin(url: str) -> int:
    child = os.fork()
    if child == 0:
        office = Office(Database(url), SETTINGS, lease=LEASE, now=wall)
        while True:
            for job in REAL:
                run_due(office, job)
            time.sleep(0.03)
    return child


def claimant() -> int:
    """Who just claimed, still about to do it; 0 where nobody does any more."""
    if not select.select([CLAIMED[0]], [], [], 2.0)[0]:
        return 0
    return int.from_bytes(os.read(CLAIMED[0], 65536)[-4:], "big")


def wait_for(database: Database, period: str) -> None:
    """However slow the machine is; the test itself has a limit."""
    state = query(JobRun.state).where(JobRun.period == period)
    while True:
        with database.read() as session:
            if session.scalar(state) == "done":
                return
        time.sleep(0.02)


def main(url: str) -> None:
    chance = random.Random(20261125)
    start = Database(url)
    set_wall(datetime(YEAR, 1, 1, tzinfo=SHANGHAI))
    first_start(start, wall())
    start.close()
    opening: dict[datetime, list[str]] = {}
    for period in (*MONTHS, *QUARTERS):
        opening.setdefault(round_openings.opening(period, SETTINGS), []).append(period.name)
    children = [begin(url) for _ in range(3)]
    killed = 0
    for n, at in enumerate(sorted(opening)):
        set_wall(at)
        for aimed in (*[True] * AS_THEY_CLAIM[n % 2], *[False] * ANYWHERE[n % 2]):
            victim = claimant() if aimed else 0
            if not aimed:
                time.sleep(chance.uniform(0.005, 0.06))
            if victim not in children:
                victim = chance.choice(children)
            os.kill(victim, signal.SIGKILL)
            os.waitpid(victim, 0)
            children[children.index(victim)] = begin(url)
            killed += 1
        seen = Database(url)
        for period_name in opening[at]:
            wait_for(seen, period_name)
        seen.close()
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    print(killed)


if __name__ == "__main__":
    main(sys.argv[1])
