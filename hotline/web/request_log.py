"""One line per request on stderr: who asked for what, how long it took."""

import re
import time
from secrets import token_hex

import structlog
from flask import Flask, Response, g, request

from hotline.operations import logs

_log = structlog.get_logger()
# Asked for by machines, several times a minute.
_UNTOLD = ("static", "help.health", "metrics.show")
_ID = re.compile(r"[\w.-]{8,64}")
_SECRET = re.compile(r"^/n/+[^/]+")


def start(app: Flask) -> None:
    logs.start()
    app.before_request(_begin)
    app.after_request(_end)


def log_failure(error: Exception) -> None:
    """A fault of ours, with its trace, under the id that the user is shown."""
    _log.error("failed", request_id=g.get("request_id"), path=_path(), exc_info=error)


def _path() -> str:
    """The address, without what opens a paper to whoever reads the log.

    Told by the address alone: one copied with a sign too many leads to no room, but holds it too.
    """
    return _SECRET.sub("/n/…", request.path)


def _begin() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if _ID.fullmatch(given) else token_hex(8)
    g.began = time.perf_counter()


def _end(answer: Response) -> Response:
    if request.endpoint not in _UNTOLD:
        actor = g.get("actor")
        _log.info(
            "request",
            request_id=g.get("request_id"),
            method=request.method,
            path=_path(),
            status=answer.status_code,
            ms=round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1),
            user=actor.name if actor else None,
        )
    return answer
