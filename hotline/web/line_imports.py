"""Lines from a file: a preview of every difference first, then all of it or nothing."""

import hashlib

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hotline import clock
from hotline.errors import FieldError, Invalid, T
from hotline.files import import_templates
from hotline.files.spreadsheets import TableFile
from hotline.registry import line_imports
from hotline.registry.line_fields import COLUMNS, FIELD_WORD
from hotline.registry.line_imports import Plan
from hotline.web.current import current_actor, current_database
from hotline.web.downloads import XLSX, file_answer
from hotline.web.uploads import sent_table
from hotline.web.wording import word

room = Blueprint("line_imports", __name__, url_prefix="/lines/import")


@room.get("")
def page() -> ResponseReturnValue:
    return _page()


@room.post("")
def preview() -> ResponseReturnValue:
    """What the file would do. Confirmed, the same file is sent again and compared anew."""
    try:
        table = sent_table(request.files.get("file"), COLUMNS)
        if request.form.get("seen"):
            return _save(table, request.form["seen"])
        with current_database().read() as session:
            plan = line_imports.plan_import(session, current_actor(), table)
            return _page(plan=plan)
    except Invalid as refused:
        return _page(mistakes=refused.errors)


@room.get("/template.xlsx")
def template() -> ResponseReturnValue:
    data = import_templates.template(COLUMNS, "线路")
    return file_answer(data, "线路导入模板.xlsx", XLSX)


def _save(table: TableFile, seen: str) -> ResponseReturnValue:
    with current_database().write() as session:
        plan = line_imports.plan_import(session, current_actor(), table)
        if _digest(plan) == seen:
            line_imports.apply_plan(session, current_actor(), plan, now=clock.now())
            flash(
                word(
                    T(
                        "已导入：新增 {added} 条，变更 {changed} 条，不变 {same} 条。",
                        added=plan.added,
                        changed=plan.changed,
                        same=plan.unchanged,
                    )
                )
            )
            return redirect(url_for("lines.index"), 303)
    return _page(plan=plan, moved=True)


def _digest(plan: Plan) -> str:
    """What was seen: every row with its verdict and differences."""
    said = "\n".join(f"{row} {row.changes}" for row in plan.rows)
    return hashlib.sha256(said.encode()).hexdigest()


def _page(
    plan: Plan | None = None, mistakes: tuple[FieldError, ...] = (), moved: bool = False
) -> ResponseReturnValue:
    page = render_template(
        "lines/import.html",
        plan=plan,
        digest=_digest(plan) if plan else "",
        mistakes=mistakes,
        moved=moved,
        columns=COLUMNS,
        verdict_words=line_imports.VERDICT,
        field_words=FIELD_WORD,
    )
    return page, 400 if mistakes else 409 if moved else 200
