"""Lines one by one: shown with their past, added and altered by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from hotline import rights, words
from hotline.errors import FieldError, Forbidden, Invalid, NotFound, T, Text
from hotline.models.inspection import Check, Round
from hotline.models.registry import Area, Line, LineChange
from hotline.registry import line_changes
from hotline.registry.areas import all_areas
from hotline.registry.line_changes import (
    Draft,
    differences,
    groups_concerned,
    values_of,
    with_group,
)
from hotline.registry.line_fields import FIELD_WORD, FIELDS, Values, read
from hotline.rights import Actor

_REASON_LENGTH = 500


@dataclass(frozen=True)
class PastValue:
    """A value a line once had, from `since` until `until`; old and new in words for people."""

    field: str
    label: Text
    old: Text | str | None
    new: Text | str | None
    since: datetime
    until: datetime
    by: str


def get_for(session: Session, actor: Actor, key: str | int) -> Line:
    """A line by its line_id, or by its key in the database if `key` is an int.

    With its unit and area. Raises NotFound outside the actor's scope.
    """
    line = session.scalar(
        select(Line)
        .where(_is(key), rights.lines(actor))
        .options(joinedload(Line.unit), joinedload(Line.area))
    )
    if line is None:
        raise NotFound(T("没有这条线路。"))
    return line


def add(
    session: Session, actor: Actor, raw: Mapping[str, str], *, now: datetime, reason: str = ""
) -> Line:
    """A new line from the texts of a form, by field; a blank line_id is given one.

    Raises Forbidden, or Invalid with every mistake.
    """
    if not actor.is_admin:
        raise Forbidden(T("只有管理员可以登记线路。"))
    areas = all_areas(session)
    needed = dict.fromkeys(("number", "unit", "level", "area_code"), "")
    said = _read({**needed, **raw}, areas)
    start: Values = {**dict.fromkeys(FIELDS), "status": "active"}
    values = with_group({name: said.get(name, start[name]) for name in FIELDS}, areas)
    for group in groups_concerned(None, values, areas):
        rights.require_admin_of(actor, group)
    _require_free(session, actor, str(values["number"]), said.get("line_id"), None)
    draft = Draft(None, values, said.get("line_id"))
    [line] = line_changes.save(
        session, actor, [draft], areas=areas, now=now, reason=_reason(reason)
    )
    return line


def update(
    session: Session,
    actor: Actor,
    key: str | int,
    raw: Mapping[str, str],
    *,
    now: datetime,
    reason: str = "",
) -> Line:
    """Change the fields that `raw` has, given as texts; others stay, line_id always does.

    What is as it was is not judged again: a demo line keeps its number.
    Raises NotFound, Forbidden, or Invalid with every mistake.
    """
    held = get_for(session, actor, key)
    rights.require_admin_of(actor, held.group_code)
    line = session.get_one(Line, held.id, with_for_update=True, populate_existing=True)
    areas = all_areas(session)
    old = values_of(line)
    said = _read(
        {name: raw[name] for name in FIELDS if name in raw and raw[name] != (old[name] or "")},
        areas,
    )
    new = with_group({name: said.get(name, old[name]) for name in FIELDS}, areas)
    for group in groups_concerned(old, new, areas):
        rights.require_admin_of(actor, group)
    if differences(old, new):
        _require_free(session, actor, str(new["number"]), None, line)
        line_changes.save(
            session, actor, [Draft(line, new)], areas=areas, now=now, reason=_reason(reason)
        )
    return line


def owner_phone(actor: Actor, line: Line) -> str | None:
    """The owner's telephone: whole for administrators and the line's unit, else masked."""
    return _phone(actor, line, line.owner_phone)


def history(session: Session, actor: Actor, line: Line) -> list[PastValue]:
    """What the line once said, the latest change first."""
    query = select(LineChange).where(LineChange.line_id == line.id)
    areas = all_areas(session)
    return [
        PastValue(
            field=change.field,
            label=FIELD_WORD[change.field],
            old=_in_words(actor, line, change.field, change.old_value, areas),
            new=_in_words(actor, line, change.field, change.new_value, areas),
            since=change.since,
            until=change.changed_at,
            by=change.changed_by,
        )
        for change in session.scalars(
            query.order_by(LineChange.changed_at.desc(), LineChange.id.desc())
        )
    ]


def checks_of(session: Session, actor: Actor, line: Line) -> Sequence[Check]:
    """The line's checks that the actor may see, with their rounds, the latest period first."""
    return session.scalars(
        select(Check)
        .join(Check.round)
        .where(
            Check.line_id == line.id,
            Round.purpose == "sample",
            rights.lines(actor),
            rights.checks(actor),
        )
        .join(Check.line)
        .options(contains_eager(Check.round))
        .order_by(Round.ends_on.desc(), Round.id.desc())
    ).all()


def _is(key: str | int) -> ColumnElement[bool]:
    return Line.id == key if isinstance(key, int) else Line.line_id == key


def _read(raw: Mapping[str, str], areas: Mapping[str, Area]) -> Values:
    reading = read(raw, areas)
    if reading.mistakes:
        raise Invalid(
            FieldError(name, text, value=raw[name][:60]) for name, text in reading.mistakes.items()
        )
    return reading.values


def _require_free(
    session: Session, actor: Actor, number: str, line_id: str | None, line: Line | None
) -> None:
    errors = []
    holder = session.scalar(select(Line).where(Line.number == number))
    if holder is not None and holder is not line:
        known = actor.role == "province_admin" or holder.group_code == actor.area_code
        text = (
            T("这个号码已是线路 {line} 的号码。", line=holder.line_id)
            if known
            else T("这个号码已由其他分组的线路使用。")
        )
        errors.append(FieldError("number", text, value=number))
    if line_id and session.scalar(select(Line.id).where(Line.line_id == line_id)) is not None:
        errors.append(FieldError("line_id", T("这个线路编号已有，请换一个。"), value=line_id))
    if errors:
        raise Invalid(errors)


def _reason(given: str) -> str | None:
    text = given.strip()
    if len(text) > _REASON_LENGTH:
        raise Invalid.one("reason", T("超过 {n} 个字，请缩短。", n=_REASON_LENGTH))
    return text or None


def _phone(actor: Actor, line: Line, phone: str | None) -> str | None:
    if phone is None or actor.is_admin or actor.unit_id == line.unit_id:
        return phone
    return mask(phone)


def mask(phone: str) -> str:
    """A telephone number with its middle hidden: 138****5678, 0311-****1234."""
    whole, turn, extension = phone.partition("转")
    area, dash, rest = whole.rpartition("-")
    head, tail = 3 if len(rest) > 8 else 0, min(4, len(rest) // 2)
    hidden = "*" * (len(rest) - head - tail)
    return f"{area}{dash}{rest[:head]}{hidden}{rest[-tail:]}{turn}{extension}"


def _in_words(
    actor: Actor, line: Line, field: str, value: str | None, areas: Mapping[str, Area]
) -> Text | str | None:
    if value is None:
        return None
    if field == "status":
        return words.LINE_STATUS[value]
    if field == "level":
        return words.LINE_LEVEL[value]
    if field in ("area_code", "report_group", "group_code"):
        return f"{areas[value].name}（{value}）" if value in areas else value
    return _phone(actor, line, value) if field == "owner_phone" else value
