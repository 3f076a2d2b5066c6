"""What a request works with: the database, the settings, and who asks."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from flask import Flask, current_app, g, session
from flask_login import AnonymousUserMixin, LoginManager, current_user
from sqlalchemy import bindparam, select

import hotline
from hotline import clock
from hotline.db import Database
from hotline.models.inspection import Round
from hotline.models.people import User
from hotline.models.registry import Area, Unit
from hotline.rights import Actor
from hotline.settings import Settings

PACKAGE = Path(hotline.__file__).parent
# Asked at every request, so it is built once.
_users, _areas, _units = User.__table__, Area.__table__, Unit.__table__
_ACCOUNT = (
    select(
        _users.c.id,
        _users.c.name,
        _users.c.role,
        _users.c.area_code,
        _users.c.unit_id,
        _users.c.epoch,
        _users.c.full_name,
        _users.c.must_change_password,
        _areas.c.name.label("area_name"),
        _units.c.name.label("unit_name"),
    )
    .outerjoin(_areas, _areas.c.code == _users.c.area_code)
    .outerjoin(_units, _units.c.id == _users.c.unit_id)
    .where(_users.c.id == bindparam("wanted"), _users.c.epoch == bindparam("said"), _users.c.active)
)


@dataclass(frozen=True)
class SignedIn:
    """The account behind a session, read once per request."""

    actor: Actor
    epoch: int
    full_name: str
    area_name: str | None
    unit_name: str | None
    must_change_password: bool

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """What the session keeps; the epoch ends it when password or rights change."""
        return session_key(cast(int, self.actor.user_id), self.epoch)


def session_key(user_id: int, epoch: int) -> str:
    return f"{user_id}:{epoch}"


def start(app: Flask, settings: Settings, database: Database) -> None:
    """Give the application its database and settings, and each request its user."""
    app.extensions["hotline"] = (settings, database)
    manager = LoginManager()
    manager.session_protection = None
    manager.user_loader(_load)
    manager.init_app(app)

    @app.before_request
    def know_who_asks() -> None:
        user = current_user._get_current_object()
        g.signed_in = None if isinstance(user, AnonymousUserMixin) else user
        g.actor = g.signed_in.actor if g.signed_in else None

    @app.context_processor
    def for_every_page() -> dict[str, Any]:
        return {
            "signed_in": g.get("signed_in"),
            "actor": g.get("actor"),
            "window_is_provisional": _window_is_provisional,
        }


def _window_is_provisional(one: Round) -> bool:
    """Whether an open round has days of a year whose calendar is not there yet."""
    days = (one.ends_on - one.starts_on).days + 1
    calendar = current_settings().working_days
    window = (one.starts_on + timedelta(days=n) for n in range(days))
    return one.is_open and any(calendar.provisional(day) for day in window)


def current_settings() -> Settings:
    return current_app.extensions["hotline"][0]


def current_database() -> Database:
    return current_app.extensions["hotline"][1]


def current_key() -> str:
    """What signs links, and sessions too."""
    return str(current_app.secret_key)


def current_actor() -> Actor:
    """Who asks; only behind the guard, where there always is someone."""
    return cast(Actor, g.actor)


def begin_session(key: str, now: datetime) -> None:
    """Bind this browser to an account; of what the session held, only the language stays."""
    kept = session.get("language")
    session.clear()
    session.permanent = True
    session.update(_user_id=key, _fresh=True, since=int(now.timestamp()))
    if kept:
        session["language"] = kept


def _load(key: str) -> SignedIn | None:
    """The account of a session; None if it ended: by age, by epoch, or with the account."""
    settings = current_settings()
    began = datetime.fromtimestamp(session.get("since", 0), UTC)
    if clock.now() - began >= timedelta(hours=settings.security.session_hours):
        return None
    user_id, _, epoch = key.partition(":")
    with current_database().engine.connect() as reading:
        row = reading.execute(_ACCOUNT, {"wanted": int(user_id), "said": int(epoch)}).one_or_none()
    if row is None:
        return None
    return SignedIn(
        Actor(row.name, row.role, row.area_code, row.unit_id, row.id),
        row.epoch,
        row.full_name,
        row.area_name,
        row.unit_name,
        row.must_change_password,
    )
