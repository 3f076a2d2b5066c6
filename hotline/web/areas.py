"""Areas: what there is, and more of it from a file. For the province's administrators."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hotline import clock
from hotline.errors import FieldError, Invalid, T
from hotline.files import import_templates
from hotline.registry import areas
from hotline.registry.area_imports import COLUMNS, import_areas
from hotline.web.current import current_actor, current_database
from hotline.web.downloads import XLSX, file_answer
from hotline.web.uploads import sent_table
from hotline.web.wording import word

room = Blueprint("areas", __name__, url_prefix="/areas")


@room.get("")
def index() -> ResponseReturnValue:
    return _page()


@room.post("")
def import_() -> ResponseReturnValue:
    """Bring a file in, whole or not at all."""
    try:
        table = sent_table(request.files.get("file"), COLUMNS)
        with current_database().write() as session:
            result = import_areas(session, current_actor(), table, now=clock.now())
    except Invalid as refused:
        return _page(refused.errors), 400
    said = T(
        "已导入：新增 {added} 条，变更 {changed} 条，不变 {same} 条。",
        added=result.added,
        changed=result.changed,
        same=result.unchanged,
    )
    flash(word(said))
    return redirect(url_for("areas.index"), 303)


@room.get("/template.xlsx")
def template() -> ResponseReturnValue:
    return file_answer(import_templates.template(COLUMNS, "行政区"), "行政区导入模板.xlsx", XLSX)


def _page(mistakes: tuple[FieldError, ...] = ()) -> str:
    with current_database().read() as session:
        return render_template("areas/index.html", rows=areas.listed(session), mistakes=mistakes)
