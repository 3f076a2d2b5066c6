"""`python -m scheduler.watch SECONDS`: keeps one scheduler alive until standard input closes.

Then the scheduler has so many seconds to let its running job end; after that it is killed.

A process of its own, so that whoever starts it forks nothing later on: a program that forks
workers must not start others from a thread meanwhile, since a worker would keep their pipes open.
"""

import subprocess
import sys
from typing import IO, cast

from scheduler.stopping import told_to_stop

LOOK_S, PAUSE_S = 0.3, 5.0


def main() -> int:
    """Start a scheduler, again some seconds after it died; exit code 0."""
    patience_s = float(sys.argv[1])
    over = told_to_stop(with_parent=True)
    while not over.is_set():
        command = [sys.executable, "-m", "scheduler", "--with-parent"]
        scheduler = subprocess.Popen(command, stdin=subprocess.PIPE)
        while scheduler.poll() is None and not over.wait(LOOK_S):
            pass
        _end(scheduler, patience_s)
        over.wait(PAUSE_S)
    return 0


def _end(scheduler: subprocess.Popen[bytes], patience_s: float) -> None:
    """Closing its input tells it to end."""
    cast(IO[bytes], scheduler.stdin).close()
    try:
        scheduler.wait(patience_s)
    except subprocess.TimeoutExpired:
        scheduler.kill()
        scheduler.wait()


if __name__ == "__main__":
    sys.exit(main())
