"""Lines: the list, one line with its past, adding and altering by hand."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import SelectField, StringField, TextAreaField

from hotline import clock, words
from hotline.errors import Invalid, T
from hotline.models.registry import Line
from hotline.registry import areas, complaints, line_exports, line_lists, lines
from hotline.registry.line_fields import FIELD_WORD, FIELDS
from hotline.registry.line_lists import UNTESTED, Sought
from hotline.rules.outcomes import Klass
from hotline.web.call_form import duty
from hotline.web.current import current_actor, current_database, current_settings
from hotline.web.downloads import XLSX, file_answer
from hotline.web.forms import RoomForm, options
from hotline.web.language import chosen
from hotline.web.wording import say, word
from reports.workbook import workbook

room = Blueprint("lines", __name__, url_prefix="/lines")


class LineForm(RoomForm):
    number = StringField(
        FIELD_WORD["number"], description=T("如 0311-86051234、0311-86051234转801、12314。")
    )
    unit = StringField(FIELD_WORD["unit"], description=T("单位全称。"))
    level = SelectField(
        FIELD_WORD["level"], choices=options([("", T("（请选）")), *words.LINE_LEVEL.items()])
    )
    area_code = SelectField(FIELD_WORD["area_code"])
    report_group = SelectField(
        FIELD_WORD["report_group"], description=T("单独统计时才选；不选则按所在市统计。")
    )
    line_id = StringField(FIELD_WORD["line_id"], description=T("留空由系统编号。"))
    owner = StringField(FIELD_WORD["owner"])
    owner_phone = StringField(FIELD_WORD["owner_phone"])
    duty_hours = StringField(FIELD_WORD["duty_hours"])
    status = SelectField(FIELD_WORD["status"], choices=options(words.LINE_STATUS.items()))
    reason = TextAreaField(T("变更原因"), description=T("记入日志。"))

    def offer(self, session: Session) -> "LineForm":
        """Fill the lists with the areas there are: those of the actor's group, where it has one."""
        known, actor = areas.all_areas(session), current_actor()
        own = [
            area
            for area in known.values()
            if not actor.of_city or areas.group_of(area.code, known) == actor.area_code
        ]
        self.area_code.choices = options(
            [("", T("（请选）")), *((a.code, f"{a.code} {a.name}") for a in own)]
        )
        groups = areas.groups(known).values()
        mine = [a for a in groups if not actor.of_city or a.code == actor.area_code]
        self.report_group.choices = options(
            [("", T("（不选）")), *((a.code, a.name) for a in mine)]
        )
        return self

    def values(self) -> dict[str, str]:
        return {name: self[name].data or "" for name in (*FIELDS, "line_id")}


@room.get("")
def index() -> ResponseReturnValue:
    sought = _sought()
    with current_database().read() as session:
        actor = current_actor()
        found = line_lists.find(session, actor, sought, page=request.args.get("page", 1, type=int))
        counts = line_lists.status_counts(session, actor, sought)
        groups = areas.groups(areas.all_areas(session))
    return render_template(
        "lines/index.html",
        found=found,
        sought=sought,
        groups=groups.values(),
        levels=[("", T("全部")), *words.LINE_LEVEL.items()],
        statuses=[("", T("全部")), *words.LINE_STATUS.items()],
        classes=[
            ("", T("全部")),
            *((k.value, said) for k, said in words.KLASS.items() if k is not Klass.VOID),
            (UNTESTED, words.UNTESTED),
        ],
        counts=counts,
        level_words=words.LINE_LEVEL,
        status_words=words.LINE_STATUS,
    )


@room.get("/export.xlsx")
def export() -> ResponseReturnValue:
    today = clock.local(clock.now()).date()
    with current_database().read() as session:
        table = line_exports.table(session, current_actor(), _sought(), scope=f"{today}")
    return file_answer(workbook([table]), f"监督电话-{today}.xlsx", XLSX)


class ComplaintForm(RoomForm):
    received_on = StringField(T("收到日期"))
    matter = TextAreaField(T("投诉事项"), description=T("不写投诉人的姓名和电话。"))


@room.get("/<int:key>")
def show(key: int) -> ResponseReturnValue:
    today = clock.local(clock.now()).date()
    return _page(key, ComplaintForm.of_request(received_on=today.isoformat()))


@room.post("/<int:key>/complaints")
def complain(key: int) -> ResponseReturnValue:
    form = ComplaintForm.of_request()
    try:
        received_on = date.fromisoformat(form.text("received_on"))
    except ValueError:
        received_on = None
    try:
        with current_database().write() as session:
            complaints.note(
                session,
                current_actor(),
                key,
                received_on=received_on,
                matter=form.text("matter"),
                now=clock.now(),
            )
    except Invalid as refused:
        form.show(refused)
        return _page(key, form), 400
    flash(say("已登记投诉。"))
    return redirect(url_for("lines.show", key=key), 303)


def _page(key: int, form: ComplaintForm) -> str:
    with current_database().read() as session:
        actor = current_actor()
        line = lines.get_for(session, actor, key)
        group = areas.get(session, line.group_code)
        return render_template(
            "lines/show.html",
            line=line,
            group=group,
            phone=lines.owner_phone(actor, line),
            duty_hours=_hours(str(current_settings().duty_of(line.duty_hours))),
            history=lines.history(session, actor, line),
            checks=lines.checks_of(session, actor, line),
            complaints=complaints.of_line(session, actor, line),
            form=form,
            may_change=_may_change(line),
            level_words=words.LINE_LEVEL,
            status_words=words.LINE_STATUS,
            review_words=words.REVIEW,
        )


@room.route("/new", methods=["GET", "POST"])
def add() -> ResponseReturnValue:
    with current_database().read() as session:
        form = LineForm.of_request(status="active").offer(session)
    if request.method == "GET":
        return _form(form, None)
    try:
        with current_database().write() as session:
            line = lines.add(
                session,
                current_actor(),
                form.values(),
                now=clock.now(),
                reason=form.text("reason"),
            )
            key = line.id
    except Invalid as refused:
        form.show(refused)
        return _form(form, None), 400
    flash(word(T("已登记线路 {number}。", number=line.number)))
    return redirect(url_for("lines.show", key=key))


@room.route("/<int:key>/edit", methods=["GET", "POST"])
def edit(key: int) -> ResponseReturnValue:
    with current_database().read() as session:
        line = lines.get_for(session, current_actor(), key)
        now_said = {name: getattr(line, name) or "" for name in FIELDS if name != "unit"}
        form = LineForm.of_request(**now_said, unit=line.unit.name, line_id=line.line_id)
        form.offer(session)
    if request.method == "GET":
        return _form(form, line)
    try:
        with current_database().write() as session:
            lines.update(
                session,
                current_actor(),
                key,
                form.values(),
                now=clock.now(),
                reason=form.text("reason"),
            )
    except Invalid as refused:
        form.show(refused)
        return _form(form, line), 400
    flash(word(T("已保存线路 {number}。", number=form.text("number"))))
    return redirect(url_for("lines.show", key=key))


def _form(form: LineForm, line: Line | None) -> str:
    hint = say("留空用统一时间：{hours}", hours=_hours(current_settings().duty_hours))
    return render_template("lines/form.html", form=form, line=line, duty_hint=hint)


def _may_change(line: Line) -> bool:
    actor = current_actor()
    return actor.is_admin and (actor.of_province or line.group_code == actor.area_code)


def _sought() -> Sought:
    given = request.args
    return Sought(
        search=given.get("q", "").strip()[:100],
        group=given.get("group") or None,
        level=given.get("level") or None,
        status=given.get("status") or None,
        klass=given.get("class") or None,
    )


def _hours(text: str) -> str:
    """Duty hours as they are typed, in Chinese; for a reader of English, in their words."""
    return duty(text) if chosen() == "en" else text
