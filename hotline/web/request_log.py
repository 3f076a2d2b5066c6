"""One line per request on stderr: who asked for what, how long it took."""

import re
import sys
import time
from secrets import token_hex

import structlog
from flask import Flask, Response, g, request

_log = structlog.get_logger()
_ID = re.compile(r"[\w.-]{8,64}")


class _Stderr:
    """Looks stderr up at every line, since a server may replace it after the start."""

    def msg(self, line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    debug = info = warning = error = critical = exception = msg


def start(app: Flask) -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=lambda *_: _Stderr(),
        cache_logger_on_first_use=True,
    )
    app.before_request(_begin)
    app.after_request(_end)


def log_failure(error: Exception) -> None:
    """A fault of ours, with its trace, under the id that the user is shown."""
    _log.error("failed", request_id=g.get("request_id"), path=_path(), exc_info=error)


def _path() -> str:
    """The address, without what opens a paper to whoever reads the log."""
    token = (request.view_args or {}).get("token")
    return request.path.replace(str(token), "…") if token else request.path


def _begin() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if _ID.fullmatch(given) else token_hex(8)
    g.began = time.perf_counter()


def _end(answer: Response) -> Response:
    if request.endpoint not in ("static", "help.health"):
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
