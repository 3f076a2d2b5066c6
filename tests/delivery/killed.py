"""A program that delivers and is killed while it does, over and over: `killed.py URL CONFIG PORT`.

Each life is a process of its own with its own connections. It ends by SIGKILL, which nothing can
catch: between a claim and the sending, between the sending and its note, or anywhere at all.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time

from hotline.db import Database
from hotline.delivery import deliveries
from hotline.mail import Letter, Mailer, Outcome
from hotline.settings import Settings, load
from tests.delivery.papers import KEY, with_server
from tests.factories import NOW

BETWEEN_CLAIM_AND_SEND, AFTER_SEND, ANYWHERE = 50, 5, 10


class Doomed(Mailer):
    """Dies with its `last` letter: before it is sent, or right after."""

    def __init__(self, office: Settings, last: int, after: bool):
        super().__init__(office.mail)
        self._left, self._after = last, after

    def send(self, letter: Letter) -> Outcome:
        self._left -= 1
        if self._left:
            return super().send(letter)
        if self._after:
            super().send(letter)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("still alive")


def live(database: Database, office: Settings, mailer: Mailer) -> int:
    """One life in a process of its own; returns its process id."""
    child = os.fork()
    if child:
        return child
    database.engine.dispose(close=False)
    deliveries.deliver(database, mailer, key=KEY, settings=office, now=NOW)
    os._exit(0)


def lives(url: str, office: Settings) -> None:
    chance, database = random.Random(20261125), Database(url)
    # Statements are put into words once here, and not anew in each life.
    deliveries.deliver(database, Mailer(office.mail), key=KEY, settings=office, now=NOW, limit=1)
    database.engine.dispose()
    for after, count in ((False, BETWEEN_CLAIM_AND_SEND), (True, AFTER_SEND)):
        for n in range(count):
            _, status = os.waitpid(live(database, office, Doomed(office, 1 + n % 2, after)), 0)
            assert os.WTERMSIG(status) == signal.SIGKILL, "the queue was empty too early"
    for _ in range(ANYWHERE):
        child = live(database, office, Mailer(office.mail))
        time.sleep(chance.uniform(0.002, 0.05))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


if __name__ == "__main__":
    lives(sys.argv[1], with_server(load({"HOTLINE_CONFIG": sys.argv[2]}), int(sys.argv[3])))
