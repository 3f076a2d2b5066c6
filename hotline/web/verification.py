"""The public check of a paper, for whoever scans the code on it; nothing sent here is kept."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from hotline.clock import local
from hotline.errors import T, Text
from hotline.issuing import verifications
from hotline.issuing.verifications import Verified
from hotline.web.current import current_database, current_settings
from hotline.web.wording import word

room = Blueprint("verification", __name__, url_prefix="/verify")

_LARGEST = 20_000_000


@room.get("/<code>")
def show(code: str) -> ResponseReturnValue:
    return _page(_find(code))


@room.post("/<code>")
def compare(code: str) -> ResponseReturnValue:
    """Is the file that was sent the paper as it was issued?"""
    found = _find(code)
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _page(found, wrong=T("请先选择文件。")), 400
    content = sent.stream.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        return _page(found, wrong=T("文件太大，不是本系统签发的文书。")), 413
    return _page(found, name=sent.filename[:200], same=found.is_copy(content))


def _find(code: str) -> Verified:
    with current_database().read() as session:
        return verifications.find(session, code, settings=current_settings())


def _page(
    found: Verified, *, wrong: Text | None = None, name: str = "", same: bool | None = None
) -> str:
    return render_template(
        "verification/show.html",
        found=found,
        notice=found.notice,
        issued_on=local(found.issued_at).date(),
        wrong=word(wrong) if wrong else "",
        name=name,
        same=same,
    )
