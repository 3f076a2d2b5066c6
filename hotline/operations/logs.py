"""The log: one line of JSON per event on stderr, alike in web and scheduler."""

import logging
import sys
from typing import Any

import structlog

_HEAD: list[Any] = [
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
_TAIL: list[Any] = [
    structlog.processors.format_exc_info,
    structlog.processors.JSONRenderer(ensure_ascii=False),
]


class _Stderr:
    """Looks stderr up at every line, since a server may replace it after the start."""

    def msg(self, line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    debug = info = warning = error = critical = exception = msg


class _Library(logging.Handler):
    """What a library has to say, in the same form."""

    def emit(self, record: logging.LogRecord) -> None:
        print(self.format(record), file=sys.stderr, flush=True)


def start() -> None:
    """Write the log this way from now on. The command line does not: it talks to a person."""
    structlog.configure(
        processors=[*_HEAD, *_TAIL],
        logger_factory=lambda *_: _Stderr(),
        cache_logger_on_first_use=True,
    )


def form() -> logging.Formatter:
    """The same form for a library's own handlers."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_HEAD, structlog.stdlib.add_logger_name],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_TAIL],
    )


def listen_to(library: str) -> None:
    """Take up the warnings of a library that logs in the standard way."""
    handler = _Library(logging.WARNING)
    handler.setFormatter(form())
    speaker = logging.getLogger(library)
    speaker.handlers, speaker.propagate = [handler], False
