"""Rounds: the list, opening one, its page, who inspects, closing."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import SelectField, StringField, TextAreaField

from hotline import clock, rights, words
from hotline.errors import Conflict, Invalid, T, Text
from hotline.inspection import (
    check_lists,
    dialling_hours,
    doubles,
    round_lines,
    round_order,
    rounds,
    samples,
)
from hotline.inspection.check_lists import STATES, Sought
from hotline.inspection.reassignments import ANYONE
from hotline.loop import rechecks
from hotline.models.inspection import Round
from hotline.papers import round_closings
from hotline.registry import areas
from hotline.web.current import current_actor, current_database, current_settings
from hotline.web.forms import RoomForm, options
from hotline.web.inspector_choice import InspectorsForm
from hotline.web.people import know_names
from hotline.web.wording import say, word

room = Blueprint("rounds", __name__, url_prefix="/rounds")


class CallOffForm(RoomForm):
    reason = StringField(T("取消原因"))


class ExtendForm(RoomForm):
    ends_on = StringField(T("新的截止日期"))
    reason = StringField(T("延长原因"))

    def day(self) -> date | None:
        """None for what is no date, which the use case refuses."""
        try:
            return date.fromisoformat(self.text("ends_on"))
        except ValueError:
            return None


class OpenForm(InspectorsForm):
    level = SelectField(T("层级"))
    area_code = SelectField(T("行政区"))
    period = StringField(
        T("抽查期"), description=T("省级按季度，如 2026Q4；市级按月，如 2026-11。")
    )
    coverage = SelectField(
        T("覆盖"),
        description=T("抽样只用于省级：市级线路、上期不合格的和按风险抽取的县级线路。"),
        choices=options((key, words.COVERAGE[key]) for key in ("full", "sample")),
    )
    starts_on = StringField(T("首日"), description=T("留空为抽查期首日。"))
    ends_on = StringField(T("末日"), description=T("留空为抽查期末日。"))
    numbers = TextAreaField(
        T("只抽查这些线路"),
        description=T(
            "每行一个号码或线路编号；留空为全部在用线路。未列出的线路本期不抽查，也不会自动补上。"
        ),
    )

    def offer(self, session: Session, found: Round | None = None) -> "OpenForm":
        """Fill the lists with what the actor may open."""
        super().offer(session, found)
        actor = current_actor()
        levels = ("province", "city") if actor.of_province else ("city",)
        self.level.choices = options((level, words.ROUND_LEVEL[level]) for level in levels)
        groups = areas.groups(areas.all_areas(session)).values()
        self.area_code.choices = options(
            (area.code, area.name)
            for area in groups
            if actor.of_province or area.code == actor.area_code
        )
        return self

    def new_round(self) -> rounds.NewRound:
        named = tuple(line.strip() for line in (self.numbers.data or "").splitlines())
        return rounds.NewRound(
            level=self.text("level"),
            area_code=self.text("area_code"),
            period=self.text("period"),
            names=tuple(filter(None, named)) or None,
            inspectors=self.chosen(),
            sample=self.text("coverage") == "sample",
            starts_on=self._day("starts_on"),
            ends_on=self._day("ends_on"),
        )

    def _day(self, name: str) -> date | None:
        typed = self.text(name)
        try:
            return date.fromisoformat(typed) if typed else None
        except ValueError as error:
            raise Invalid.one(name, T("日期写作 2026-11-30。"), typed) from error


@room.get("")
def index() -> ResponseReturnValue:
    level, state = request.args.get("level", ""), request.args.get("state", "")
    with current_database().read() as session:
        found = rounds.progress(session, current_actor())
        running = rounds.progress(session, current_actor(), only_open=True, purpose="recheck")
        doubled = rounds.progress(
            session, current_actor(), only_open=state != "closed", purpose="double"
        )
    shown = [
        one for one in found if level in ("", one.round.level) and state in ("", _state(one.round))
    ]
    return render_template(
        "rounds/index.html",
        found=shown,
        rechecks=running,
        doubles=[one for one in doubled if one.round.is_open],
        over=[one for one in doubled if not one.round.is_open],
        any_at_all=bool(found),
        level=level,
        state=state,
        levels=[("", T("全部")), *words.ROUND_LEVEL.items()],
        states=[("", T("全部")), ("open", T("进行中")), ("closed", T("已关闭"))],
    )


@room.route("/new", methods=["GET", "POST"])
def open_() -> ResponseReturnValue:
    actor, now = current_actor(), clock.now()
    today = clock.local(now).date()
    usual = clock.Period.quarter_of(today) if actor.of_province else clock.Period.month_of(today)
    with current_database().read() as session:
        asked = request.args
        form = OpenForm.of_request(
            level=asked.get("level") or ("province" if actor.of_province else "city"),
            area_code=asked.get("area_code") or actor.area_code,
            period=asked.get("period", usual.name)[:8],
        ).offer(session)
    if request.method == "GET":
        return render_template("rounds/open.html", form=form)
    try:
        with current_database().write() as session:
            opened = rounds.open_round(
                session, actor, form.new_round(), settings=current_settings(), now=now
            )
            code = opened.code
    except Invalid as refused:
        form.show(refused, {"lines": "numbers"})
        return render_template("rounds/open.html", form=form), 400
    except Conflict as refused:
        form.mistakes.append((form.period.id, word(refused.text)))
        return render_template("rounds/open.html", form=form), 409
    flash(word(T("已开始：{code}。", code=code)))
    return redirect(url_for("rounds.show", code=code))


@room.get("/<code>")
def show(code: str) -> ResponseReturnValue:
    return _page(code)


def _page(
    code: str, *, call_off: CallOffForm | None = None, extend: ExtendForm | None = None
) -> str:
    given, now = request.args, clock.now()
    sought = Sought(
        search=given.get("q", "").strip()[:100],
        area=given.get("area") or None,
        klass=given.get("class") or None,
        state=given.get("state") or None,
    )
    know_names()
    with current_database().read() as session:
        actor = current_actor()
        found = rounds.get_for(session, actor, code)
        dealt = found.is_open and check_lists.is_dealt(session, found)
        works = dealt and actor.role in rights.INSPECTOR_ROLES
        whose = given.get("whose", "mine" if works else "") if works else ""
        sought = replace(sought, mine=whose == "mine")
        manages = rights.manages(actor, found.level, found.area_code)
        latest = round_lines.latest_end(clock.Period.parse(found.period))
        openings = dialling_hours.of_round(session, found, current_settings(), now)
        listed = check_lists.find(
            session,
            actor,
            found,
            sought,
            openings,
            page=given.get("page", 1, type=int),
        )
        return render_template(
            "rounds/show.html",
            round=found,
            progress=check_lists.progress(session, actor, found, openings, mine=sought.mine),
            found=listed,
            next_check=next(
                (
                    check
                    for check in listed.checks
                    if found.is_open and check.turn != "others" and check.may_dial(now)
                ),
                None,
            ),
            dealt=dealt,
            works=works,
            whose=whose,
            turns=check_lists.TURNS,
            halves=check_lists.HALVES,
            sought=sought,
            plan=found.plan or {},
            coverage_words=words.COVERAGE,
            bases=samples.counts(session, found) if found.plan else {},
            basis_words=words.BASIS,
            inspectors=sorted(user.full_name or user.name for user in found.inspectors),
            manages=manages,
            doubled_code=doubles.doubled_code(found),
            double=doubles.of_round(session, found) if manages else None,
            undoubled=manages and doubles.left_out(found),
            call_off=call_off or CallOffForm(),
            extend=extend or ExtendForm(),
            latest_end=latest,
            past_extending=max(found.ends_on, latest) < clock.local(now).date(),
            compared=doubles.comparison(session, actor, found),
            rectification_id=rechecks.rectification_id_of(found),
            states=STATES,
            set_apart=check_lists.SET_APART,
            klass_words=words.KLASS,
            untested=words.UNTESTED,
            review_words=words.REVIEW,
            outcome_words=words.OUTCOME,
            now=now,
        )


@room.route("/<code>/inspectors", methods=["GET", "POST"])
def inspectors(code: str) -> ResponseReturnValue:
    with current_database().read() as session:
        found = _managed(session, code)
        form = InspectorsForm.of_request(inspectors=[str(u.id) for u in found.inspectors])
        form.offer(session, found)
    if request.method == "GET":
        return render_template("rounds/inspectors.html", form=form, round=found)
    try:
        with current_database().write() as session:
            assigned = rounds.assign(
                session,
                current_actor(),
                code,
                form.chosen(),
                settings=current_settings(),
                now=clock.now(),
            )
    except Invalid as refused:
        form.show(refused)
        return render_template("rounds/inspectors.html", form=form, round=found), 400
    flash(word(T("已指派 {n} 名检查员。", n=assigned.serving)))
    if not (assigned.freed and assigned.serving):
        return redirect(url_for("rounds.show", code=code))
    flash(word(T("{n} 条未测完的线路现在没有指定检查员，可以重新分配。", n=assigned.freed)))
    return redirect(url_for("assignments.page", code=code, of=ANYONE, pick="all"), 303)


@room.post("/<code>/settle")
def settle(code: str) -> ResponseReturnValue:
    """End a round's doubles."""
    with current_database().write() as session:
        doubles.settle(session, current_actor(), code, settings=current_settings(), now=clock.now())
    flash(word(T("{code} 已办结。", code=code)))
    return redirect(url_for("rounds.show", code=code), 303)


@room.post("/<code>/call-off")
def call_off(code: str) -> ResponseReturnValue:
    """End a round's doubles without a result."""
    form = CallOffForm.of_request()
    try:
        with current_database().write() as session:
            doubles.call_off(
                session, current_actor(), code, reason=form.text("reason"), now=clock.now()
            )
    except Invalid as refused:
        form.show(refused)
        return _page(code, call_off=form), 400
    flash(word(T("{code} 已取消。", code=code)))
    return redirect(url_for("rounds.show", code=code), 303)


@room.post("/<code>/extend")
def extend(code: str) -> ResponseReturnValue:
    """Put off the last day of a round."""
    form = ExtendForm.of_request()
    try:
        with current_database().write() as session:
            rounds.extend(
                session,
                current_actor(),
                code,
                form.day(),
                reason=form.text("reason"),
                now=clock.now(),
            )
    except Invalid as refused:
        form.show(refused)
        return _page(code, extend=form), 400
    flash(word(T("{code} 已延长到 {day}。", code=code, day=form.text("ends_on"))))
    return redirect(url_for("rounds.show", code=code), 303)


class CloseForm(RoomForm):
    as_is_reason = TextAreaField(T("照现状关闭的原因"), description=T("印在通报和整改通知书上。"))


@room.route("/<code>/close", methods=["GET", "POST"])
def close(code: str) -> ResponseReturnValue:
    form = CloseForm.of_request()
    with current_database().read() as session:
        found = _managed(session, code)
        unmet = rounds.obstacles(session, found)
        around = {
            "double": doubles.of_round(session, found),
            "still_open": round_order.open_before(session, found),
            "closed_first": round_order.closed_after(session, found),
        }
    if request.method == "GET":
        return _close(form, found, around, unmet)
    try:
        with current_database().write() as session:
            round_closings.close(
                session,
                current_actor(),
                code,
                as_is_reason=form.text("as_is_reason"),
                settings=current_settings(),
                now=clock.now(),
            )
    except Conflict as refused:
        if not refused.details:
            raise
        form.mistakes.append((form.as_is_reason.id, word(refused.text)))
        return _close(form, found, around, list(refused.details)), 409
    flash(word(T("{code} 已关闭，文书草稿已生成。", code=code)))
    return redirect(url_for("rounds.show", code=code))


def _close(form: CloseForm, found: Round, around: Mapping[str, Any], unmet: list[Text]) -> str:
    rule = say("各次相隔、时段和工作日的要求未满足，或尚未拨测、已被退回。")
    return render_template(
        "rounds/close.html", form=form, round=found, unmet=unmet, rule=rule, **around
    )


def _managed(session: Session, code: str) -> Round:
    """A round that is still open and the actor's to manage."""
    found = rounds.get_for(session, current_actor(), code)
    rights.require_manages(current_actor(), found.level, found.area_code)
    if not found.is_open:
        raise Conflict(T("这一轮已经关闭：{code}", code=found.code))
    doubles.refuse(found)
    return found


def _state(found: Round) -> str:
    return "open" if found.is_open else "closed"
