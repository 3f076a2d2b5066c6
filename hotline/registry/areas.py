"""Areas: the tree of province, cities, counties and zones, and the group each is counted under."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.errors import NotFound, T
from hotline.models.registry import Area, Line


def all_areas(session: Session) -> dict[str, Area]:
    """Every area by its code, in the order of codes."""
    return {area.code: area for area in session.scalars(select(Area).order_by(Area.code))}


def get(session: Session, code: str) -> Area:
    """The area of that code. Raises NotFound."""
    area = session.get(Area, code)
    if area is None:
        raise NotFound(T("没有行政区划代码 {code}，请先导入行政区。", code=code))
    return area


def group_of(code: str, areas: Mapping[str, Area]) -> str:
    """The reporting group of an area.

    What the area says; else itself if it is a province or a city, else the nearest city above
    it; itself where there is none.
    """
    area = areas[code]
    if area.report_group:
        return area.report_group
    above: Area | None = area
    while above and above.level not in ("province", "city"):
        above = areas.get(above.parent_code or "")
    return above.code if above and (above.level == "city" or above is area) else code


def groups(areas: Mapping[str, Area]) -> dict[str, Area]:
    """The areas that are a reporting group of themselves or of others, by code."""
    codes = {group_of(code, areas) for code in areas}
    return {code: areas[code] for code in sorted(codes)}


@dataclass(frozen=True)
class AreaRow:
    """An area in words, with the number of lines registered in it. `parent` "": a province."""

    code: str
    name: str
    level: str
    parent: str
    group: str
    lines: int


def listed(session: Session) -> list[AreaRow]:
    """All areas in the order of their codes."""
    known = all_areas(session)
    counts = dict(
        session.execute(select(Line.area_code, func.count()).group_by(Line.area_code)).all()
    )
    return [
        AreaRow(
            code=area.code,
            name=area.name,
            level=area.level,
            parent=known[area.parent_code].name if area.parent_code else "",
            group=known[group_of(area.code, known)].name,
            lines=counts.get(area.code, 0),
        )
        for area in known.values()
    ]
