"""One check: its calls, its score opened, the form for the next call; correct and void a call."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hotline import clock, words
from hotline.errors import Conflict, Invalid, T
from hotline.inspection import calls, check_sheets, reviews
from hotline.inspection.check_sheets import CheckSheet
from hotline.web import call_form
from hotline.web.call_form import CallForm
from hotline.web.current import current_actor, current_database, current_settings
from hotline.web.wording import word

room = Blueprint("checks", __name__)


@room.get("/checks/<int:check_id>")
def show(check_id: int) -> ResponseReturnValue:
    return _page(check_id, saved=request.args.get("saved", type=int))


@room.post("/checks/<int:check_id>/calls")
def record(check_id: int) -> ResponseReturnValue:
    form = CallForm.of_request(request.form)
    with current_database().read() as session:
        sheet = check_sheets.get_for(
            session, current_actor(), check_id, settings=current_settings(), now=clock.now()
        )
    if sheet.may_log and (asked := form.ask_off_duty(sheet, current_settings())) is not None:
        return _page(check_id, form=form, refused=Invalid.one("started_at", asked))
    try:
        with current_database().write() as session:
            logged = calls.record(
                session,
                current_actor(),
                check_id,
                form.content(),
                settings=current_settings(),
                now=clock.now(),
            )
    except (Invalid, Conflict) as refused:
        return _page(check_id, form=form, refused=refused)
    if "next" in request.form:
        return redirect(url_for("checks.next_line", check_id=check_id), 303)
    return redirect(url_for("checks.show", check_id=check_id, saved=logged.call_id), 303)


@room.get("/checks/<int:check_id>/next")
def next_line(check_id: int) -> ResponseReturnValue:
    """Go on to the line of the round that is to be dialled next."""
    with current_database().read() as session:
        found = check_sheets.next_to_dial(
            session, current_actor(), check_id, settings=current_settings(), now=clock.now()
        )
    if found is None:
        flash(word(T("本轮现在没有其他可拨的线路。")))
        found = check_id
    return redirect(url_for("checks.show", check_id=found))


@room.route("/calls/<int:call_id>/correct", methods=["GET", "POST"])
def correct(call_id: int) -> ResponseReturnValue:
    actor, settings, now = current_actor(), current_settings(), clock.now()
    with current_database().read() as session:
        sheet, call = check_sheets.of_call(session, actor, call_id, settings=settings, now=now)
    if not sheet.check.round.is_open:
        raise Conflict(T("本轮已关闭，不能再登记或更正拨测。"))
    if request.method == "GET":
        return _correction(sheet, call, CallForm.of_call(call))
    form = CallForm.of_request(request.form)
    try:
        with current_database().write() as session:
            changed = calls.correct(
                session,
                actor,
                call_id,
                form.content() | {"idempotency_key": None},
                reason=form.values["reason"],
                settings=settings,
                now=now,
            )
    except Invalid as refused:
        form.show(refused.errors, sheet.rubric)
        return _correction(sheet, call, form), 400
    flash(word(T("已更正 {n} 处。", n=changed) if changed else T("没有改动。")))
    return redirect(url_for("checks.show", check_id=sheet.check.id), 303)


@room.post("/calls/<int:call_id>/void")
def void(call_id: int) -> ResponseReturnValue:
    actor, settings, now = current_actor(), current_settings(), clock.now()
    reason = request.form.get("reason", "")
    with current_database().read() as session:
        sheet, _ = check_sheets.of_call(session, actor, call_id, settings=settings, now=now)
    try:
        with current_database().write() as session:
            calls.void(session, actor, call_id, reason=reason, settings=settings, now=now)
    except Invalid as refused:
        return _page(sheet.check.id, refused=refused, voiding=call_id)
    flash(word(T("已作废这次拨测，得分与类别已重新判定。")))
    return redirect(url_for("checks.show", check_id=sheet.check.id), 303)


def _page(
    check_id: int,
    *,
    form: CallForm | None = None,
    refused: Invalid | Conflict | None = None,
    saved: int | None = None,
    voiding: int | None = None,
) -> ResponseReturnValue:
    now = clock.now()
    with current_database().read() as session:
        sheet = check_sheets.get_for(
            session, current_actor(), check_id, settings=current_settings(), now=now
        )
    form = form or CallForm.fresh(sheet, now)
    said = None
    if isinstance(refused, Invalid) and voiding is None:
        form.show(refused.errors, sheet.rubric)
    elif isinstance(refused, Invalid):
        said = "、".join(word(error.text) for error in refused.errors)
    elif refused is not None:
        form.refuse(refused.text)
    answer = render_template(
        "checks/page.html",
        sheet=sheet,
        check=sheet.check,
        form=form,
        now=now,
        saved=saved,
        voiding=voiding,
        not_voided=said,
        reason_typed=request.form.get("reason", ""),
        names=_names(sheet),
    )
    return answer, {Invalid: 400, Conflict: 409}.get(type(refused), 200)


def _correction(sheet: CheckSheet, call: check_sheets.LoggedCall, form: CallForm) -> str:
    return render_template(
        "checks/correct.html",
        sheet=sheet,
        check=sheet.check,
        call=call,
        form=form,
        names=_names(sheet),
    )


def _names(sheet: CheckSheet) -> dict[str, Any]:
    """What the templates of this room call things."""
    return {
        "labels": call_form.LABELS,
        "short_labels": call_form.SHORT_LABELS,
        "hints": call_form.HINTS,
        "outcome_groups": call_form.GROUPS,
        "needs": call_form.needs,
        "outcome_label": call_form.outcome_label,
        "item_label": call_form.item_label,
        "together": lambda corrections: call_form.together(corrections, sheet.rubric),
        "answer_words": words.ANSWER,
        "part_words": words.PART,
        "grade_words": words.GRADE,
        "review_words": words.REVIEW,
        "round_levels": words.ROUND_LEVEL,
        "duty": call_form.duty,
        "state": reviews.state,
    }
