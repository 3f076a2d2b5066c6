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
    with current_database().read() as session:
        found = bulletins.find(
            session,
            current_actor(),
            kind=kind,
            area_code=request.args.get("area", "")[:6],
            page=request.args.get("page", 1, type=int),
        )
    return render_template(
        "bulletins/index.html",
        found=found,
        kind=kind,
        kinds=[("", T("全部")), *words.BULLETIN.items()],
        areas=[("", T("全部")), *((area.code, area.name) for area in found.areas)],
        area=request.args.get("area", ""),
        of_kind=words.BULLETIN,
    )


@room.get("/<int:bulletin_id>.pdf")
def pdf(bulletin_id: int) -> Response:
    with current_database().read() as session:
        found = bulletins.get_for(session, current_actor(), bulletin_id)
        return file_answer(storage.fetch(session, found.file), bulletins.file_name(found), PDF)
