"""Rounds that open by themselves: when, over which days, with which lines and inspectors."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.clock import Calendar, Period, at, local, months_after
from hotline.inspection import rounds
from hotline.inspection.rounds import NewRound
from hotline.models.inspection import Round
from hotline.models.people import User
from hotline.models.registry import Line
from hotline.registry.areas import all_areas
from hotline.registry.areas import groups as reporting_groups
from hotline.rights import Actor
from hotline.settings import Settings

BY_ITSELF = Actor("system", "province_admin")


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
    calendar = settings.working_days
    last = _back(period.after().first, rule.closes_working_days_before_end + 1, calendar)
    return first, max(first, last)


def open_city_rounds(
    session: Session, period: Period, *, settings: Settings, now: datetime
) -> dict[str, Any]:
    """Open the month's rounds of all groups that are to have one. Says what became of each.

    A round that is there already is left as it is; of a month that is over none is opened.
    """
    rule = settings.rounds.city
    known = reporting_groups(all_areas(session))
    codes = [code for code, area in known.items() if area.level != "province"]
    wanted = list(rule.groups) or codes
    with_lines = set(
        session.scalars(select(Line.group_code).where(Line.status == "active").distinct())
    )
    said: dict[str, Any] = {}
    for code in wanted:
        if code not in with_lines or code not in codes:
            said.setdefault("without_lines", []).append(code)
            continue
        testers = _inspectors(session, "city_inspector", rule.tested_by.get(code, code))
        _open(session, "city", code, period, testers, said, settings=settings, now=now)
    return said


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
    if session.scalar(select(Round.id).where(Round.code == code)):
        said.setdefault("known", []).append(code)
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
        # Opened too late for its window, it still has the rest of its period.
        ends_on=ends_on if today <= ends_on else period.last,
    )
    rounds.open_round(session, BY_ITSELF, new, settings=settings, now=now)
    said.setdefault("opened", []).append(code)
    if not testers:
        said.setdefault("without_inspectors", []).append(code)


def _inspectors(session: Session, role: str, area_code: str) -> tuple[int, ...]:
    query = select(User.id).where(User.role == role, User.area_code == area_code, User.active)
    return tuple(session.scalars(query.order_by(User.id)))


def _first_day(period: Period, settings: Settings) -> date:
    rules = settings.rounds
    rule = rules.province if period.is_quarter else rules.city
    month = rules.province.month_of_quarter - 1 if period.is_quarter else 0
    eve = months_after(period.first, month) - timedelta(days=1)
    return settings.working_days.add(eve, rule.opens_on_working_day)


def _back(day: date, days: int, calendar: Calendar) -> date:
    """The working day `days` working days before `day`, which itself never counts."""
    while days > 0:
        day -= timedelta(days=1)
        days -= calendar.is_working(day)
    return day
