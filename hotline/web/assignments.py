"""Who dials which line of a round: what each has to do, and handing lines on."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import SelectField, SelectMultipleField

from hotline import clock, rights
from hotline.errors import Conflict, Invalid, T
from hotline.inspection import check_lists, doubles, reassignments, rounds
from hotline.inspection.reassignments import ANYONE, EVENLY
from hotline.models.inspection import Round
from hotline.web.current import current_actor, current_database
from hotline.web.forms import RoomForm, options
from hotline.web.people import called, know_names
from hotline.web.wording import word

room = Blueprint("assignments", __name__, url_prefix="/rounds")


class HandOnForm(RoomForm):
    checks = SelectMultipleField(T("线路"), validate_choice=False)
    to = SelectField(T("交给"), validate_choice=False)

    def offer(self, found: Round) -> None:
        people = sorted(found.inspectors, key=lambda user: user.name)
        everyone = [(EVENLY, T("平均分给各检查员")), (ANYONE, T("不指定，谁都可以拨测"))]
        named = [(str(user.id), called(user.name)) for user in people]
        self.to.choices = options([("", T("请选择")), *named, *(everyone if people else ())])

    def chosen(self) -> list[int]:
        given = self.checks.data or ()
        return [int(one) for one in given if one.isascii() and one.isdigit() and len(one) < 10]


@room.route("/<code>/assignments", methods=["GET", "POST"])
def page(code: str) -> ResponseReturnValue:
    know_names()
    form = HandOnForm.of_request()
    if request.method == "GET":
        return _page(code, form)
    try:
        with current_database().write() as session:
            n = reassignments.hand_on(
                session, current_actor(), code, form.chosen(), form.text("to"), now=clock.now()
            )
    except Invalid as refused:
        form.show(refused)
        return _page(code, form), 400
    flash(word(T("已改派 {n} 条线路。", n=n) if n else T("没有改动。")))
    return redirect(url_for("assignments.page", code=code), 303)


def _page(code: str, form: HandOnForm) -> str:
    with current_database().read() as session:
        found = _managed(session, code)
        form.offer(found)
        return render_template(
            "rounds/assignments.html",
            form=form,
            round=found,
            loads=reassignments.loads(session, found),
            waiting=reassignments.waiting(session, found),
            names={user.id: user.name for user in found.inspectors},
            of=request.args.get("of", ""),
            halves=check_lists.HALVES,
        )


def _managed(session: Session, code: str) -> Round:
    found = rounds.get_for(session, current_actor(), code)
    rights.require_manages(current_actor(), found.level, found.area_code)
    if not found.is_open:
        raise Conflict(T("这一轮已经关闭：{code}", code=found.code))
    doubles.refuse(found)
    return found
