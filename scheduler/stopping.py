"""How a process of the scheduler is told to stop: SIGTERM, SIGINT, or the end of its parent."""

import os
import signal
import sys
import threading
from types import FrameType

import structlog

_log = structlog.get_logger()


def told_to_stop(*, with_parent: bool) -> threading.Event:
    """An event that is set once this process shall end.

    `with_parent`: also when standard input closes, as it does when the parent ends, however.
    """
    over = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        over.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, stop)
    if with_parent:
        threading.Thread(target=_until_closed, args=(over,), daemon=True).start()
    return over


def end_within(seconds: float) -> None:
    """End this process with 1 if it still runs then: what its jobs began is undone or taken over.

    By a thread of its own, since threads in which jobs run keep a process alive that would end.
    """
    last = threading.Timer(seconds, _end)
    last.daemon = True
    last.start()


def _end() -> None:
    _log.error("a job did not end in time, the process ends without it")
    os._exit(1)


def _until_closed(over: threading.Event) -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    over.set()
