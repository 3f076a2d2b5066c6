"""The one place where the web application's parts are put together."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from flask import Flask, abort, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from werkzeug.middleware.proxy_fix import ProxyFix

from hotline.db import Database
from hotline.settings import Settings
from hotline.web import (
    ROOMS,
    current,
    guard,
    headers,
    intake,
    language,
    navigation,
    refusals,
    request_log,
)


def create_app(settings: Settings, database: Database, secret_key: str) -> Flask:
    """A web application over one database; any number of processes may each have theirs."""
    app = Flask("hotline", root_path=str(current.PACKAGE / "web"))
    app.config.update(
        SECRET_KEY=secret_key,
        SESSION_COOKIE_NAME="hotline",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.security.secure_cookies,
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.security.session_hours),
        MAX_CONTENT_LENGTH=settings.imports.max_bytes + 100_000,
        MAX_FORM_MEMORY_SIZE=2_000_000,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(days=365),
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if settings.security.secure_cookies:
        # Only then is there a proxy in front whose word about the visitor can be taken.
        app.wsgi_app = ProxyFix(app.wsgi_app)  # type: ignore[method-assign]
    request_log.start(app)
    intake.start(app)
    current.start(app, settings, database)
    language.start(app)
    guard.start(app)
    app.before_request(intake.check_form)
    CSRFProtect(app)
    for room in ROOMS:
        app.register_blueprint(room)
    _limit_sign_ins(app, settings)
    navigation.start(app)
    refusals.start(app)
    headers.start(app)
    return app


def _limit_sign_ins(app: Flask, settings: Settings) -> None:
    """So many attempts from one address, whichever names they try; counted per worker process.

    The library is asked in these two rooms alone: an extension would look at every request.
    """
    limit, attempts = parse(settings.security.login_rate), FixedWindowRateLimiter(MemoryStorage())

    def limited(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
        @wraps(view)
        def enter(**given: Any) -> ResponseReturnValue:
            if request.method == "POST" and not attempts.hit(limit, request.remote_addr or ""):
                abort(429)
            return view(**given)

        return enter

    for endpoint in ("sign_in.enter", "sign_in.password"):
        app.view_functions[endpoint] = limited(app.view_functions[endpoint])  # type: ignore[arg-type]
