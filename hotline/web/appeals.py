"""Appeals: a unit disputes a finding; an administrator looks at the evidence and decides."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import MultipleFileField, StringField, TextAreaField

from hotline import clock, words
from hotline.errors import Invalid, T
from hotline.loop import appeal_decisions, appeal_sheets, appeals, attachments
from hotline.loop.appeal_decisions import Remedy
from hotline.loop.appeal_sheets import AppealSheet
from hotline.rules.rubric import Rubric
from hotline.web import call_form
from hotline.web.call_form import CallForm
from hotline.web.current import current_actor, current_database, current_settings
from hotline.web.forms import RoomForm
from hotline.web.intake import row_id
from hotline.web.people import know_names
from hotline.web.uploads import files_hint, sent_files, show_refused
from hotline.web.wording import word

room = Blueprint("appeals", __name__)

_OWN_FIELDS = ("verdict", "decision", "struck_out")


class AppealForm(RoomForm):
    body = TextAreaField(T("申诉的事实和理由"), description=T("写明对哪一次拨测、哪一项有异议。"))
    appellant = StringField(T("申诉人"))
    files = MultipleFileField(T("佐证材料"))


class DecisionForm(RoomForm):
    """`verdict`: a dial has an outcome too, and stands in the same form."""

    verdict = StringField(T("决定"))
    decision = TextAreaField(T("理由"), description=T("责任单位看得到，并写进更正通知。"))
    struck_out = StringField(T("作废拨测"))


@room.route("/findings/<int:finding_id>/appeal", methods=["GET", "POST"])
def file(finding_id: int) -> ResponseReturnValue:
    actor, settings, now = current_actor(), current_settings(), clock.now()
    form = AppealForm.of_request()
    if request.method == "POST":
        try:
            with current_database().write() as session:
                filed = appeals.file(
                    session,
                    actor,
                    finding_id,
                    body=form.text("body"),
                    appellant=form.text("appellant"),
                    files=sent_files(),
                    settings=settings,
                    now=now,
                ).id
        except Invalid as refused:
            show_refused(form, refused)
        else:
            flash(word(T("申诉已提交，决定前整改暂停办理。")))
            return redirect(url_for("appeals.show", appeal_id=filed), 303)
    know_names()
    with current_database().read() as session:
        sheet = appeal_sheets.dispute_for(session, actor, finding_id, settings=settings, now=now)
        if sheet.appeal_id is not None:
            return redirect(url_for("appeals.show", appeal_id=sheet.appeal_id))
        page = render_template(
            "appeals/file.html",
            sheet=sheet,
            finding=sheet.finding,
            form=form,
            accept=attachments.accepted(settings),
            files_hint=files_hint(),
            names=_names(sheet.evidence.rubric),
        )
    return page, 400 if form.mistakes else 200


@room.get("/appeals/<int:appeal_id>")
def show(appeal_id: int) -> ResponseReturnValue:
    """With `call`: the form of that dial, to be set right by the decision, stands in the page."""
    return _page(appeal_id, DecisionForm(None), None, request.args.get("call", type=int))


@room.post("/appeals/<int:appeal_id>/decide")
def decide(appeal_id: int) -> ResponseReturnValue:
    form = DecisionForm.of_request()
    call_id = request.form.get("call", type=row_id)
    dial = CallForm.of_request(request.form) if call_id is not None else None
    struck_out = request.form.getlist("struck_out", type=row_id)
    corrected = {call_id: dial.content()} if dial is not None and call_id is not None else {}
    for content in corrected.values():
        content["idempotency_key"] = None
    try:
        with current_database().write() as session:
            appeal_decisions.decide(
                session,
                current_actor(),
                appeal_id,
                outcome=form.text("verdict"),
                reason=form.text("decision"),
                remedy=Remedy(corrected, struck_out),
                settings=current_settings(),
                now=clock.now(),
            )
    except Invalid as refused:
        return _page(appeal_id, form, dial, call_id, refused, struck_out)
    flash(word(T("申诉已决定。")))
    return redirect(url_for("appeals.show", appeal_id=appeal_id), 303)


def _page(
    appeal_id: int,
    form: DecisionForm,
    dial: CallForm | None,
    call_id: int | None,
    refused: Invalid | None = None,
    struck_out: Any = (),
) -> ResponseReturnValue:
    settings, now = current_settings(), clock.now()
    know_names()
    with current_database().read() as session:
        sheet = appeal_sheets.sheet_for(
            session, current_actor(), appeal_id, settings=settings, now=now
        )
        changed = _to_change(sheet, call_id)
        if changed is None:
            dial = None
        elif dial is None:
            dial = CallForm.of_call(changed)
        if refused is not None:
            _show(form, dial, refused, sheet.evidence.rubric)
        page = render_template(
            "appeals/show.html",
            sheet=sheet,
            appeal=sheet.appeal,
            finding=sheet.finding,
            form=form,
            dial_form=dial,
            changed=changed,
            struck_out=struck_out,
            appeal_words=words.APPEAL_STATE,
            task_words=words.RECTIFICATION_STATE,
            names=_names(sheet.evidence.rubric),
        )
    return page, 400 if refused is not None else 200


def _to_change(sheet: AppealSheet, call_id: int | None) -> Any:
    """The dial whose form stands in the page: one of the check's own that was not struck out."""
    if call_id is None or not sheet.may_decide:
        return None
    return next(
        (call for call in sheet.evidence.calls if call.row["id"] == call_id and not call.voided),
        None,
    )


def _show(form: DecisionForm, dial: CallForm | None, refused: Invalid, rubric: Rubric) -> None:
    """The decision's own mistakes in its form, all others in the dial's; summed up together."""
    own = [error for error in refused.errors if dial is None or error.field in _OWN_FIELDS]
    form.show_all(own)
    if dial is not None:
        dial.show((error for error in refused.errors if error not in own), rubric)
        form.mistakes += dial.mistakes


def _names(rubric: Rubric) -> dict[str, Any]:
    """What the templates of this room call things."""
    return {
        "labels": call_form.LABELS,
        "short_labels": call_form.SHORT_LABELS,
        "hints": call_form.HINTS,
        "outcome_groups": call_form.GROUPS,
        "needs": call_form.needs,
        "outcome_label": call_form.outcome_label,
        "item_label": call_form.item_label,
        "together": lambda corrections: call_form.together(corrections, rubric),
        "answer_words": words.ANSWER,
        "part_words": words.PART,
        "grade_words": words.GRADE,
    }
