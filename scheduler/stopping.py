"""How a process of the scheduler is told to stop: SIGTERM, SIGINT, or the end of its parent."""

import os
import signal
import sys
import threading
from types import FrameType


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


def _until_closed(over: threading.Event) -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    over.set()
