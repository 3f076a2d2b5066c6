"""Who dials which line of a round: what each has to do, and handing lines on."""

from collections.abc import Collection

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import SelectField, SelectMultipleField

from hotline import clock, rights
from hotline.errors import Conflict, Invalid, T
from hotline.inspection import check_lists, doubles, inspectors, reassignments, rounds
from hotline.inspection.reassignments import ANYONE, EVENLY
from hotline.models.inspection import Check, Round
from hotline.web.current import current_actor, current_database, current_settings
from hotline.web.forms import RoomForm, options
from hotline.web.people import called, know_names
from hotline.web.wording import word

room = Blueprint("assignments", __name__, url_prefix="/rounds")

NOBODY = "nobody"
"""In place of a user id: the lines that no inspector can dial."""


class HandOnForm(RoomForm):
    checks = SelectMultipleField(T("线路"), validate_choice=False)
    to = SelectField(T("交给"), validate_choice=False)

    def offer(self, found: Round) -> None:
        people = inspectors.serving(found)
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
        of = request.args.get("of", "")
        stranded = inspectors.stranded(session, found, settings=current_settings(), now=clock.now())
        waiting = reassignments.waiting(session, found)
        shown = [check for check in waiting if not of or of in _held_by(check, stranded)]
        if request.method == "GET" and request.args.get("pick") == "all":
            form.checks.data = [str(check.id) for check in shown]
            form.to.data = EVENLY
        return render_template(
            "rounds/assignments.html",
            form=form,
            round=found,
            loads=reassignments.loads(session, found),
            shown=shown,
            stranded=len(stranded),
            fixed=sum(not movable for movable in stranded.values()),
            serving=inspectors.serving(found),
            names={user.id: user.name for user in found.inspectors},
            remarks={user.id: inspectors.not_serving(user) for user in found.inspectors},
            of=of,
            nobody=NOBODY,
            halves=check_lists.HALVES,
        )


def _held_by(check: Check, stranded: Collection[int]) -> set[str]:
    """The parts of the list that a check is in."""
    whose = str(check.inspector_id) if check.inspector_id else ANYONE
    return {whose, NOBODY} if check.id in stranded else {whose}


def _managed(session: Session, code: str) -> Round:
    found = rounds.get_for(session, current_actor(), code)
    rights.require_manages(current_actor(), found.level, found.area_code)
    if not found.is_open:
        raise Conflict(T("这一轮已经关闭：{code}", code=found.code))
    doubles.refuse(found)
    return found
