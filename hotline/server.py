"""The web server: gunicorn with threads, one application a worker process."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from shutil import rmtree
from tempfile import mkdtemp
from threading import Event, Thread
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from hotline.app import create_app
from hotline.db import Database
from hotline.settings import Settings
from hotline.web import metrics

_PAUSE_S, _LONGEST_JOB_S = 5.0, 60.0


class _Server(BaseApplication):
    def __init__(self, settings: Settings, key: str, options: dict[str, Any]):
        self._settings, self._key, self._options = settings, key, options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Called in each worker, after the fork: no connection is shared between processes."""
        return create_app(self._settings, Database(self._settings.database_url), self._key)


def run(
    settings: Settings, key: str, *, host: str, port: int, workers: int, scheduler: bool
) -> None:
    """Serve until SIGTERM or SIGINT; requests under way are finished first.

    With `scheduler` one runs beside the workers, and ends after them.
    """
    options = {
        "bind": f"{host}:{port}",
        "workers": workers,
        "threads": 8,
        "worker_class": "gthread",
        "graceful_timeout": 30,
        "control_socket_disable": True,
        "child_exit": lambda _server, worker: metrics.forget(worker.pid),
    }
    with _shared_counts(), _scheduler_beside() if scheduler else nullcontext():
        _Server(settings, key, options).run()


@contextmanager
def _shared_counts() -> Iterator[None]:
    """A folder in which the worker processes add up what they count."""
    folder, maker = mkdtemp(prefix="hotline-metrics-"), os.getpid()
    os.environ[metrics.FOLDER] = folder
    try:
        yield
    finally:
        # A worker that ends comes by here too, while others still count.
        if os.getpid() == maker:
            del os.environ[metrics.FOLDER]
            rmtree(folder, ignore_errors=True)


@contextmanager
def _scheduler_beside() -> Iterator[None]:
    """A scheduler process that is started again if it dies.

    It holds a pipe from here and ends when that closes, also if this process is killed.
    """
    over = Event()
    started: list[subprocess.Popen[bytes]] = []

    def keep_alive() -> None:
        while not over.is_set():
            started[:] = [
                subprocess.Popen(
                    [sys.executable, "-m", "scheduler", "--with-parent"], stdin=subprocess.PIPE
                )
            ]
            started[0].wait()
            over.wait(_PAUSE_S)

    watch = Thread(target=keep_alive, daemon=True)
    watch.start()
    try:
        yield
    finally:
        over.set()
        for process in started:
            if process.stdin:
                process.stdin.close()
        watch.join(_LONGEST_JOB_S)
