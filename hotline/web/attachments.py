"""Files that came with reports, appeals and follow-ups: always saved, never shown in a page."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from hotline.loop import attachments
from hotline.web.current import current_actor, current_database
from hotline.web.downloads import file_answer

room = Blueprint("attachments", __name__, url_prefix="/attachments")


@room.get("/<int:attachment_id>")
def download(attachment_id: int) -> ResponseReturnValue:
    with current_database().read() as session:
        found = attachments.get_for(session, current_actor(), attachment_id)
        content = attachments.content_of(session, found)
    return file_answer(content, found.name, found.media_type)
