"""Calls from a file, into one round: a preview first, then all of it or nothing."""

import hashlib

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from hotline import clock, words
from hotline.errors import FieldError, Invalid, T
from hotline.files import import_templates
from hotline.files.spreadsheets import TableFile
from hotline.inspection import call_imports, rounds
from hotline.inspection.call_imports import Plan
from hotline.web.current import current_actor, current_database, current_settings
from hotline.web.downloads import XLSX, file_answer
from hotline.web.uploads import sent_table
from hotline.web.wording import word

room = Blueprint("call_imports", __name__, url_prefix="/rounds/<code>/calls/import")


@room.get("")
def page(code: str) -> ResponseReturnValue:
    return _page(code)


@room.post("")
def preview(code: str) -> ResponseReturnValue:
    """What the file would do. Confirmed, the same file is sent again and judged anew."""
    seen = request.form.get("seen")
    try:
        if seen:
            return _save(code, seen)
        with current_database().read() as session:
            table = _table(session, code)
            plan = _import(session, code, table, dry_run=True)
        return _page(code, plan=plan, seen=_digest(table, plan))
    except Invalid as refused:
        return _page(code, mistakes=refused.errors)


@room.get("/template.xlsx")
def template(code: str) -> ResponseReturnValue:
    with current_database().read() as session:
        columns = call_imports.columns_for(session, current_actor(), code)
    data = import_templates.template(columns, "拨测")
    return file_answer(data, f"拨测导入模板-{code}.xlsx", XLSX)


def _save(code: str, seen: str) -> ResponseReturnValue:
    with current_database().write() as session:
        table = _table(session, code)
        plan = _import(session, code, table, dry_run=True)
        if _digest(table, plan) == seen:
            _import(session, code, table, dry_run=False)
            said = T(
                "已导入 {created} 次拨测；{unchanged} 次此前已登记。",
                created=plan.created,
                unchanged=plan.unchanged,
            )
            flash(word(said))
            return redirect(url_for("rounds.show", code=code), 303)
    return _page(code, plan=plan, seen=_digest(table, plan), moved=True)


def _import(session: Session, code: str, table: TableFile, *, dry_run: bool) -> Plan:
    return call_imports.import_calls(
        session,
        current_actor(),
        code,
        table,
        settings=current_settings(),
        now=clock.now(),
        dry_run=dry_run,
    )


def _table(session: Session, code: str) -> TableFile:
    columns = call_imports.columns_for(session, current_actor(), code)
    return sent_table(request.files.get("file"), columns)


def _digest(table: TableFile, plan: Plan) -> str:
    """What was seen: the file's rows, and what they did to each check."""
    said = "\n".join(f"{row.number} {sorted(row.values.items())}" for row in table.rows)
    said += "\n".join(map(repr, plan.verdicts))
    return hashlib.sha256(said.encode()).hexdigest()


def _page(
    code: str,
    *,
    plan: Plan | None = None,
    seen: str = "",
    mistakes: tuple[FieldError, ...] = (),
    moved: bool = False,
) -> ResponseReturnValue:
    with current_database().read() as session:
        found = rounds.get_for(session, current_actor(), code)
    answer = render_template(
        "call_imports/page.html",
        round=found,
        plan=plan,
        seen=seen,
        mistakes=mistakes,
        moved=moved,
        round_levels=words.ROUND_LEVEL,
    )
    return answer, 400 if mistakes else 409 if moved else 200
