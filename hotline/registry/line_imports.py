"""Lines from a table: first a plan that shows every difference, then all of it or nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from hotline.errors import FieldError, Forbidden, Invalid, T, Text
from hotline.files.spreadsheets import Row, TableFile
from hotline.models.registry import Area, Line
from hotline.registry import line_changes
from hotline.registry.areas import all_areas
from hotline.registry.line_changes import (
    Draft,
    differences,
    groups_concerned,
    values_of,
    with_group,
)
from hotline.registry.line_fields import FIELD_WORD, FIELDS, Reading, Values, read
from hotline.rights import Actor

NEW, CHANGED, SAME = "new", "changed", "same"
VERDICT = {NEW: T("新增"), CHANGED: T("变更"), SAME: T("不变")}


@dataclass(frozen=True)
class FieldChange:
    """One field of a line: what it is, what it will be."""

    field: str
    old: str | None
    new: str | None

    def __str__(self) -> str:
        return f"{FIELD_WORD[self.field]} {self.old or '（空）'} → {self.new or '（空）'}"


@dataclass(frozen=True)
class PlannedLine:
    """What one row of the file amounts to. `line_id` None: a new line, numbered when saved."""

    row: int
    verdict: str
    line_id: str | None
    number: str
    unit: str
    changes: tuple[FieldChange, ...]
    warnings: tuple[Text, ...]
    draft: Draft = field(repr=False)

    def __str__(self) -> str:
        names = [str(VERDICT[self.verdict]), self.line_id or "", self.number, self.unit]
        changes = "；".join(map(str, self.changes)) if self.verdict == CHANGED else ""
        said = f"第 {self.row} 行 {' '.join(filter(None, names))}"
        return f"{said}：{changes}" if changes else said


@dataclass(frozen=True)
class Plan:
    """What a file would do, row by row; `ignored`: headers it did not know."""

    filename: str
    rows: tuple[PlannedLine, ...]
    ignored: tuple[str, ...]

    @property
    def added(self) -> int:
        return self._count(NEW)

    @property
    def changed(self) -> int:
        return self._count(CHANGED)

    @property
    def unchanged(self) -> int:
        return self._count(SAME)

    @property
    def warnings(self) -> list[Text]:
        """What to look at before saving, each with its row."""
        return [
            T("第 {row} 行（{number}）：{what}", row=row.row, number=row.number, what=what)
            for row in self.rows
            for what in row.warnings
        ]

    def _count(self, verdict: str) -> int:
        return sum(row.verdict == verdict for row in self.rows)


def import_lines(
    session: Session, actor: Actor, table: TableFile, *, demo_numbers: bool = False, now: datetime
) -> Plan:
    """Plan and apply; raises Invalid with every mistake, and then nothing was changed."""
    plan = plan_import(session, actor, table, demo_numbers=demo_numbers)
    apply_plan(session, actor, plan, now=now)
    return plan


def apply_plan(session: Session, actor: Actor, plan: Plan, *, now: datetime) -> list[Line]:
    """Save a plan made in this very transaction; the lines in the order of the file."""
    return line_changes.save(
        session,
        actor,
        [row.draft for row in plan.rows],
        areas=all_areas(session),
        now=now,
        reason=plan.filename,
    )


def plan_import(
    session: Session, actor: Actor, table: TableFile, *, demo_numbers: bool = False
) -> Plan:
    """Compare a file with the registry; nothing is written.

    A line is found by line_id where the row gives one (an unknown one is a new line's), else by
    its number. Raises Forbidden for all but administrators, Invalid with every mistake.
    """
    if not actor.is_admin:
        raise Forbidden(T("只有管理员可以导入线路。"))
    planning = _Planning(session, actor, table, demo_numbers)
    planned = tuple(planning.rows())
    if planning.errors:
        raise Invalid(sorted(planning.errors, key=lambda error: error.row or 0))
    return Plan(table.filename, planned, table.ignored)


class _Planning:
    """One file against one state of the registry."""

    def __init__(self, session: Session, actor: Actor, table: TableFile, demo_numbers: bool):
        self.actor = actor
        self.table = table
        self.errors: list[FieldError] = []
        self.areas: Mapping[str, Area] = all_areas(session)
        # Held on PostgreSQL, so that no other import changes them between plan and save.
        query = select(Line).options(joinedload(Line.unit)).order_by(Line.id)
        known = session.scalars(query.with_for_update(of=Line)).all()
        self.by_id = {line.line_id: line for line in known}
        self.by_number = {line.number: line for line in known}
        self.units = {
            (line.area_code, line.unit.name) for line in known if line.status != "retired"
        }
        self.read = [
            (row, read(row.values, self.areas, demo_numbers=demo_numbers)) for row in table.rows
        ]
        named = (reading.values.get("line_id") for _, reading in self.read)
        self.claimed = {self.by_id[each].id for each in named if each and each in self.by_id}

    def rows(self) -> Iterator[PlannedLine]:
        self._find_repeats()
        for row, reading in self.read:
            for name, text in reading.mistakes.items():
                self._wrong(row, name, text)
            if not reading.mistakes:
                yield self._plan(row, reading)

    def _plan(self, row: Row, reading: Reading) -> PlannedLine:
        said = reading.values
        line = self._line_of(said)
        old = values_of(line) if line else None
        start: Values = old or {**dict.fromkeys(FIELDS), "status": "active"}
        new = with_group({name: said.get(name, start[name]) for name in FIELDS}, self.areas)
        self._check_right(row, old, new)
        self._check_number(row, line, new)
        names = differences(old, new) if old else [name for name in new if new[name] is not None]
        return PlannedLine(
            row=row.number,
            verdict=NEW if old is None else CHANGED if names else SAME,
            line_id=line.line_id if line else said.get("line_id"),
            number=str(new["number"]),
            unit=str(new["unit"]),
            changes=tuple(FieldChange(n, old[n] if old else None, new[n]) for n in names),
            warnings=tuple(self._warnings(line, said, new)),
            draft=Draft(line, new, said.get("line_id")),
        )

    def _line_of(self, said: Values) -> Line | None:
        if said.get("line_id"):
            return self.by_id.get(str(said["line_id"]))
        line = self.by_number.get(str(said["number"]))
        # A line that another row names by its id gives this number up.
        return None if line and line.id in self.claimed else line

    def _find_repeats(self) -> None:
        for name, text in (
            ("number", T("与第 {row} 行的号码相同，请只留一行。")),
            ("line_id", T("与第 {row} 行的线路编号相同，请只留一行。")),
        ):
            first: dict[str, int] = {}
            for row, reading in self.read:
                value = reading.values.get(name)
                if value is None:
                    continue
                if value in first:
                    self._wrong(row, name, Text(text.msgid, {"row": first[value]}))
                first.setdefault(value, row.number)

    def _check_right(self, row: Row, old: Values | None, new: Values) -> None:
        if self.actor.role == "province_admin":
            return
        if groups_concerned(old, new, self.areas) != {self.actor.area_code}:
            self._wrong(row, "number", T("不是本市（分组）的线路，不能导入。"))

    def _check_number(self, row: Row, line: Line | None, new: Values) -> None:
        holder = self.by_number.get(str(new["number"]))
        if holder is None or holder is line or holder.id in self.claimed:
            return
        if self.actor.role != "province_admin" and holder.group_code != self.actor.area_code:
            text = T("这个号码已由其他分组的线路使用。")
        else:
            text = T("这个号码已是线路 {line} 的号码，请核对线路编号。", line=holder.line_id)
        self._wrong(row, "number", text)

    def _warnings(self, line: Line | None, said: Values, new: Values) -> Iterator[Text]:
        unit = str(new["area_code"]), str(new["unit"])
        if line is None and not said.get("line_id") and unit in self.units:
            yield T("按新线路登记；若是改号请填线路编号（line_id）。")
        if line is not None and line.status == "retired" and new["status"] == "retired":
            yield T("这条线路已注销；要重新启用请把状态填为在用。")

    def _wrong(self, row: Row, name: str, text: Text) -> None:
        self.errors.append(self.table.mistake(row, name, text))
