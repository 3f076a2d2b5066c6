"""The list of keys, the icon, and the answer to whoever asks if the system lives."""

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from hotline.web.current import current_database

room = Blueprint("help", __name__)


@room.get("/keys")
def keys() -> ResponseReturnValue:
    return render_template("keys.html")


@room.get("/favicon.ico")
def icon() -> ResponseReturnValue:
    """Asked for by browsers that show a paper, which names no icon of its own."""
    return current_app.send_static_file("drop.svg")


@room.get("/health")
def health() -> ResponseReturnValue:
    """200 while the database answers."""
    with current_database().read() as session:
        session.execute(text("SELECT 1"))
    return {"status": "ok"}
