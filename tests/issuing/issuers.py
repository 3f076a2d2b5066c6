"""Processes that issue papers at the same time."""

from __future__ import annotations

import multiprocessing
import random
from contextlib import suppress
from multiprocessing.process import BaseProcess

from hotline.db import Database
from hotline.errors import Conflict
from hotline.issuing import approval
from hotline.rights import Actor
from hotline.settings import Settings
from tests.issuing.closed_rounds import NOW

# Forked from a process that has imported everything once and has no threads of its own.
_forking = multiprocessing.get_context("forkserver")
_forking.set_forkserver_preload([__name__])


def issue_all(url: str, settings: Settings, ids: list[int], actor: Actor, seed: int) -> None:
    """Try each paper once, in an order of one's own; another may have been there before."""
    random.Random(seed).shuffle(ids)
    database = Database(url)
    for notice_id in ids:
        with suppress(Conflict), database.write() as session:
            approval.issue(session, actor, notice_id, settings=settings, now=NOW)
    database.close()


def issuer(
    database: Database, settings: Settings, ids: list[int], actor: Actor, seed: int
) -> BaseProcess:
    """A process of its own that has begun to issue these papers."""
    url = database.engine.url.render_as_string(hide_password=False)
    process = _forking.Process(target=issue_all, args=(url, settings, ids, actor, seed))
    process.start()
    return process
