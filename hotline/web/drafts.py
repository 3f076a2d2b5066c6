"""Papers on their way to issue: submitted, given back, edited, issued; one, or a whole round's."""

from collections.abc import Callable
from typing import cast

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import TextAreaField

from hotline import clock, words
from hotline.errors import Conflict, Forbidden, Invalid, T, Text
from hotline.issuing import approval, notice_sheets, round_papers
from hotline.issuing.shown_papers import Changed
from hotline.models.papers import Notice
from hotline.papers import paper_edits
from hotline.web import notice_pages, people
from hotline.web.current import current_actor, current_database, current_settings
from hotline.web.forms import RoomForm
from hotline.web.notice_pages import Refused
from hotline.web.wording import word

room = Blueprint("drafts", __name__)


@room.post("/notices/<int:notice_id>/submit")
def submit(notice_id: int) -> ResponseReturnValue:
    with current_database().write() as session:
        approval.submit(session, current_actor(), notice_id, now=clock.now())
    return _onward(notice_id, T("已送审。"))


@room.post("/notices/<int:notice_id>/return")
def return_(notice_id: int) -> ResponseReturnValue:
    return _with_reason(notice_id, "return", approval.return_, T("已退回拟稿。"))


@room.post("/notices/<int:notice_id>/withdraw")
def withdraw(notice_id: int) -> ResponseReturnValue:
    return _with_reason(notice_id, "withdraw", approval.withdraw, T("已撤回。"))


@room.post("/notices/<int:notice_id>/issue")
def issue(notice_id: int) -> ResponseReturnValue:
    try:
        with current_database().write() as session:
            issued = approval.issue(
                session,
                current_actor(),
                notice_id,
                settings=current_settings(),
                now=clock.now(),
                seen=request.form.get("seen", ""),
            )
    except Changed as changed:
        _say(changed)
        return notice_pages.page(notice_id), 409
    return _onward(notice_id, T("已签发 {number}。", number=issued.number))


@room.route("/notices/<int:notice_id>/edit", methods=["GET", "POST"])
def edit(notice_id: int) -> ResponseReturnValue:
    """Text of one's own in the places that the wording leaves for it."""
    people.know_names()
    now, settings = clock.now(), current_settings()
    with current_database().read() as session:
        sheet = notice_sheets.get_for(
            session, current_actor(), notice_id, settings=settings, now=now
        )
    if not sheet.manages:
        raise Forbidden(T("只有本级管理员可以这样做。"))
    if not sheet.open:
        raise Conflict(T("已签发或撤回的文书不能修改。"))
    fields = {name: TextAreaField(label) for name, label in sheet.slots}
    kind = cast(type[RoomForm], type("Insertions", (RoomForm,), fields))
    form = kind.of_request(**sheet.notice.insertions)
    if request.method == "POST":
        typed = {name: form.text(name) for name, _ in sheet.slots}
        try:
            with current_database().write() as session:
                paper_edits.edit(
                    session, current_actor(), notice_id, typed, settings=settings, now=now
                )
        except Invalid as refused:
            form.show(refused)
        else:
            return _onward(notice_id, T("已保存改动。"))
    page = render_template("notices/edit.html", sheet=sheet, notice=sheet.notice, form=form)
    return page, 400 if form.mistakes else 200


@room.post("/notices/<int:notice_id>/findings/<int:finding_id>/drop")
def drop(notice_id: int, finding_id: int) -> ResponseReturnValue:
    reason = request.form.get("reason", "")
    try:
        with current_database().write() as session:
            paper_edits.drop_finding(
                session, current_actor(), finding_id, reason=reason, now=clock.now()
            )
    except Invalid as error:
        refused = Refused.of(f"drop-{finding_id}", reason, error)
        return notice_pages.page(notice_id, refused), 400
    return _onward(notice_id, T("已剔除。"), f"finding-{finding_id}")


@room.post("/notices/<int:notice_id>/findings/<int:finding_id>/restore")
def restore(notice_id: int, finding_id: int) -> ResponseReturnValue:
    with current_database().write() as session:
        paper_edits.restore_finding(session, current_actor(), finding_id, now=clock.now())
    return _onward(notice_id, T("已恢复。"), f"finding-{finding_id}")


@room.get("/rounds/<code>/papers")
def of_round(code: str) -> ResponseReturnValue:
    return _round_page(code)


def _round_page(code: str) -> str:
    with current_database().read() as session:
        found = round_papers.get_for(
            session, current_actor(), code, settings=current_settings(), now=clock.now()
        )
    return render_template(
        "notices/of_round.html",
        found=found,
        round=found.round,
        kind_words=words.NOTICE_KIND,
        state_words=words.NOTICE_STATE,
        round_levels=words.ROUND_LEVEL,
    )


@room.post("/rounds/<code>/papers/submit")
def submit_round(code: str) -> ResponseReturnValue:
    with current_database().write() as session:
        sent = approval.submit_round(session, current_actor(), code, now=clock.now())
    flash(word(T("已送审 {n} 份。", n=len(sent))))
    return redirect(url_for("drafts.of_round", code=code), 303)


@room.post("/rounds/<code>/papers/issue")
def issue_round(code: str) -> ResponseReturnValue:
    try:
        with current_database().write() as session:
            issued = approval.issue_round(
                session,
                current_actor(),
                code,
                settings=current_settings(),
                now=clock.now(),
                seen=request.form.get("seen", ""),
            )
    except Changed as changed:
        _say(changed)
        return _round_page(code), 409
    flash(word(T("已签发 {n} 份。", n=len(issued))))
    return redirect(url_for("drafts.of_round", code=code), 303)


def _with_reason(
    notice_id: int, form: str, deed: Callable[..., Notice], said: Text
) -> ResponseReturnValue:
    reason = request.form.get("reason", "")
    try:
        with current_database().write() as session:
            deed(session, current_actor(), notice_id, reason=reason, now=clock.now())
    except Invalid as error:
        return notice_pages.page(notice_id, Refused.of(form, reason, error)), 400
    return _onward(notice_id, said)


def _say(changed: Changed) -> None:
    """Above the page as it is now, which is what has to be looked at."""
    for said in (changed.text, *changed.details):
        flash(word(said))


def _onward(notice_id: int, said: Text, anchor: str | None = None) -> ResponseReturnValue:
    flash(word(said))
    return redirect(url_for("notices.show", notice_id=notice_id, _anchor=anchor), 303)
