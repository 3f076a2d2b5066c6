"""Bulletins: the 周报 and 月报 that were drawn, and their PDF."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from hotline import words
from hotline.chasing import bulletins
from hotline.errors import T
from hotline.files import storage
from hotline.web.current import current_actor, current_database
from hotline.web.downloads import PDF, file_answer

room = Blueprint("bulletins", __name__, url_prefix="/bulletins")


@room.get("")
def index() -> ResponseReturnValue:
    kind = request.args.get("kind", "")
    kind = kind if kind in words.BULLETIN else ""
    area, page = request.args.get("area", "")[:20], request.args.get("page", 1, type=int)
    with current_database().read() as session:
        actor = current_actor()
        return render_template(
            "bulletins/index.html",
            found=bulletins.find(session, actor, kind=kind, area=area, page=page),
            kind=kind,
            kinds=[("", T("全部")), *words.BULLETIN.items()],
            of_kind=words.BULLETIN,
            area=area,
            areas=bulletins.offices_of(session, actor),
        )


@room.get("/<int:bulletin_id>.pdf")
def pdf(bulletin_id: int) -> Response:
    with current_database().read() as session:
        found = bulletins.get_for(session, current_actor(), bulletin_id)
        return file_answer(storage.fetch(session, found.file), bulletins.file_name(found), PDF)
