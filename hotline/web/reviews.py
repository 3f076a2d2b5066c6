"""Review: what awaits it, non-pass first; accept, give back, accept what passes."""

from functools import partial

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hotline import clock, words
from hotline.errors import Invalid, T, Text
from hotline.inspection import check_sheets, dialling_hours, review_lists, reviews
from hotline.inspection.review_lists import FAILED, PASSED
from hotline.web import call_form
from hotline.web.current import current_actor, current_database, current_settings
from hotline.web.guard import safe_next
from hotline.web.intake import row_id
from hotline.web.wording import word

room = Blueprint("reviews", __name__, url_prefix="/reviews")


@room.get("")
def index() -> ResponseReturnValue:
    return _index()


@room.post("/<int:check_id>/accept")
def accept(check_id: int) -> ResponseReturnValue:
    with current_database().write() as session:
        reviews.accept(
            session,
            current_actor(),
            check_id,
            settings=current_settings(),
            now=clock.now(),
            seen=request.form.get("seen"),
        )
    return _onward(T("已复核通过 {n} 条。", n=1))


@room.post("/accept-passes")
def accept_passes() -> ResponseReturnValue:
    """Those shown on the page, as far as they still pass and still wait."""
    with current_database().write() as session:
        accepted = reviews.accept_passes(
            session,
            current_actor(),
            request.form.getlist("check", type=row_id),
            settings=current_settings(),
            now=clock.now(),
        )
    return _onward(T("已复核通过 {n} 条。", n=accepted))


@room.post("/<int:check_id>/return")
def return_(check_id: int) -> ResponseReturnValue:
    reason = request.form.get("reason", "")
    try:
        with current_database().write() as session:
            reviews.return_(
                session,
                current_actor(),
                check_id,
                reason=reason,
                settings=current_settings(),
                now=clock.now(),
            )
    except Invalid as refused:
        return _again(check_id, "、".join(word(error.text) for error in refused.errors))
    return _onward(T("已退回检查员。"))


def _again(check_id: int, said: str) -> ResponseReturnValue:
    """The one check with its form, and what is wrong with it."""
    now = clock.now()
    with current_database().read() as session:
        sheet = check_sheets.get_for(
            session, current_actor(), check_id, settings=current_settings(), now=now
        )
    page = render_template(
        "reviews/return.html",
        check=sheet.check,
        state=reviews.state(sheet.check),
        off_duty=sheet.judged_off_duty,
        onward=_next(),
        typed=request.form.get("reason", ""),
        said=said,
    )
    return page, 400


def _index() -> ResponseReturnValue:
    code = request.args.get("round") or None
    only = request.args.get("only") or None
    with current_database().read() as session:
        found = review_lists.find(
            session,
            current_actor(),
            round_code=code,
            only=only if only in (FAILED, PASSED) else None,
            page=request.args.get("page", 1, type=int),
        )
    return render_template(
        "reviews/index.html",
        found=found,
        round_code=code or "",
        only=only or "",
        names={
            "judged_off_duty": partial(dialling_hours.judged_off_duty, settings=current_settings()),
            "item_label": call_form.item_label,
            "outcome_label": call_form.outcome_label,
            "answer_words": words.ANSWER,
            "part_words": words.PART,
            "grade_words": words.GRADE,
            "round_levels": words.ROUND_LEVEL,
        },
    )


def _onward(said: Text) -> ResponseReturnValue:
    flash(word(said))
    return redirect(_next(), 303)


def _next() -> str:
    return safe_next(request.form.get("next")) or url_for("reviews.index")
