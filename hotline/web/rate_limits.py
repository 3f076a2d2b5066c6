"""So many requests from one address, where someone without an account may ask.

Counted per worker process. The library is asked in these rooms alone: an extension would look at
every request.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, abort, request
from flask.typing import ResponseReturnValue
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from hotline.settings import Settings

View = Callable[..., ResponseReturnValue]
# Whichever names or codes they try.
_SIGN_IN = ("sign_in.enter", "sign_in.password")
_PUBLIC = (
    "verification.show",
    "verification.compare",
    "public_notices.show",
    "public_notices.pdf",
    "public_notices.sign",
    "public_notices.report",
    "public_notices.appeal",
)


def start(app: Flask, settings: Settings) -> None:
    """After the rooms are open: put the limits before the views."""
    rates = (
        (_SIGN_IN, ("POST",), settings.security.login_rate),
        (_PUBLIC, ("GET", "POST"), settings.security.public_rate),
    )
    for endpoints, methods, rate in rates:
        counter = FixedWindowRateLimiter(MemoryStorage())
        for endpoint in endpoints:
            view = app.view_functions[endpoint]
            app.view_functions[endpoint] = _limited(view, methods, counter, parse(rate))


def _limited(
    view: Any, methods: tuple[str, ...], counter: FixedWindowRateLimiter, limit: RateLimitItem
) -> View:
    @wraps(view)
    def enter(**given: Any) -> ResponseReturnValue:
        if request.method in methods and not counter.hit(limit, request.remote_addr or ""):
            abort(429)
        return view(**given)

    return enter
