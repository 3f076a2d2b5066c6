"""The one place where the web application's parts are put together."""

from datetime import timedelta

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from hotline.db import Database
from hotline.papers import notice_documents
from hotline.settings import Settings
from hotline.web import (
    ROOMS,
    current,
    guard,
    headers,
    intake,
    language,
    metrics,
    navigation,
    public_notices,
    rate_limits,
    refusals,
    request_log,
)


def create_app(settings: Settings, database: Database, secret_key: str) -> Flask:
    """A web application over one database; any number of processes may each have theirs.

    Raises Invalid, naming file and line, for wording of papers that cannot be used.
    """
    notice_documents.check_wording(settings)
    app = Flask("hotline", root_path=str(current.PACKAGE / "web"))
    app.config.update(
        SECRET_KEY=secret_key,
        SESSION_COOKIE_NAME="hotline",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.security.secure_cookies,
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.security.session_hours),
        MAX_CONTENT_LENGTH=_largest(settings) + 100_000,
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
    metrics.start(app)
    language.start(app)
    guard.start(app)
    app.before_request(intake.check_form)
    CSRFProtect(app).exempt(public_notices.room)
    for room in ROOMS:
        app.register_blueprint(room)
    rate_limits.start(app, settings)
    navigation.start(app)
    refusals.start(app)
    headers.start(app)
    return app


def _largest(settings: Settings) -> int:
    """The most bytes of files that any room takes in one request."""
    return max(settings.imports.max_bytes, settings.uploads.max_total_bytes)
