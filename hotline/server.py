"""The web server: gunicorn with threads, one application a worker process."""

from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from hotline.app import create_app
from hotline.db import Database
from hotline.settings import Settings


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


def run(settings: Settings, key: str, *, host: str, port: int, workers: int) -> None:
    """Serve until SIGTERM or SIGINT; requests under way are finished first."""
    options = {
        "bind": f"{host}:{port}",
        "workers": workers,
        "threads": 8,
        "worker_class": "gthread",
        "graceful_timeout": 30,
        "control_socket_disable": True,
    }
    _Server(settings, key, options).run()
