"""Papers: one paper with its files; the lists are the ledgers."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from hotline import clock
from hotline.papers import notices
from hotline.web import deliveries, notice_pages
from hotline.web.current import current_actor, current_database, current_settings
from hotline.web.downloads import DOCX, PDF, XLSX, file_answer

room = Blueprint("notices", __name__, url_prefix="/notices")


@room.get("/<int:notice_id>")
def show(notice_id: int) -> ResponseReturnValue:
    return notice_pages.page(notice_id)


@room.get("/<int:notice_id>.pdf")
def pdf(notice_id: int) -> ResponseReturnValue:
    """The paper in a tab of its own; with `download`, as a file."""
    with current_database().read() as session:
        notice = notices.get_for(session, current_actor(), notice_id)
        data = notices.pdf(session, notice, settings=current_settings(), now=clock.now())
    deliveries.note_opening(notice, "pdf")
    name = f"{notices.file_name(notice)}.pdf"
    return file_answer(data, name, PDF, inline="download" not in request.args)


@room.get("/<int:notice_id>.docx")
def docx(notice_id: int) -> ResponseReturnValue:
    with current_database().read() as session:
        notice = notices.get_for(session, current_actor(), notice_id)
        data = notices.docx(session, notice, settings=current_settings(), now=clock.now())
    return file_answer(data, f"{notices.file_name(notice)}.docx", DOCX)


@room.get("/<int:notice_id>-annexes.xlsx")
def annexes(notice_id: int) -> ResponseReturnValue:
    with current_database().read() as session:
        notice = notices.get_for(session, current_actor(), notice_id)
        data = notices.annexes(session, notice, settings=current_settings(), now=clock.now())
    return file_answer(data, f"{notices.file_name(notice)}-附件.xlsx", XLSX)
