"""The language of the pages: Chinese, or English by a switch kept in the session."""

from flask import Blueprint, Flask, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import Babel

from hotline.web import people, wording
from hotline.web.current import PACKAGE
from hotline.web.guard import safe_next

LANGUAGES = ("zh", "en")

room = Blueprint("language", __name__)


def start(app: Flask) -> None:
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(PACKAGE / "translations")
    Babel(configure_jinja=False).init_app(app, default_locale="zh", locale_selector=chosen)
    app.jinja_env.globals.update(
        _=wording.say, word=wording.word, reason=wording.reason, language=chosen
    )
    app.jinja_env.filters.update(wording.FILTERS, person=people.called)


def chosen() -> str:
    given = session.get("language")
    return given if given in LANGUAGES else LANGUAGES[0]


@room.post("/language")
def switch() -> ResponseReturnValue:
    wanted = request.form.get("language", "")
    if wanted in LANGUAGES:
        session["language"] = wanted
    return redirect(safe_next(request.form.get("next")) or url_for("home.today"))
