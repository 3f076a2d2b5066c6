"""`python -m scheduler.watch`: keeps one scheduler alive until standard input closes.

A process of its own, so that whoever starts it forks nothing later on: a program that forks
workers must not start others from a thread meanwhile, since a worker would keep their pipes open.
"""

import subprocess
import sys

from scheduler.stopping import told_to_stop

LOOK_S, PAUSE_S = 0.3, 5.0


def main() -> int:
    """Start a scheduler, again some seconds after it died; exit code 0."""
    over = told_to_stop(with_parent=True)
    while not over.is_set():
        command = [sys.executable, "-m", "scheduler", "--with-parent"]
        with subprocess.Popen(command, stdin=subprocess.PIPE) as scheduler:
            # Leaving the block closes its input, which ends it, and waits for its running job.
            while scheduler.poll() is None and not over.wait(LOOK_S):
                pass
        over.wait(PAUSE_S)
    return 0


if __name__ == "__main__":
    sys.exit(main())
