"""Rounds that are not there, or take in a part of the lines only, and why none opens by itself."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby

from sqlalchemy.orm import Session

from hotline.chasing.points import Point
from hotline.clock import local
from hotline.errors import T
from hotline.inspection import round_gaps, round_openings
from hotline.inspection.round_gaps import InPart, Unopened
from hotline.rights import Actor
from hotline.settings import Settings
from hotline.words import InPeriod, OnDay


def of(session: Session, actor: Actor, *, settings: Settings, now: datetime) -> Iterable[Point]:
    """What administrators are to see to, so that no line in use goes untested unnoticed."""
    if not actor.is_admin:
        return
    missing = round_gaps.unopened(session, actor, settings=settings, now=now)
    for _, same in groupby(missing, key=lambda one: (one.period.name, one.over)):
        yield _unopened(list(same), now)
    for one in round_gaps.in_part(session, actor, now=now):
        yield _in_part(one)
    yield from _wrong_settings(session, actor, settings, now)


def _unopened(found: list[Unopened], now: datetime) -> Point:
    """One point for all groups of a period: after an installation it may be every one."""
    first, today = found[0], local(now).date()
    values: Mapping[str, object] = {
        "area": "、".join(one.area.name for one in found),
        "period": InPeriod(first.period.name),
        "day": OnDay(first.opening, today),
        "n": sum(one.lines for one in found),
    }
    if first.over:
        said = T("{area}{period}没有抽查，在用线路 {n} 条；这一期已过。", **values)
        return Point(said, f"/rounds?level={first.level}", first.period.last, waits=True)
    said = T(
        "{area}{period}抽查应于{day}开始，还没有开始，在用线路 {n} 条。请核对后人工开始。", **values
    )
    path = f"/rounds/new?level={first.level}&period={first.period.name}"
    if len(found) == 1:
        path += f"&area_code={first.area.code}"
    return Point(said, path, first.opening, late=first.opening < today, waits=True)


def _in_part(found: InPart) -> Point:
    one = found.round
    said = T(
        "{area}{period}抽查由人工开始，只含在用线路 {of} 条中的 {n} 条，"
        "其余本期不会自动抽查，也不能另开一轮，请核对。",
        area=one.area.name,
        period=InPeriod(one.period),
        of=found.of,
        n=found.covered,
    )
    return Point(said, f"/rounds/{one.code}", one.ends_on, waits=True)


def _wrong_settings(
    session: Session, actor: Actor, settings: Settings, now: datetime
) -> Iterable[Point]:
    """Codes for which no round opens, though the settings name them; the province's to mend."""
    if actor.role != "province_admin" or not settings.rounds.automatic:
        return
    if codes := round_openings.unknown_codes(session, settings):
        said = T(
            "config.yaml 的 rounds.city 中 {codes} 不是汇总分组，有关抽查不会自动开始，请更正。",
            codes="、".join(codes),
        )
        yield Point(said, "/jobs", local(now).date(), waits=True)
