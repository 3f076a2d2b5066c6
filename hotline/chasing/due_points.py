"""What is due soon or overdue, for whoever must see to it, until it is done.

A person's points are the same on the first page and in the day's digest. For a city without an
administrator the province stands in: it hears of everything when that city would.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session, joinedload

from hotline import rights
from hotline.accounts import users
from hotline.chasing import opening_points
from hotline.chasing.points import Point
from hotline.clock import local
from hotline.errors import T, Text
from hotline.inspection import check_lists, inspectors, rounds
from hotline.loop import loop_rights, rechecks
from hotline.models.inspection import Check, Round, round_inspectors
from hotline.models.loop import Rectification, Talk
from hotline.models.papers import Notice
from hotline.models.registry import Unit
from hotline.papers.paper_words import city_of, full_name
from hotline.rights import Actor
from hotline.rules.chasing import Rung, reminds, rung, tells, working_days_to
from hotline.rules.rectification import AWAITING
from hotline.settings import Settings
from hotline.words import InPeriod, OnDay

_FAR = timedelta(days=60)


def points_of(session: Session, actor: Actor, *, settings: Settings, now: datetime) -> list[Point]:
    """What to see to, the longest overdue first."""
    if actor.role == "auditor":
        return []
    found = [
        *_rectifications(session, actor, settings, now),
        *_talk_reports(session, actor, settings, now),
        *_rounds(session, actor, settings, now),
        *opening_points.of(session, actor, settings=settings, now=now),
    ]
    return sorted(found, key=lambda point: (point.due_on, point.path))


def _rectifications(
    session: Session, actor: Actor, settings: Settings, now: datetime
) -> Iterable[Point]:
    """Reports that are due: told before to the unit and who inspects, after also up the ladder."""
    today = local(now).date()
    led = users.led_areas(session)
    query = (
        select(Rectification)
        .join(Notice, Notice.id == Rectification.notice_id)
        .join(Round, Round.id == Notice.round_id)
        .where(
            Rectification.state.in_(AWAITING),
            ~Rectification.held,
            Rectification.due_on <= today + _FAR,
            loop_rights.rectifications(actor),
            _chased(actor),
        )
        .options(
            joinedload(Rectification.unit).joinedload(Unit.area),
            joinedload(Rectification.line),
            joinedload(Rectification.notice).joinedload(Notice.round),
        )
        .order_by(Rectification.due_on, Rectification.id)
    )
    for one in session.scalars(query):
        city = one.line.group_code if one.line else _city_of(one.notice.round)
        own = _rung_of(actor, city, led)
        left = _left(own, one.due_on, settings, today)
        if left is None:
            continue
        unit = one.unit.name if actor.role == "unit_reader" else _placed(session, actor, one.unit)
        about = one.line.number if one.line else " ".join(one.what.split())[:40]
        yield Point(
            _due(T("整改"), f"{unit} {about}", one.due_on, today, left),
            f"/rectifications/{one.id}",
            one.due_on,
            one.due_on < today,
            since=_since(own, one.due_on, settings, today),
        )


def _rung_of(actor: Actor, city: str | None, led: Collection[str]) -> Rung:
    """The actor's rung in matters of a city; `led`: the cities that have an administrator."""
    if not actor.is_admin:
        return Rung.UNIT
    above = actor.of_province and (city is None or city in led)
    return Rung.PROVINCE if above else Rung.CITY


def _city_of(found: Round) -> str | None:
    """Whose round it is; None: the province's."""
    return found.area_code if found.level == "city" else None


def _left(own: Rung, due_on: date, settings: Settings, today: date) -> int | None:
    """Working days left (negative: overdue); None where it is not for them to be told today."""
    rules = settings.chasing
    left = working_days_to(today, due_on, settings.working_days)
    reached = rung(
        -left, city_after=rules.city_after_days, province_after=rules.province_after_days
    )
    told = reminds(left, due_on < today, rules.remind_days)
    return left if told and own <= reached else None


def _since(own: Rung, due_on: date, settings: Settings, today: date) -> date:
    """Since when someone on that rung is told, on every working day, of what is overdue.

    Before its date it is told of on single days, so each of them is the first.
    """
    if due_on >= today:
        return today
    rules = settings.chasing
    after = {Rung.CITY: rules.city_after_days, Rung.PROVINCE: rules.province_after_days}
    return settings.working_days.add(due_on, after.get(own, 1))


def _chased(actor: Actor) -> ColumnElement[bool]:
    """Of what they may see, an inspector is chased for the rounds they were assigned to."""
    if actor.role not in ("province_inspector", "city_inspector"):
        return true()
    assigned = select(round_inspectors.c.user_id).where(
        round_inspectors.c.round_id == Round.id, round_inspectors.c.user_id == actor.user_id
    )
    return assigned.exists()


def _talk_reports(
    session: Session, actor: Actor, settings: Settings, now: datetime
) -> Iterable[Point]:
    """What a unit or a city is to report after a talk."""
    today, led = local(now).date(), users.led_areas(session)
    if actor.role in ("province_inspector", "city_inspector"):
        return
    query = (
        select(Talk)
        .join(Round, Round.id == Talk.round_id)
        .where(Talk.state == "held", Talk.report_due_on.is_not(None), loop_rights.talks(actor))
        .options(
            joinedload(Talk.unit).joinedload(Unit.area),
            joinedload(Talk.area),
            joinedload(Talk.round),
        )
        .order_by(Talk.report_due_on, Talk.id)
    )
    for talk in session.scalars(query):
        assert talk.report_due_on is not None
        called = talk.unit_id is None and talk.area_code == actor.area_code
        city = talk.area_code if talk.unit_id is None else _city_of(talk.round)
        own = Rung.UNIT if called else _rung_of(actor, city, led)
        left = _left(own, talk.report_due_on, settings, today)
        if left is None:
            continue
        whom = _placed(session, actor, talk.unit) if talk.unit else talk.area.name
        yield Point(
            _due(T("约谈后报告"), whom, talk.report_due_on, today, left),
            f"/talks/{talk.id}",
            talk.report_due_on,
            talk.report_due_on < today,
            since=_since(own, talk.report_due_on, settings, today),
        )


def _rounds(session: Session, actor: Actor, settings: Settings, now: datetime) -> Iterable[Point]:
    """Open rounds, re-checks and doubles: what is left of them, for who dials and who closes."""
    if actor.role in rights.INSPECTOR_ROLES:
        return _to_dial(session, actor, settings, now)
    return _to_close(session, actor, settings, now) if actor.is_admin else ()


def _to_dial(session: Session, actor: Actor, settings: Settings, now: datetime) -> Iterable[Point]:
    """Of each round what is dealt to the inspector or to nobody: still to test, or sent back."""
    today = local(now).date()
    returned = Check.review == "returned"
    query = (
        select(
            Check.round_id,
            func.count().filter(~Check.closable & ~returned),
            func.count().filter(returned),
        )
        .join(Check.round)
        .where(
            Round.closed_at.is_(None),
            rights.checks(actor),
            rights.dialled_by(actor),
        )
        .group_by(Check.round_id)
    )
    counts = {round_id: (rest, back) for round_id, rest, back in session.execute(query)}
    apart = check_lists.set_apart(session, actor, settings=settings, now=now)
    those = (
        select(Round)
        .where(Round.id.in_(counts), rights.rounds(actor))
        .options(joinedload(Round.area))
    )
    for found in session.scalars(those.order_by(Round.ends_on, Round.code)):
        rest, back = counts[found.id]
        name, path, late = _named(found), f"/rounds/{found.code}", found.ends_on < today
        if back:
            said = T("{name}有 {n} 条被退回，请处理。", name=name, n=back)
            there = f"{path}?state=returned"
            yield Point(said, there, found.ends_on, late, waits=True, personal=True)
        if rest and _is_told(Rung.UNIT, found.ends_on, settings, today):
            said = T("{name}于{day}截止，您还有 {n} 条未测完。")
            values = {"name": name, "day": OnDay(found.ends_on, today), "n": rest}
            # Nobody is asked for dials that would be refused; an administrator decides on them.
            if stuck := apart.get(found.id):
                said = T(
                    "{name}（{day}截止）您还有 {n} 条未测完，"
                    "其中 {stuck} 条不能再拨，请告知管理员。"
                )
                values["stuck"] = stuck
            since = _since(Rung.UNIT, found.ends_on, settings, today)
            said = Text(said.msgid, values)
            yield Point(said, path, found.ends_on, late, personal=True, since=since)


def _to_close(session: Session, actor: Actor, settings: Settings, now: datetime) -> Iterable[Point]:
    """Of each round what keeps its office from closing it. Of a city's round the province hears
    by the ladder alone, whatever it is that is left, unless it stands in for the city.
    """
    today, led = local(now).date(), users.led_areas(session)
    lacking = inspectors.lacking(session, actor, settings=settings, now=now)
    # Past its end a round can be put off, and then dialled; a line that is not in use cannot.
    apart, unused = (
        check_lists.set_apart(session, actor, settings=settings, now=now, states=states)
        for states in (check_lists.SET_APART, ("unused",))
    )
    for one in (
        progress
        for purpose in ("sample", "recheck", "double")
        for progress in rounds.progress(session, actor, only_open=True, purpose=purpose)
    ):
        found, name = one.round, _named(one.round)
        theirs = found.level == "province" or found.area_code not in led
        own = Rung.CITY if theirs == actor.of_province else Rung.PROVINCE
        told = _is_told(own, found.ends_on, settings, today)
        if own is Rung.PROVINCE and not told:
            continue
        path, late = f"/rounds/{found.code}", found.ends_on < today
        stuck = (unused if late else apart).get(found.id, 0)
        if (lack := lacking.get(found.id)) and found.purpose != "double":
            said, there = _nobody_dials(name, lack)
            yield Point(said, f"{path}{there}", found.ends_on, late, waits=True)
        if one.lines and one.reviewed == one.lines:
            said, there = _ready(found, name)
            yield Point(said, there, found.ends_on, late, waits=True)
        elif stuck and one.reviewed + stuck == one.lines and found.purpose == "sample":
            said = T(
                "{name}除 {n} 条不再使用或不能再拨的线路外，没有别的待办，可以照现状关闭。",
                name=name,
                n=stuck,
            )
            yield Point(said, f"{path}/close", found.ends_on, late, waits=True)
        elif told:
            said = (
                T("{name}已于{day}到期，还有 {n} 条未测完。")
                if late
                else T("{name}于{day}截止，还有 {n} 条未测完。")
            )
            rest = {"name": name, "day": OnDay(found.ends_on, today), "n": one.lines - one.closable}
            if one.closable == one.lines:
                said = T("{name}（{day}截止）已测完，还有 {n} 条待复核。")
                rest["n"] = one.lines - one.reviewed
            since = _since(own, found.ends_on, settings, today)
            yield Point(Text(said.msgid, rest), path, found.ends_on, late, since=since)


def _nobody_dials(name: Text, lack: inspectors.Lacking) -> tuple[Text, str]:
    """That lines have no inspector, and the page where it is mended: those who are assigned take
    them over, or somebody is sent out.
    """
    if lack.movable:
        said = T("{name}有 {n} 条线路没有检查员可拨，请改派。", name=name, n=lack.lines)
        return said, "/assignments?of=nobody&pick=all"
    return T("{name}有 {n} 条线路没有检查员可拨，请指派。", name=name, n=lack.lines), "/inspectors"


def _ready(found: Round, name: Text) -> tuple[Text, str]:
    """That a round waits only to be ended, and the page on which it is."""
    path = f"/rounds/{found.code}"
    if found.purpose == "recheck":
        there = rechecks.rectification_id_of(found)
        return T("{name}已复核，可以认定结果。", name=name), f"/rectifications/{there}"
    if found.purpose == "double":
        return T("{name}已全部复核，可以办结。", name=name), path
    return T("{name}已全部复核，可以关闭。", name=name), path


def _is_told(own: Rung, due_on: date, settings: Settings, today: date) -> bool:
    """Of the end of a round, today."""
    rules = settings.chasing
    return tells(
        own,
        working_days_to(today, due_on, settings.working_days),
        due_on < today,
        rules.remind_days,
        city_after=rules.city_after_days,
        province_after=rules.province_after_days,
    )


def _named(found: Round) -> Text:
    if found.purpose == "recheck":
        return T("{area}复查{code}", area=found.area.name, code=found.code)
    if found.purpose == "double":
        return T("{area}双盲复测{code}", area=found.area.name, code=found.code)
    return T("{area}{period}抽查", area=found.area.name, period=InPeriod(found.period))


def _due(what: Text, whom: str, due_on: date, today: date, left: int) -> Text:
    parts = {"what": what, "whom": whom, "day": OnDay(due_on, today), "n": abs(left)}
    if due_on < today:
        return Text(T("{what}逾期 {n} 个工作日：{whom}（{day}到期）").msgid, parts)
    return Text(T("{what}还有 {n} 个工作日：{whom}（{day}到期）").msgid, parts)


def _placed(session: Session, actor: Actor, unit: Unit) -> str:
    """To the province with the city too: two may each have a 桥西区水利局."""
    city = city_of(session, unit.area) if actor.of_province else ""
    return full_name(unit.name, unit.area.name, city)
