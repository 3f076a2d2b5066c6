"""Lines put down and altered: no value is lost without a trace of what it was, and since when."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hotline import audit
from hotline.errors import Conflict, T
from hotline.models.registry import Area, Line, LineChange, Unit
from hotline.registry.areas import group_of
from hotline.registry.line_fields import FIELDS, Values
from hotline.rights import Actor

TRACKED = (*FIELDS, "group_code")
_FEW = 500


@dataclass(frozen=True)
class Draft:
    """How a line shall be: every field of FIELDS. `line` None: a new one, of that id if given."""

    line: Line | None
    values: Values
    line_id: str | None = None


def values_of(line: Line) -> Values:
    """What a line says now, all that is tracked; the unit by its name."""
    return {name: line.unit.name if name == "unit" else getattr(line, name) for name in TRACKED}


def with_group(values: Mapping[str, str | None], areas: Mapping[str, Area]) -> Values:
    """The values with the reporting group they amount to."""
    group = values.get("report_group") or group_of(str(values["area_code"]), areas)
    return {**values, "group_code": group}


def differences(old: Values, new: Values) -> list[str]:
    """The names of the fields that differ, in a fixed order."""
    return [name for name in TRACKED if old[name] != new[name]]


def groups_concerned(old: Values | None, new: Values, areas: Mapping[str, Area]) -> set[str]:
    """The reporting groups that a change of one line (`old` None: a new one) concerns.

    The line's own before and after, and that of the area whose unit it newly belongs to: the
    rights to a unit's papers follow its lines, so a unit may not be drawn into another group.
    """
    concerned = {str(each["group_code"]) for each in (old, new) if each}
    if old is None or any(old[name] != new[name] for name in ("area_code", "unit")):
        concerned.add(group_of(str(new["area_code"]), areas))
    return concerned


def save(
    session: Session,
    actor: Actor,
    drafts: Sequence[Draft],
    *,
    areas: Mapping[str, Area],
    now: datetime,
    reason: str | None = None,
) -> list[Line]:
    """Make the lines as drafted: history, journal, units as needed. What is the same stays.

    Numbers may change hands among the drafts. Raises Conflict if someone else was quicker.
    """
    wanted = [(draft, with_group(draft.values, areas)) for draft in drafts]
    try:
        units = _units(session, (values for _, values in wanted))
        changed = [
            (draft.line, old, values)
            for draft, values in wanted
            if draft.line is not None
            for old in [values_of(draft.line)]
            if differences(old, values)
        ]
        _free_numbers(session, [(line, values) for line, _, values in changed])
        _write_history(session, actor, changed, now)
        for line, _, values in changed:
            _fill(line, values, units)
        made = _add(session, [(d.line_id, v) for d, v in wanted if d.line is None], units, now)
        session.flush()
    except IntegrityError as error:
        raise Conflict(T("线路刚被他人修改，请刷新后重试。")) from error
    _journal(session, actor, changed, made, now, reason)
    remaining = iter(made)
    return [draft.line or next(remaining) for draft in drafts]


def regroup(
    session: Session,
    actor: Actor,
    lines: Iterable[Line],
    *,
    areas: Mapping[str, Area],
    now: datetime,
    reason: str | None = None,
) -> None:
    """Bring the lines to the reporting group that their areas now amount to."""
    changed = [
        (line, old, new)
        for line in lines
        for old in [values_of(line)]
        for new in [with_group(old, areas)]
        if old != new
    ]
    _write_history(session, actor, changed, now)
    for line, _, new in changed:
        line.group_code = str(new["group_code"])
    session.flush()
    _journal(session, actor, changed, [], now, reason)


def _units(session: Session, wanted: Iterable[Values]) -> dict[tuple[str, str], Unit]:
    keys = dict.fromkeys((str(each["area_code"]), str(each["unit"])) for each in wanted)
    codes = {code for code, _ in keys}
    units = {
        (unit.area_code, unit.name): unit
        for unit in session.scalars(select(Unit).where(Unit.area_code.in_(codes)))
    }
    for code, name in keys:
        if (code, name) not in units:
            units[code, name] = Unit(area_code=code, name=name)
            session.add(units[code, name])
    session.flush()
    return units


def _free_numbers(session: Session, changed: Iterable[tuple[Line, Values]]) -> None:
    """Let go of the numbers that are given up, so that another line can take them."""
    for line, values in changed:
        if line.number != values["number"]:
            line.number = f"~{uuid.uuid4().hex}"
    session.flush()


def _fill(line: Line, values: Values, units: Mapping[tuple[str, str], Unit]) -> None:
    for name in TRACKED:
        if name == "unit":
            line.unit = units[str(values["area_code"]), str(values["unit"])]
        else:
            setattr(line, name, values[name])


def _add(
    session: Session,
    wanted: Sequence[tuple[str | None, Values]],
    units: Mapping[tuple[str, str], Unit],
    now: datetime,
) -> list[Line]:
    made = []
    for line_id, values in wanted:
        line = Line(line_id=line_id or f"~{uuid.uuid4().hex}", created_at=now)
        _fill(line, values, units)
        session.add(line)
        made.append(line)
    session.flush()
    for line, (line_id, _) in zip(made, wanted, strict=True):
        if line_id is None:
            line.line_id = _free_id(session, line.id)
            session.flush()
    return made


def _free_id(session: Session, serial: int) -> str:
    """An id after the line's serial number that no one has given by hand."""
    name, turn = f"L{serial:05d}", 1
    while session.scalar(select(Line.id).where(Line.line_id == name)) is not None:
        turn += 1
        name = f"L{serial:05d}-{turn}"
    return name


def _write_history(
    session: Session,
    actor: Actor,
    changed: Sequence[tuple[Line, Values, Values]],
    now: datetime,
) -> None:
    if not changed:
        return
    latest = select(LineChange.line_id, LineChange.field, func.max(LineChange.changed_at)).group_by(
        LineChange.line_id, LineChange.field
    )
    if len(changed) <= _FEW:
        latest = latest.where(LineChange.line_id.in_([line.id for line, _, _ in changed]))
    began = {(line_id, name): at for line_id, name, at in session.execute(latest)}
    session.add_all(
        LineChange(
            line_id=line.id,
            field=name,
            old_value=old[name],
            new_value=new[name],
            since=began.get((line.id, name), line.created_at),
            changed_at=now,
            changed_by=actor.name,
        )
        for line, old, new in changed
        for name in differences(old, new)
    )


def _journal(
    session: Session,
    actor: Actor,
    changed: Iterable[tuple[Line, Values, Values]],
    made: Iterable[Line],
    now: datetime,
    reason: str | None,
) -> None:
    entries: list[tuple[Line, Values | None, Values]] = [
        (line, {name: old[name] for name in names}, {name: new[name] for name in names})
        for line, old, new in changed
        for names in [differences(old, new)]
    ]
    for line in made:
        entries.append((line, None, {k: v for k, v in values_of(line).items() if v is not None}))
    for line, before, after in entries:
        audit.record(
            session,
            actor=actor.name,
            action="line.change" if before else "line.add",
            subject="line",
            subject_id=line.line_id,
            now=now,
            old=before,
            new=after,
            reason=reason,
        )
