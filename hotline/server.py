"""The web server: gunicorn with threads, one application a worker process."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from shutil import rmtree
from tempfile import mkdtemp
from typing import IO, Any, cast

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from hotline.app import create_app
from hotline.db import Database
from hotline.mail import longest_exchange_s
from hotline.operations import logs
from hotline.settings import Settings
from hotline.web import metrics

# The scheduler ends itself a little after the longest exchange with a mail server. If it cannot,
# the watch ends it; if neither can, this process ends both.
_WATCH_AFTER_S, _SERVER_AFTER_S = 7.0, 2.0


class _Log(Logger):
    """gunicorn's own lines in the form of all others."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(logs.form())


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

    With `scheduler` one runs beside the workers, and ends after them: it has as long as an exchange
    with the mail server may take.
    """
    patience_s = longest_exchange_s(settings.mail) + _WATCH_AFTER_S
    options = {
        "bind": f"{host}:{port}",
        "workers": workers,
        "threads": 8,
        "worker_class": "gthread",
        "graceful_timeout": 30,
        "control_socket_disable": True,
        "logger_class": _Log,
        "child_exit": lambda _server, worker: metrics.forget(worker.pid),
    }
    with _shared_counts(), _scheduler_beside(patience_s) if scheduler else nullcontext():
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
def _scheduler_beside(patience_s: float) -> Iterator[None]:
    """A scheduler that is started again if it dies, by a process that watches it.

    The watch is started before the workers are forked, and from here never again: a worker forked
    meanwhile would keep the pipes of its start. It ends when its pipe from here closes, also if
    this process is killed, and then waits `patience_s` for its scheduler.
    """
    maker = os.getpid()
    command = [sys.executable, "-m", "scheduler.watch", str(patience_s)]
    # Of a session of its own, so that it can be ended together with its scheduler.
    watch = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
    try:
        yield
    finally:
        # A worker that ends comes by here too.
        if os.getpid() == maker:
            end(watch, patience_s + _SERVER_AFTER_S)


def end(watch: subprocess.Popen[bytes], patience_s: float) -> None:
    """Tell it to end, and kill it and what it started if that takes longer."""
    cast(IO[bytes], watch.stdin).close()
    watch.terminate()
    try:
        watch.wait(patience_s)
    except subprocess.TimeoutExpired:
        os.killpg(watch.pid, signal.SIGKILL)
        watch.wait()
