"""The demo's registry: the areas that come with Hotline, and one line for each of 196 of them."""

import csv
import io
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from hotline.files.spreadsheets import Column, TableFile, read_table
from hotline.registry import area_imports, line_fields
from hotline.settings import Settings

PROVINCE = "130000"
_AREAS = Path(__file__).parent.parent / "data" / "hebei_areas.csv"
_SURNAMES = "张李王赵刘陈杨黄周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡"
_DUTY = {
    5: "24小时",
    9: "工作日 08:00-12:00,14:00-18:00",
    14: "工作日 09:00-12:00,13:00-17:00",
    20: "每天 08:00-20:00",
}


@dataclass(frozen=True)
class DemoLine:
    """A line as the demo's file gives it. `duty_hours` blank: the office's own."""

    line_id: str
    number: str
    unit: str
    level: str
    area_code: str
    group: str
    owner: str
    duty_hours: str


def lines(groups: Collection[str] | None = None) -> list[DemoLine]:
    """The 196 lines, or those of some reporting groups only."""
    serials: dict[str, int] = {}
    made = []
    for place, row in enumerate(_rows()):
        prefix = row["dial_prefix"]
        serials[prefix] = serials.get(prefix, 0) + 1
        extension = f"转80{place % 9 + 1}" if place % 31 == 17 else ""
        line = DemoLine(
            line_id=f"HB{place + 1:03d}",
            number=demo_number(prefix, int(row["subscriber_digits"]), serials[prefix]) + extension,
            unit=_unit(row["name"], row["level"], place),
            level=row["level"] if row["level"] in ("province", "city") else "county",
            area_code=row["code"],
            group=row["report_group"],
            owner=f"{_SURNAMES[place % len(_SURNAMES)]}示例",
            duty_hours=_DUTY.get(place % 23, ""),
        )
        if groups is None or line.group in groups:
            made.append(line)
    return made


def demo_number(prefix: str, digits: int, serial: int) -> str:
    """A number that no exchange puts through: the subscriber's part begins with 0."""
    return f"{prefix}-{serial:0{digits}d}"


def renumbered(line: DemoLine) -> DemoLine:
    """The line after it was given another number, which no other line of the demo has."""
    prefix, subscriber = line.number.split("转")[0].split("-")
    return replace(line, number=demo_number(prefix, len(subscriber), 901))


def areas_file(settings: Settings) -> TableFile:
    """The areas of Hebei as an import takes them."""
    return _table(_AREAS.read_bytes(), _AREAS.name, area_imports.COLUMNS, settings)


def lines_file(these: Collection[DemoLine], settings: Settings) -> TableFile:
    """Lines as an import takes them."""
    names = ("line_id", "number", "unit", "level", "area_code", "owner", "duty_hours")
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows([getattr(line, name) for name in names] for line in these)
    data = text.getvalue().encode()
    return _table(data, "演示线路.csv", line_fields.COLUMNS, settings)


def _table(
    data: bytes, filename: str, columns: tuple[Column, ...], settings: Settings
) -> TableFile:
    limits = settings.imports
    return read_table(data, filename, columns, max_bytes=limits.max_bytes, max_rows=limits.max_rows)


def _rows() -> list[dict[str, str]]:
    with _AREAS.open(encoding="utf-8-sig", newline="") as file:
        return [row for row in csv.DictReader(file) if row["in_demo_196"] == "1"]


def _unit(area: str, level: str, place: int) -> str:
    if level == "province":
        return f"{area}水利厅"
    if level == "zone":
        return f"{area}管理委员会{('农村工作局', '社会事务局')[place % 2]}"
    if area.endswith("区") and place % 3 == 1:
        return f"{area}农业农村和水利局"
    return f"{area}{'水务局' if level == 'county' and place % 7 == 3 else '水利局'}"
