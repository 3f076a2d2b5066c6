"""Steps of the machine's clock. Wake-ups are planned by it: set back, it would put them all off."""

import time
from collections.abc import Callable
from datetime import datetime
from threading import Event

import structlog
from apscheduler.schedulers.base import BaseScheduler

LOOK_S, STEP_S = 5.0, 2.0
_log = structlog.get_logger()


def wake_after_steps(
    clockwork: BaseScheduler, over: Event, *, now: Callable[[], datetime], look_s: float = LOOK_S
) -> None:
    """Until `over` is set: where the clock was set back, every job looks at once what is due.

    A step forward needs nothing: what it made due is done.
    """
    ahead = _ahead()
    while not over.wait(look_s):
        before, ahead = ahead, _ahead()
        if ahead < before - STEP_S:
            _log.warning("clock set back", seconds=round(before - ahead, 1))
            for job in clockwork.get_jobs():
                job.modify(next_run_time=now())


def _ahead() -> float:
    """By how much the clock is ahead of the seconds since the machine started."""
    return time.time() - time.monotonic()
