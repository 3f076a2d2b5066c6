"""One rectification: its dates, reports and history; report it, judge it, call the line again."""

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import MultipleFileField, StringField, TextAreaField

from hotline import clock, words
from hotline.errors import Invalid, T, Text
from hotline.inspection.inspectors import assignable
from hotline.loop import attachments, rechecks, rectification_sheets, rectifications
from hotline.loop.rectification_sheets import RectificationSheet
from hotline.rules.escalation import working_days_for
from hotline.rules.outcomes import Klass
from hotline.rules.rectification import Deed
from hotline.web.current import current_actor, current_database, current_settings
from hotline.web.forms import RoomForm, options
from hotline.web.inspector_choice import InspectorsForm
from hotline.web.people import know_names
from hotline.web.rounds import CallOffForm
from hotline.web.uploads import files_hint, sent_files, show_refused
from hotline.web.wording import word

room = Blueprint("rectifications", __name__, url_prefix="/rectifications")


class ReportForm(RoomForm):
    body = TextAreaField(T("整改情况"), description=T("写明原因、已采取的措施和现在的情况。"))
    reporter = StringField(T("报送人"))
    files = MultipleFileField(T("附件"))


class ReturnForm(RoomForm):
    reason = TextAreaField(T("退回原因"), description=T("责任单位看得到。"))
    days = StringField(T("重新整改的期限（工作日）"), description=T("自今天次日起算。"))


class SettleForm(RoomForm):
    days = StringField(
        T("不合格时重新整改的期限（工作日）"), description=T("自今天次日起算；合格时不用。")
    )


class ExtendForm(RoomForm):
    due_on = StringField(T("延期至"))
    reason = StringField(T("延期原因"))


Forms = dict[str, Any]
_FORMS: dict[str, type[RoomForm]] = {
    "report": ReportForm,
    "return": ReturnForm,
    "recheck": InspectorsForm,
    "settle": SettleForm,
    "call_off": CallOffForm,
    "extend": ExtendForm,
}


@room.get("/<int:rectification_id>")
def show(rectification_id: int) -> ResponseReturnValue:
    return _page(rectification_id, {})


@room.post("/<int:rectification_id>/report")
def report(rectification_id: int) -> ResponseReturnValue:
    form = ReportForm.of_request()
    try:
        with current_database().write() as session:
            rectifications.report(
                session,
                current_actor(),
                rectification_id,
                body=form.text("body"),
                reporter=form.text("reporter"),
                files=sent_files(),
                settings=current_settings(),
                now=clock.now(),
            )
    except Invalid as refused:
        show_refused(form, refused)
        return _page(rectification_id, {"report": form})
    return _done(rectification_id, T("整改情况已报送。"))


@room.post("/<int:rectification_id>/return")
def return_(rectification_id: int) -> ResponseReturnValue:
    form = ReturnForm.of_request(prefix="return-")
    try:
        with current_database().write() as session:
            rectifications.return_(
                session,
                current_actor(),
                rectification_id,
                reason=form.text("reason"),
                days=_number(form, "days"),
                settings=current_settings(),
                now=clock.now(),
            )
    except Invalid as refused:
        form.show(refused)
        return _page(rectification_id, {"return": form})
    return _done(rectification_id, T("已退回责任单位。"))


@room.post("/<int:rectification_id>/recheck")
def recheck(rectification_id: int) -> ResponseReturnValue:
    form = InspectorsForm.of_request(prefix="recheck-")
    with current_database().read() as session:
        form.offer(session)
    try:
        with current_database().write() as session:
            opened = rechecks.open(
                session,
                current_actor(),
                rectification_id,
                inspectors=form.chosen(),
                settings=current_settings(),
                now=clock.now(),
            )
            code = opened.code
    except Invalid as refused:
        form.show(refused)
        return _page(rectification_id, {"recheck": form})
    return _done(rectification_id, T("已安排复查：{code}。", code=code))


@room.post("/<int:rectification_id>/recheck/settle")
def settle(rectification_id: int) -> ResponseReturnValue:
    form = SettleForm.of_request(prefix="settle-")
    try:
        with current_database().write() as session:
            passed = rechecks.settle(
                session,
                current_actor(),
                rectification_id,
                days=_number(form, "days"),
                settings=current_settings(),
                now=clock.now(),
            )
    except Invalid as refused:
        form.show(refused)
        return _page(rectification_id, {"settle": form})
    said = T("复查合格，可以销号。") if passed else T("复查不合格，已退回责任单位。")
    return _done(rectification_id, said)


@room.post("/<int:rectification_id>/recheck/call-off")
def call_off(rectification_id: int) -> ResponseReturnValue:
    form = CallOffForm.of_request(prefix="call_off-")
    try:
        with current_database().write() as session:
            rechecks.call_off(
                session,
                current_actor(),
                rectification_id,
                reason=form.text("reason"),
                now=clock.now(),
            )
    except Invalid as refused:
        form.show(refused)
        return _page(rectification_id, {"call_off": form})
    return _done(rectification_id, T("复查已取消。"))


@room.post("/<int:rectification_id>/extend")
def extend(rectification_id: int) -> ResponseReturnValue:
    form = ExtendForm.of_request(prefix="extend-")
    try:
        with current_database().write() as session:
            rectifications.extend(
                session,
                current_actor(),
                rectification_id,
                due_on=_day(form, "due_on"),
                reason=form.text("reason"),
                settings=current_settings(),
                now=clock.now(),
            )
    except Invalid as refused:
        form.show(refused)
        return _page(rectification_id, {"extend": form})
    return _done(rectification_id, T("已延期。"))


@room.post("/<int:rectification_id>/close")
def close(rectification_id: int) -> ResponseReturnValue:
    with current_database().write() as session:
        rectifications.close(session, current_actor(), rectification_id, now=clock.now())
    return _done(rectification_id, T("已销号。"))


def _page(rectification_id: int, refused: Forms) -> ResponseReturnValue:
    settings, now = current_settings(), clock.now()
    know_names()
    with current_database().read() as session:
        sheet = rectification_sheets.sheet_for(
            session, current_actor(), rectification_id, settings=settings, now=now
        )
        page = render_template(
            "rectifications/show.html",
            sheet=sheet,
            one=sheet.rectification,
            forms=_fresh(session, sheet) | refused,
            open_form=next(iter(refused), ""),
            Deed=Deed,
            accept=attachments.accepted(settings),
            files_hint=files_hint(),
            state_words=words.RECTIFICATION_STATE,
            step_words=words.RECTIFICATION_STEP,
            appeal_words=words.APPEAL_STATE,
            review_words=words.REVIEW,
            outcome_words=words.OUTCOME,
            now=now,
        )
    return page, 400 if refused else 200


def _fresh(session: Session, sheet: RectificationSheet) -> Forms:
    """Every form as it is before anyone typed in it; ids apart, since they share a page."""
    finding, ladder = sheet.rectification.finding, current_settings().ladder
    klass = Klass(finding.klass) if finding else None
    days = working_days_for(klass, ladder) if klass else ladder.rectify_days
    forms: Forms = {
        name: form(None, prefix="" if name == "report" else f"{name}-")
        for name, form in _FORMS.items()
    }
    forms["return"].days.data = forms["settle"].days.data = str(days)
    if sheet.manages:
        forms["recheck"].inspectors.choices = options(
            (str(user.id), user.full_name or user.name)
            for user in assignable(session, current_actor())
        )
    return forms


def _number(form: RoomForm, name: str) -> int | None:
    """None where nothing was typed; 0, which the use case refuses, for what is no number."""
    typed = form.text(name)
    if not typed:
        return None
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 5 else 0


def _day(form: RoomForm, name: str) -> date | None:
    """None for what is no date, which the use case refuses."""
    try:
        return date.fromisoformat(form.text(name))
    except ValueError:
        return None


def _done(rectification_id: int, said: Text) -> ResponseReturnValue:
    flash(word(said))
    return redirect(url_for("rectifications.show", rectification_id=rectification_id), 303)
