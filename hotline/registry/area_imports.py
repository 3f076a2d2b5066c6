"""Areas from a table: all rows or none; what a code already has is brought up to date."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from hotline import audit, texts
from hotline.errors import FieldError, Forbidden, Invalid, T, Text
from hotline.files.spreadsheets import Column, Row, TableFile
from hotline.models.registry import Area, Line
from hotline.registry.areas import all_areas, group_of
from hotline.registry.line_changes import regroup
from hotline.rights import Actor

COLUMNS = (
    Column("code", "行政区划代码", True, "6 位数字，如 130102。"),
    Column("name", "名称", True, "如 长安区，最多 60 个字。"),
    Column("level", "层级", True, "省、市、县或功能区。"),
    Column("parent", "上级代码", True, "上级行政区的 6 位代码；省级留空。"),
    Column("report_group", "汇总分组", False, "单独统计时填所归入行政区的代码，一般留空。"),
)
_LEVELS = {
    word: level
    for level, words in {
        "province": "省 省级 自治区 直辖市",
        "city": "市 市级 地级市 设区市",
        "county": "县 县级 区 市辖区 县级市 自治县 县（市、区）",
        "zone": "功能区 开发区 新区 管理区 高新区",
    }.items()
    for word in (level, *unicodedata.normalize("NFKC", words).split())
}


@dataclass(frozen=True)
class ImportResult:
    """What an import did, in rows; `ignored`: headers it did not know."""

    added: int
    changed: int
    unchanged: int
    ignored: tuple[str, ...]


def import_areas(
    session: Session, actor: Actor, table: TableFile, *, now: datetime
) -> ImportResult:
    """Add and change areas; lines move to the group their area now belongs to.

    A file without report_group leaves the groups alone. Raises Forbidden for all but the
    administrators of the province, Invalid with every mistake.
    """
    if actor.role != "province_admin":
        raise Forbidden(T("只有省级管理员可以导入行政区。"))
    known = all_areas(session)
    wanted = _read(table, known)
    before = {code: _values(area) for code, area in known.items()}
    groups_before = {code: group_of(code, known) for code in known}
    # First all that others may point to, then the pointers: parents may stand below children.
    for code, values in wanted.items():
        if code not in known:
            known[code] = Area(code=code, name=values["name"], level=values["level"])
            session.add(known[code])
    session.flush()
    for code, values in wanted.items():
        for name, value in values.items():
            if getattr(known[code], name) != value:
                setattr(known[code], name, value)
    session.flush()
    moved = {code for code, group in groups_before.items() if group_of(code, known) != group}
    lines = select(Line).where(Line.area_code.in_(moved)).options(joinedload(Line.unit))
    regroup(
        session,
        actor,
        session.scalars(lines.order_by(Line.id)),
        areas=known,
        now=now,
        reason=table.filename,
    )
    added = changed = 0
    for code in wanted:
        old, new = before.get(code, {}), _values(known[code])
        differing = [name for name in new if old.get(name) != new[name]]
        added += not old
        changed += bool(old and differing)
        if differing:
            audit.record(
                session,
                actor=actor.name,
                action="area.change" if old else "area.add",
                subject="area",
                subject_id=code,
                now=now,
                old={name: old[name] for name in differing} if old else None,
                new={name: new[name] for name in differing},
                reason=table.filename,
            )
    return ImportResult(added, changed, len(wanted) - added - changed, table.ignored)


def _values(area: Area) -> dict[str, str | None]:
    return {
        "name": area.name,
        "level": area.level,
        "parent_code": area.parent_code,
        "report_group": area.report_group,
    }


def _read(table: TableFile, known: Mapping[str, Area]) -> dict[str, dict[str, str | None]]:
    """The file's areas by code: field → value. Raises Invalid."""
    errors: list[FieldError] = []
    wanted: dict[str, dict[str, str | None]] = {}
    first: dict[str, Row] = {}
    for row in table.rows:
        code = _digits(row.values["code"])
        values: dict[str, str | None] = {
            "name": texts.clean(row.values["name"]),
            "level": row.values["level"],
            "parent_code": _digits(row.values["parent"]) or None,
        }
        if "report_group" in table.present:
            values["report_group"] = _digits(row.values["report_group"]) or None
        errors += [table.mistake(row, *each) for each in _mistakes(code, values)]
        if code in first:
            same = first[code].number
            text = T("与第 {row} 行的代码相同，请只留一行。", row=same)
            errors.append(table.mistake(row, "code", text))
            continue
        values["level"] = _level(values["level"])
        first[code], wanted[code] = row, values
    parents = {code: area.parent_code for code, area in known.items()}
    parents |= {code: values["parent_code"] for code, values in wanted.items()}
    for code, values in wanted.items():
        for column, text in _misplaced(code, values, parents):
            errors.append(table.mistake(first[code], column, text))
    if errors:
        raise Invalid(sorted(errors, key=lambda error: error.row or 0))
    return wanted


def _mistakes(code: str, values: Mapping[str, str | None]) -> Iterator[tuple[str, Text]]:
    if not re.fullmatch(r"[1-9]\d{5}", code):
        yield "code", T("须为 6 位数字的行政区划代码，如 130102。")
    if why := texts.mistake(values["name"] or "", longest=60):
        yield "name", why
    elif not values["name"]:
        yield "name", T("请填写名称。")
    level = _level(values["level"])
    if level is None:
        yield "level", T("请填省、市、县或功能区。")
    if level == "province" and values["parent_code"]:
        yield "parent", T("省级没有上级，请留空。")
    if level not in (None, "province") and not values["parent_code"]:
        yield "parent", T("请填上级行政区的代码。")


def _misplaced(
    code: str, values: Mapping[str, str | None], parents: Mapping[str, str | None]
) -> Iterator[tuple[str, Text]]:
    """Pointers to areas that are in neither file nor database, and areas above themselves."""
    parent, group = values["parent_code"], values.get("report_group")
    if parent and parent not in parents:
        yield "parent", T("文件和系统里都没有这个代码的行政区。")
    if group and group not in parents:
        yield "report_group", T("文件和系统里都没有这个代码的行政区。")
    above, seen = parent, {code}
    while above and above not in seen:
        seen.add(above)
        above = parents.get(above)
    if above == code:
        yield "parent", T("上级关系绕回了自己，请核对上级代码。")


def _level(word: str | None) -> str | None:
    return _LEVELS.get(unicodedata.normalize("NFKC", word or "").lower())


def _digits(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()
