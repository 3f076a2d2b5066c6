"""Calls out of a file: all or nothing, the same file twice changes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, select
from sqlalchemy.orm import Session

from hotline import audit, rights
from hotline.errors import Conflict, FieldError, Invalid, T, Text
from hotline.files.spreadsheets import Column, Row, TableFile, moment
from hotline.inspection import calls, checks, rubrics
from hotline.inspection.call_content import CallContent, parse
from hotline.inspection.checks import OpenCheck
from hotline.inspection.rounds import get_for
from hotline.models.inspection import Check, Round
from hotline.models.people import User
from hotline.models.registry import Line, LineChange, Unit
from hotline.registry.phone_numbers import BadNumber, normalise
from hotline.rights import Actor
from hotline.rules.rubric import Rubric
from hotline.settings import Settings

_BEFORE_ITEMS = (
    Column("number", "号码", required=True),
    Column("started_at", "拨打时间", required=True, note="北京时间，如 2026-11-22 09:30"),
    Column("attempt", "第几次", required=True, note="占线重拨与不计的拨测沿用同一次"),
    Column("outcome", "结果", required=True, note="代码（如 21）、英文键或中文（如 无人接听）"),
    Column("ring_s", "振铃秒数", note="0–120，一位小数；未接通请留空"),
    Column("transfer_count", "转接次数"),
    Column("transfer_wait_s", "转接等待秒数", note="最长的一次"),
    Column("hold_total_s", "等待秒数", note="合计"),
    Column("first_human_s", "首次人工秒数", note="振铃、菜单、排队之和"),
    Column("talk_s", "通话秒数"),
)
_AFTER_ITEMS = (
    Column("critical", "一票否决", note="B6、B7；没有请留空"),
    Column("answered_by", "接听人"),
    Column("scenario", "咨询内容"),
    Column("inspector", "检查员", note="留空为导入人"),
    Column("caller_number", "主叫号码"),
    Column("note", "备注"),
    Column("idempotency_key", "幂等键"),
)


def columns(rubric: Rubric) -> tuple[Column, ...]:
    """The columns of a call file under a rubric: its items by id, or by id and name."""
    items = tuple(
        Column(item.id, f"{item.id} {item.name}", note="是、否、不适用") for item in rubric.items
    )
    return _BEFORE_ITEMS + items + _AFTER_ITEMS


def columns_for(session: Session, actor: Actor, round_code: str) -> tuple[Column, ...]:
    """The columns of a round's call file. Raises NotFound outside the actor's scope."""
    found = get_for(session, actor, round_code)
    return columns(rubrics.load(session, found.rubric.digest))


@dataclass(frozen=True)
class Verdict:
    """What the file does to one check. Classes as on its row; None: untested."""

    number: str
    unit: str
    calls: int
    before: str | None
    after: str | None


@dataclass
class Plan:
    """A file that may be imported: `created` calls to store, `unchanged` ones known already."""

    created: int = 0
    unchanged: int = 0
    ignored: tuple[str, ...] = ()
    verdicts: list[Verdict] = field(default_factory=list)


@dataclass
class _Batch:
    """The rows of one check."""

    check: OpenCheck
    rows: list[tuple[Row, CallContent]] = field(default_factory=list)


def import_calls(
    session: Session,
    actor: Actor,
    round_code: str,
    table: TableFile,
    *,
    settings: Settings,
    now: datetime,
    dry_run: bool = False,
) -> Plan:
    """Store every dial of a file in one transaction, or refuse the whole file.

    dry_run checks everything and stores nothing. Raises NotFound, Conflict (round closed) or
    Invalid with every mistake, each with its row and column as the file names them.
    """
    held = _checks(session, actor, round_code, settings)
    before = checks.calls_of(session, [check.id for check in held.values()])
    batches, errors = _batches(session, actor, held, table, now)
    plan = Plan(ignored=table.ignored)
    stored = []
    under_key = _under_key(session, batches)
    for batch in batches:
        known = before.get(batch.check.id, [])
        new, wrong = _new_calls(batch, known, under_key, table)
        errors += wrong
        together = [*checks.dials(known), *(content.dial() for content in new)]
        try:
            calls.require_order(together, batch.check.rubric)
        except Invalid as refusal:
            errors.append(table.mistake(batch.rows[-1][0], "attempt", refusal.errors[0].text))
        plan.created += len(new)
        plan.unchanged += len(batch.rows) - len(new)
        stored.append((batch.check, new, together))
    if errors:
        raise Invalid(sorted(errors, key=lambda error: error.row or 0))
    entries = []
    for check, new, together in stored:
        if not new:
            continue
        if dry_run:
            plan.verdicts.append(_verdict(check, len(new), checks.derived(check, together)))
            continue
        ids = [calls.add(session, check, content, actor=actor, now=now) for content in new]
        values = checks.settle(session, check, together)
        plan.verdicts.append(_verdict(check, len(new), values))
        entries += [
            calls.journal_entry(check, content, call_id, actor, values)
            for content, call_id in zip(new, ids, strict=True)
        ]
    audit.record_all(session, entries, now=now)
    return plan


def _checks(
    session: Session, actor: Actor, round_code: str, settings: Settings
) -> Mapping[str, OpenCheck]:
    """Number → check, for the whole open round; their rows are locked on PostgreSQL."""
    found = get_for(session, actor, round_code)
    checks.hold_all(session, found)
    if not found.is_open:
        raise Conflict(T("本轮已关闭，不能再登记或更正拨测。"))
    query = (
        checks.with_round()
        .add_columns(Unit.name.label("unit"))
        .join(Unit, Unit.id == Check.unit_id)
        .where(Round.id == found.id, rights.checks(actor))
        .order_by(Check.id)
    )
    rows = session.execute(query).mappings()
    return {row["number"]: checks.of_row(session, row, settings) for row in rows}


def _batches(
    session: Session,
    actor: Actor,
    held: Mapping[str, OpenCheck],
    table: TableFile,
    now: datetime,
) -> tuple[list[_Batch], list[FieldError]]:
    people = _people(session)
    renamed = _renamed(session, held)
    errors: list[FieldError] = []
    batches: dict[int, _Batch] = {}
    for row in table.rows:
        wrong: list[FieldError] = []
        check = _check_of(held, renamed, row, table, wrong)
        if check is not None:
            content = _content(row, check, actor, people, table, wrong)
            if content is not None:
                found = calls.against_round(check, content, now)
                wrong += [table.mistake(row, error.field, error.text) for error in found]
            if content is not None and not wrong:
                batches.setdefault(check.id, _Batch(check)).rows.append((row, content))
        errors += wrong
    return list(batches.values()), errors


def _check_of(
    held: Mapping[str, OpenCheck],
    renamed: Mapping[str, str],
    row: Row,
    table: TableFile,
    wrong: list[FieldError],
) -> OpenCheck | None:
    try:
        number = normalise(row.values["number"], demo=True)
    except BadNumber as refusal:
        wrong.append(table.mistake(row, "number", refusal.text))
        return None
    if number not in held:
        said = T("本轮没有这个号码，请核对。")
        if number in renamed:
            said = T("该线路在本轮的号码是 {number}，请按此填写。", number=renamed[number])
        wrong.append(table.mistake(row, "number", said))
    return held.get(number)


def _renamed(session: Session, held: Mapping[str, OpenCheck]) -> dict[str, str]:
    """Other numbers that lines of the round have or had → the one that the round knows.

    None that several of its lines had.
    """
    rounds_own = {check.row["line_id"]: number for number, check in held.items()}
    found: dict[str, set[str]] = {}
    now = select(Line.id, Line.number).join(Check, Check.line_id == Line.id)
    then = select(LineChange.line_id, LineChange.old_value).where(LineChange.field == "number")
    of_round = Check.round_id.in_({check.row["round_id"] for check in held.values()})
    lines = select(Check.line_id).where(of_round)
    for query in (now.where(of_round), then.where(LineChange.line_id.in_(lines))):
        for line_id, number in session.execute(query):
            if line_id in rounds_own and number and number not in held:
                found.setdefault(number, set()).add(rounds_own[line_id])
    return {number: own.pop() for number, own in found.items() if len(own) == 1}


def _content(
    row: Row,
    check: OpenCheck,
    actor: Actor,
    people: Mapping[str, User],
    table: TableFile,
    wrong: list[FieldError],
) -> CallContent | None:
    raw: dict[str, Any] = {k: v for k, v in row.values.items() if k != "number" and v}
    try:
        if "started_at" in raw:
            raw["started_at"] = moment(raw["started_at"])
    except ValueError:
        text = T("请写日期和时间，如 2026-11-22 09:30。")
        wrong.append(table.mistake(row, "started_at", text))
        raw["started_at"] = check.row["opened_at"]
    named = raw.get("inspector", "")
    person = people.get(named)
    if person is not None:
        raw["inspector"] = person.name
    if named and not actor.is_admin and raw["inspector"] != actor.name:
        wrong.append(table.mistake(row, "inspector", T("只能登记本人的拨测。")))
    unit_id = person.unit_id if person else None
    if check.row["unit_id"] in (unit_id, actor.unit_id):
        wrong.append(table.mistake(row, "inspector", T("不能抽查本人所在单位的线路。")))
    if not rights.may_dial(actor, check.row["inspector_id"]):
        wrong.append(table.mistake(row, "number", checks.DEALT_TO_ANOTHER))
    try:
        return parse(raw, check.rubric)
    except Invalid as refusal:
        wrong += [_placed(row, error, table) for error in refusal.errors]
        return None


def _placed(row: Row, error: FieldError, table: TableFile) -> FieldError:
    placed = table.mistake(row, error.field, error.text)
    if error.value and not placed.value:
        return FieldError(placed.field, placed.text, placed.row, error.value)
    return placed


def _new_calls(
    batch: _Batch,
    known: Sequence[RowMapping],
    under_key: dict[str, tuple[int, str]],
    table: TableFile,
) -> tuple[list[CallContent], list[FieldError]]:
    """The dials of a batch not stored yet; a differing one at a known start is an error.

    So is one under the key of another check's dial. `under_key` is added to.
    """
    at_start = {call["started_at"]: call["fingerprint"] for call in known}
    # What was given before counts as known, whatever was set right since.
    given = {call["fingerprint"] for call in known}
    new, errors = [], []
    for row, content in batch.rows:
        if content.fingerprint in given:
            continue
        at, own = content.started_at, (batch.check.id, content.fingerprint)
        stored = at_start.get(at)
        same_key = under_key.get(content.idempotency_key or "")
        if stored is None and same_key is None:
            new.append(content)
            at_start[at] = content.fingerprint
            if content.idempotency_key:
                under_key[content.idempotency_key] = own
        elif content.fingerprint != stored and own != same_key:
            errors.append(table.mistake(row, "started_at", _DIFFERENT))
    return new, errors


_DIFFERENT: Text = T("此号码此时（或此幂等键）已登记过内容不同的拨测；如需更改请用“更正”。")


def _under_key(session: Session, batches: Iterable[_Batch]) -> dict[str, tuple[int, str]]:
    """Key → check and fingerprint of the call already stored under it, for the keys of a file."""
    contents = (content for batch in batches for _, content in batch.rows)
    keys = [content.idempotency_key for content in contents if content.idempotency_key]
    return checks.stored_under(session, keys) if keys else {}


def _people(session: Session) -> Mapping[str, User]:
    """Users by name and by full name, where that is one person's only."""
    everyone = session.scalars(select(User)).all()
    full = [user.full_name for user in everyone if user.full_name]
    people = {user.full_name: user for user in everyone if full.count(user.full_name) == 1}
    return people | {user.name: user for user in everyone}


def _verdict(check: OpenCheck, made: int, values: Mapping[str, Any]) -> Verdict:
    row = check.row
    return Verdict(row["number"], row["unit"], made, row["klass"], values["klass"])
