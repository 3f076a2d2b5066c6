"""What a round is opened with: its area, its period and window, and the lines it may have."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from hotline.clock import Period
from hotline.errors import FieldError, Invalid, T
from hotline.models.registry import Area, Line
from hotline.registry.areas import all_areas, group_of
from hotline.registry.phone_numbers import BadNumber, normalise

_A_MONTH, _A_YEAR = timedelta(days=31), timedelta(days=366)


@dataclass(frozen=True)
class NewRound:
    """What a round is opened with. `names` None: the lines in use that belong to the area.

    `names` are lines by number or by 线路编号; `inspectors` are user ids. `sample`: a draw of the
    lines instead of all. `starts_on` and `ends_on` None: the period's own. `runs_on`: it may end
    after its period. `seed` None: chance.
    """

    level: str
    area_code: str
    period: str
    names: tuple[str, ...] | None = None
    inspectors: tuple[int, ...] = field(default=())
    sample: bool = False
    starts_on: date | None = None
    ends_on: date | None = None
    runs_on: bool = False
    seed: str | None = None

    @property
    def coverage(self) -> str:
        if self.names is not None:
            return "list"
        return "sample" if self.sample else "full"


def round_code(level: str, area_code: str, period: str) -> str:
    """`P-130000-2026Q4`, `C-130100-2026-11`."""
    return f"{'P' if level == 'province' else 'C'}-{area_code}-{period}"


def window_of(new: NewRound, period: Period) -> tuple[date, date]:
    """First and last day of the round. Raises Invalid for a window outside its period."""
    first, last = new.starts_on or period.first, new.ends_on or period.last
    end = latest_end(period) if new.runs_on else period.last
    if not period.first <= first <= last or last > end:
        raise Invalid.one("ends_on", T("起止日期须在抽查期之内，且先起后止。"), f"{first}–{last}")
    if new.sample and (new.level != "province" or new.names is not None):
        raise Invalid.one("coverage", T("抽样只用于省级抽查，且不另指定线路。"), new.coverage)
    return first, last


def latest_end(period: Period) -> date:
    """The last day to which a round of the period may be put off."""
    return period.last + _A_MONTH


def period_of(new: NewRound, today: date) -> Period:
    """Raises Invalid for a period that is not one of the level, or that is too far off."""
    wanted = T("省级抽查按季度（如 2026Q4），市级抽查按月（如 2026-11）。")
    try:
        period = Period.parse(new.period)
    except ValueError as error:
        raise Invalid.one("period", wanted, new.period) from error
    if period.is_quarter != (new.level == "province"):
        raise Invalid.one("period", wanted, new.period)
    if period.first > today + _A_YEAR:
        said = T(
            "这一期 {day} 才开始，至多提前一年开始，请核对期次。", day=period.first.isoformat()
        )
        raise Invalid.one("period", said, new.period)
    return period


def area_of(session: Session, new: NewRound) -> Area:
    """Raises Invalid for an area that no round of the level can have."""
    area = session.get(Area, new.area_code)
    if area is None:
        raise Invalid.one("area_code", T("没有这个行政区。"), new.area_code)
    is_group = area.level == "province" or group_of(area.code, all_areas(session)) == area.code
    if (area.level == "province") != (new.level == "province") or not is_group:
        raise Invalid.one(
            "area_code", T("省级抽查须选省，市级抽查须选市或单列的汇总分组。"), new.area_code
        )
    return area


def lines_of(session: Session, new: NewRound, area: Area) -> Sequence[Line]:
    """The lines that are named, else those in use. Raises Invalid with every mistake."""
    if new.names is None:
        chosen = in_use(session, new.level, area.code)
    else:
        lines = session.scalars(_belonging(session, new.level, area.code)).all()
        chosen = _named(lines, new.names)
    if not chosen:
        raise Invalid.one("area_code", T("这里没有在用的线路，请先导入线路。"), new.area_code)
    return chosen


def in_use(session: Session, level: str, area_code: str) -> Sequence[Line]:
    """The lines in use that belong to a round of that level and area."""
    return session.scalars(
        _belonging(session, level, area_code).where(Line.status == "active")
    ).all()


def _belonging(session: Session, level: str, area_code: str) -> Select[Line]:
    query = select(Line).order_by(Line.area_code, Line.id)
    if level == "province":
        return query.where(Line.area_code.in_(_within(session, area_code)))
    return query.where(Line.group_code == area_code)


def _named(lines: Iterable[Line], names: Iterable[str]) -> list[Line]:
    by_name = {name: line for line in lines for name in (line.line_id, line.number)}
    errors, chosen = [], {}
    for name in names:
        line = by_name.get(name) or by_name.get(_as_number(name))
        if line is None:
            errors.append(FieldError("lines", T("不是本轮范围内的线路。"), value=name))
        else:
            chosen[line.id] = line
    if errors:
        raise Invalid(errors)
    return list(chosen.values())


def _as_number(name: str) -> str:
    try:
        return normalise(name, demo=True)
    except BadNumber:
        return ""


def _within(session: Session, province: str) -> set[str]:
    """The codes of all areas below a province, itself included."""
    parents = dict(session.execute(select(Area.code, Area.parent_code)).all())
    inside = {province}
    while True:
        found = {c for c, parent in parents.items() if parent in inside} - inside
        if not found:
            return inside
        inside |= found
