"""Rounds that open by themselves: when, over which days, with which lines and inspectors."""

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.clock import Period, at, local
from hotline.inspection import rounds
from hotline.inspection.rounds import NewRound
from hotline.models.inspection import Round
from hotline.models.people import User
from hotline.models.registry import Line
from hotline.registry.areas import all_areas
from hotline.registry.areas import groups as reporting_groups
from hotline.rights import Actor
from hotline.rules.windows import first_day, last_day, with_room
from hotline.settings import Settings

BY_ITSELF = Actor("system", "province_admin")
# A round that opens later than this does not begin that day.
_TOO_LATE = time(16)


def opening(period: Period, settings: Settings) -> datetime:
    """The moment at which the rounds of a period open."""
    if period.is_quarter:
        rule = settings.rounds.province
        return at(_first_day(period, settings), rule.hour)
    return at(_first_day(period, settings), settings.rounds.city.hour)


def window(period: Period, settings: Settings) -> tuple[date, date]:
    """First and last day of a round of the period, both working days."""
    rule = settings.rounds.province if period.is_quarter else settings.rounds.city
    first = _first_day(period, settings)
    last = last_day(period, rule.closes_working_days_before_end, settings.working_days)
    return first, max(first, last)


def open_city_rounds(
    session: Session, period: Period, *, settings: Settings, now: datetime
) -> dict[str, Any]:
    """Open the month's rounds of all groups that are to have one. Says what became of each.

    A round that is there already is left as it is; of a month that is over none is opened. Codes
    of the settings that are no reporting group here are said as well.
    """
    rule = settings.rounds.city
    codes = _city_groups(session)
    wanted = list(rule.groups) or codes
    with_lines = set(
        session.scalars(select(Line.group_code).where(Line.status == "active").distinct())
    )
    unknown = unknown_codes(session, settings)
    said: dict[str, Any] = {"unknown_codes": unknown} if unknown else {}
    for code in wanted:
        if code not in codes:
            continue
        if code not in with_lines:
            said.setdefault("without_lines", []).append(code)
            continue
        testers = _inspectors(session, "city_inspector", rule.tested_by.get(code, code))
        _open(session, "city", code, period, testers, said, settings=settings, now=now)
    return said


def unknown_codes(session: Session, settings: Settings) -> list[str]:
    """The codes of `rounds.city` in the settings that are no reporting group of the database."""
    rule, codes = settings.rounds.city, _city_groups(session)
    named = (*rule.groups, *rule.tested_by, *rule.tested_by.values())
    return sorted({code for code in named if code not in codes})


def open_province_round(
    session: Session, period: Period, *, settings: Settings, now: datetime
) -> dict[str, Any]:
    """Open the quarter's round of every province; the same rules as for cities."""
    said: dict[str, Any] = {}
    for area in all_areas(session).values():
        if area.level != "province":
            continue
        if not session.scalar(select(func.count()).where(Line.status == "active")):
            said.setdefault("without_lines", []).append(area.code)
            continue
        testers = _inspectors(session, "province_inspector", area.code)
        _open(session, "province", area.code, period, testers, said, settings=settings, now=now)
    return said


def _open(
    session: Session,
    level: str,
    area_code: str,
    period: Period,
    testers: tuple[int, ...],
    said: dict[str, Any],
    *,
    settings: Settings,
    now: datetime,
) -> None:
    code = rounds.round_code(level, area_code, period.name)
    today = local(now).date()
    starts_on, ends_on = window(period, settings)
    if coverage := session.scalar(select(Round.coverage).where(Round.code == code)):
        said.setdefault("known_in_part" if coverage == "list" else "known", []).append(code)
        return
    if today > period.last:
        said.setdefault("over", []).append(code)
        return
    new = NewRound(
        level,
        area_code,
        period.name,
        inspectors=testers,
        sample=level == "province" and settings.rounds.province.coverage == "sample",
        starts_on=starts_on,
        ends_on=_with_room(period, ends_on, settings=settings, now=now),
        runs_on=True,
    )
    rounds.open_round(session, BY_ITSELF, new, settings=settings, now=now)
    said.setdefault("opened", []).append(code)
    if not testers:
        said.setdefault("without_inspectors", []).append(code)


def _city_groups(session: Session) -> list[str]:
    known = reporting_groups(all_areas(session))
    return [code for code, area in known.items() if area.level != "province"]


def _with_room(period: Period, ends_on: date, *, settings: Settings, now: datetime) -> date:
    """Opened too late for its window, a round still has the rest of its period; and as many
    working days as the retry rule needs in any case.
    """
    opened = local(now)
    today = opened.date()
    usual = ends_on if today <= ends_on else period.last
    eve = today if opened.time() >= _TOO_LATE else today - timedelta(days=1)
    return with_room(usual, eve, settings.working_days)


def _inspectors(session: Session, role: str, area_code: str) -> tuple[int, ...]:
    query = select(User.id).where(User.role == role, User.area_code == area_code, User.active)
    return tuple(session.scalars(query.order_by(User.id)))


def _first_day(period: Period, settings: Settings) -> date:
    rules = settings.rounds
    rule = rules.province if period.is_quarter else rules.city
    month = rules.province.month_of_quarter
    return first_day(period, rule.opens_on_working_day, month, settings.working_days)
