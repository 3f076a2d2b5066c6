"""The list of keys, the icon, and the answer to whoever asks if the system lives."""

from importlib.metadata import version

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from hotline import clock
from hotline.operations import job_runs
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
    """200 while the database answers, else 503. A missing scheduler is told of, but pages go on."""
    said = {"version": version("hotline"), "database": "ok", "scheduler": "unknown"}
    try:
        with current_database().read() as session:
            alive = job_runs.is_alive(session, now=clock.now())
    except SQLAlchemyError:
        return {"status": "failing", **said, "database": "failing"}, 503
    return {"status": "ok", **said, "scheduler": "alive" if alive else "missing"}
