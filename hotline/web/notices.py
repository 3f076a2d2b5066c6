"""Papers: the list, one paper with its PDF and its Excel annexes, and the talks called for."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from hotline import circulars, clock, notice_lists, notices, words
from hotline.errors import T
from hotline.notice_lists import DRAFT, ISSUED, Wanted
from hotline.web.current import current_actor, current_database, current_settings
from hotline.web.downloads import PDF, XLSX, file_answer

room = Blueprint("notices", __name__, url_prefix="/notices")

_STATUSES = ((DRAFT, T("草稿")), (ISSUED, T("已签发")))


@room.get("")
def index() -> ResponseReturnValue:
    wanted = Wanted(
        round_code=request.args.get("round") or None,
        kind=_one_of("kind", (notices.CIRCULAR, notices.RECTIFICATION)),
        status=_one_of("status", (DRAFT, ISSUED)),
    )
    with current_database().read() as session:
        found = notice_lists.find(
            session, current_actor(), wanted, page=request.args.get("page", 1, type=int)
        )
    return render_template(
        "notices/index.html",
        found=found,
        wanted=wanted,
        kinds=[("", T("全部")), *words.NOTICE_KIND.items()],
        statuses=[("", T("全部")), *_STATUSES],
        kind_words=words.NOTICE_KIND,
        round_levels=words.ROUND_LEVEL,
    )


@room.get("/talks")
def talks() -> ResponseReturnValue:
    with current_database().read() as session:
        found = notice_lists.talks(session, current_actor())
    return render_template("notices/talks.html", talks=found, round_levels=words.ROUND_LEVEL)


@room.get("/<int:notice_id>")
def show(notice_id: int) -> ResponseReturnValue:
    with current_database().read() as session:
        notice = notices.get_for(session, current_actor(), notice_id)
        draft = circulars.draft_number(notice.round, current_settings(), clock.now())
    return render_template(
        "notices/show.html",
        notice=notice,
        number=notice.number or draft,
        is_circular=notice.kind == notices.CIRCULAR,
        kind_words=words.NOTICE_KIND,
        round_levels=words.ROUND_LEVEL,
    )


@room.get("/<int:notice_id>.pdf")
def pdf(notice_id: int) -> ResponseReturnValue:
    """The paper in a tab of its own; with `download`, as a file."""
    with current_database().read() as session:
        notice = notices.get_for(session, current_actor(), notice_id)
        data = notices.pdf(session, notice, settings=current_settings(), now=clock.now())
    name = f"{notices.file_name(notice)}.pdf"
    return file_answer(data, name, PDF, inline="download" not in request.args)


@room.get("/<int:notice_id>-annexes.xlsx")
def annexes(notice_id: int) -> ResponseReturnValue:
    with current_database().read() as session:
        notice = notices.get_for(session, current_actor(), notice_id)
        data = notices.annexes(session, notice, settings=current_settings(), now=clock.now())
    return file_answer(data, f"{notices.file_name(notice)}-附件.xlsx", XLSX)


def _one_of(name: str, allowed: tuple[str, ...]) -> str | None:
    given = request.args.get(name, "")
    return given if given in allowed else None
