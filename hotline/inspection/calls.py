"""Test calls: log, correct, strike out. The check is judged again in the same transaction."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import RowMapping, Table, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hotline import audit, rights
from hotline.clock import local
from hotline.errors import Conflict, FieldError, Forbidden, Invalid, NotFound, T, Text
from hotline.inspection import checks
from hotline.inspection.call_content import CallContent, parse
from hotline.inspection.checks import OpenCheck, dials, hold
from hotline.models.inspection import Call, CallCorrection, Check, Round
from hotline.rights import Actor
from hotline.rules.outcomes import Dial, Disorder, Outcome, disorder
from hotline.rules.rubric import Rubric
from hotline.settings import Settings

_calls = cast(Table, Call.__table__)
_corrections = cast(Table, CallCorrection.__table__)
_insert = insert(_calls)

CORRECTABLE = (
    "started_at",
    "attempt",
    "outcome",
    "ring_s",
    "transfer_count",
    "transfer_wait_s",
    "hold_total_s",
    "first_human_s",
    "talk_s",
    "answers",
    "critical",
    "answered_by",
    "scenario",
    "note",
    "caller_number",
)

_DISORDER: Mapping[Disorder, Text] = {
    Disorder.AFTER_SETTLED: T(
        "此前的拨测已有定论（接通受理、挂断、拒绝或转接丢失），不能再拨；确需重拨，请复核人先作废那一次。"
    ),
    Disorder.NUMBER_TAKEN: T("同一“第几次”只能用于占线后的重拨（至多 {n} 次）；请改为下一次。"),
    Disorder.TIME_BACKWARDS: T("“第几次”与拨打时间的先后不一致，请核对。"),
}
_UNSETTLES = T(
    "这次拨测已有定论（接通受理、挂断、拒绝或转接丢失），不能改成没有定论的结果；确属误记或不应计入的，"
    "请复核人注明原因作废。"
)


@dataclass(frozen=True)
class Recorded:
    """`created` False: the same dial had been logged before, nothing was changed."""

    call_id: int
    created: bool


def record(
    session: Session,
    actor: Actor,
    check_id: int,
    raw: Mapping[str, Any],
    *,
    settings: Settings,
    now: datetime,
) -> Recorded:
    """Log one dial of a check. `raw` is what `call_content.parse` takes.

    The same idempotency key or the same start with the same content stores one call. Raises
    NotFound, Forbidden, Conflict (round closed, another dial under the same key or start) or
    Invalid with every mistake.
    """
    check = hold(session, actor, check_id, settings)
    checks.require_open_for_calls(check, actor)
    content = parse(raw, check.rubric)
    stored = checks.calls_with_key(session, check, content.idempotency_key)
    if known := logged_before(check, content, stored):
        return known
    errors = against_round(check, content, now)
    if errors:
        raise Invalid(errors)
    before = [call for call in stored if call["check_id"] == check.id]
    together = [*dials(before), content.dial()]
    require_order(together, check.rubric)
    call_id = add(session, check, content, actor=actor, now=now)
    values = checks.settle(session, check, together)
    audit.record(session, now=now, **journal_entry(check, content, call_id, actor, values))
    return Recorded(call_id, created=True)


def logged_before(
    check: OpenCheck, content: CallContent, stored: Iterable[RowMapping]
) -> Recorded | None:
    """The call already stored with this content, even if it was set right since.

    Conflict if another one has its key or its start. `stored`: the calls of the check, and any
    under the key.
    """
    stored, key = list(stored), content.idempotency_key
    for call in stored:
        if call["check_id"] == check.id and call["fingerprint"] == content.fingerprint:
            return Recorded(call["id"], created=False)
    for call in stored:
        same_start = call["check_id"] == check.id and call["started_at"] == content.started_at
        if same_start or (key is not None and call["idempotency_key"] == key):
            raise _different(check, content)
    return None


def _different(check: OpenCheck, content: CallContent) -> Conflict:
    return Conflict(
        T(
            "{number} 在 {time} 已登记过一次内容不同的拨测；如需更改请用“更正”。",
            number=check.row["number"],
            time=f"{local(content.started_at):%Y-%m-%d %H:%M:%S}",
        )
    )


def against_round(check: OpenCheck, content: CallContent, now: datetime) -> list[FieldError]:
    """A dial must lie in its round's window, and in the past."""
    day, row = local(content.started_at).date(), check.row
    if not row["starts_on"] <= day <= row["ends_on"]:
        window = {"first": row["starts_on"], "last": row["ends_on"]}
        return [
            FieldError(
                "started_at",
                T("拨打时间不在本轮抽查期内（{first} 至 {last}）。", **window),
                value=str(day),
            )
        ]
    if content.started_at > now:
        return [FieldError("started_at", T("拨打时间晚于现在，请核对。"))]
    return []


def require_order(together: list[Dial], rubric: Rubric) -> None:
    """Raises Invalid if these dials cannot be one check's."""
    wrong = disorder(together, rubric.retry.busy_redials)
    if wrong is not None:
        said = _DISORDER[wrong]
        raise Invalid.one("attempt", Text(said.msgid, {"n": rubric.retry.busy_redials}))


def add(
    session: Session, check: OpenCheck, content: CallContent, *, actor: Actor, now: datetime
) -> int:
    """Insert the call's row; the caller settles the check. Only administrators log for others.

    Raises Conflict if another check's call took the idempotency key at this very moment.
    """
    row = content.stored() | {
        "check_id": check.id,
        "number_dialled": check.row["number"],
        "inspector": (actor.is_admin and content.inspector) or actor.name,
        "recorded_by": actor.name,
        "recorded_at": now,
        "idempotency_key": content.idempotency_key,
        "fingerprint": content.fingerprint,
    }
    try:
        key = session.connection().execute(_insert, row).inserted_primary_key
    except IntegrityError as error:
        raise _different(check, content) from error
    return int(cast(Any, key)[0])


def journal_entry(
    check: OpenCheck, content: CallContent, call_id: int, actor: Actor, values: Mapping[str, Any]
) -> dict[str, Any]:
    """What the journal says of a call that was logged, and of what it made of the check."""
    return {
        "actor": actor.name,
        "action": "call.record",
        "subject": "call",
        "subject_id": call_id,
        "old": _verdict(check.row),
        "new": {
            "round": check.row["round_code"],
            "number": check.row["number"],
            "started_at": content.started_at.isoformat(),
            "attempt": content.attempt,
            "outcome": content.outcome.name,
            **_verdict(values),
        },
    }


def correct(
    session: Session,
    actor: Actor,
    call_id: int,
    raw: Mapping[str, Any],
    *,
    reason: str,
    settings: Settings,
    now: datetime,
) -> int:
    """Set values of a call right, keeping the old ones; returns how many changed.

    `raw` holds the whole content as it should be. Raises as `record` does, and Invalid without
    a reason, or where a dial that settled its check would not settle it any more: only a reviewer
    opens a check to a better second try (they strike the dial out).
    """
    check, call = hold_call(session, actor, call_id, settings)
    checks.require_open_for_calls(check, actor)
    entry = amend(session, actor, check, call, raw, reason=reason, now=now)
    if entry is None:
        return 0
    outcome = Outcome(entry["new"].get("outcome", call["outcome"]))
    if Outcome(call["outcome"]).settles and not outcome.settles:
        raise Invalid.one("outcome", _UNSETTLES)
    audit.record(session, now=now, **entry)
    return len(entry["new"])


def amend(
    session: Session,
    actor: Actor,
    check: OpenCheck,
    call: RowMapping,
    raw: Mapping[str, Any],
    *,
    reason: str,
    now: datetime,
) -> dict[str, Any] | None:
    """The correction itself, of a check that is held; its journal entry, None if nothing changed.

    The caller says whether calls of this check may be changed at all.
    """
    if call["voided_at"] is not None:
        raise Conflict(T("这次拨测已作废，不能更正。"))
    content = parse(raw, check.rubric)
    errors = against_round(check, content, now)
    if not reason.strip():
        errors.append(FieldError("reason", T("请写明更正的原因。")))
    if errors:
        raise Invalid(errors)
    of_check = checks.calls_of(session, [check.id])[check.id]
    others = [c for c in of_check if c["id"] != call["id"]]
    if any(c["started_at"] == content.started_at for c in others):
        raise Invalid.one("started_at", T("同一时间已有另一次拨测。"))
    together = [*dials(others), content.dial()]
    require_order(together, check.rubric)
    stored = content.stored()
    changed = {f: stored[f] for f in CORRECTABLE if stored[f] != call[f]}
    if not changed:
        return None
    old = {field: _plain(call[field]) for field in changed}
    new = {field: _plain(value) for field, value in changed.items()}
    session.execute(
        insert(_corrections),
        [
            {
                "call_id": call["id"],
                "field": field,
                "old_value": old[field],
                "new_value": new[field],
                "reason": reason.strip(),
                "corrected_by": actor.name,
                "corrected_at": now,
            }
            for field in changed
        ],
    )
    session.execute(update(_calls).where(_calls.c.id == call["id"]).values(changed))
    checks.settle(session, check, together)
    return {
        "actor": actor.name,
        "action": "call.correct",
        "subject": "call",
        "subject_id": call["id"],
        "old": old,
        "new": new,
        "reason": reason.strip(),
    }


def void(
    session: Session,
    actor: Actor,
    call_id: int,
    *,
    reason: str,
    settings: Settings,
    now: datetime,
) -> None:
    """Strike out a dial that a reviewer found not to count. Raises Forbidden for one's own call."""
    check, call = hold_call(session, actor, call_id, settings)
    rights.require_manages(actor, check.row["round_level"], check.row["round_area"])
    checks.require_open_for_calls(check, actor)
    if actor.name in (call["inspector"], call["recorded_by"]):
        raise Forbidden(T("不能复核本人的拨测，请由另一位管理员处理。"))
    if not reason.strip():
        raise Invalid.one("reason", T("请写明作废的原因。"))
    audit.record(session, now=now, **strike_out(session, actor, check, call, reason, now=now))


def strike_out(
    session: Session,
    actor: Actor,
    check: OpenCheck,
    call: RowMapping,
    reason: str,
    *,
    now: datetime,
) -> dict[str, Any]:
    """The striking out itself, of a check that is held; its journal entry.

    The caller says whether calls of this check may be changed at all.
    """
    if call["voided_at"] is not None:
        raise Conflict(T("这次拨测已经作废。"))
    values = {"voided_at": now, "voided_by": actor.name, "void_reason": reason.strip()}
    session.execute(update(_calls).where(_calls.c.id == call["id"]).values(values))
    after = checks.settle(session, check, dials(checks.calls_of(session, [check.id])[check.id]))
    return {
        "actor": actor.name,
        "action": "call.void",
        "subject": "call",
        "subject_id": call["id"],
        "old": _verdict(check.row),
        "new": _verdict(after),
        "reason": reason.strip(),
    }


def hold_call(
    session: Session, actor: Actor, call_id: int, settings: Settings
) -> tuple[OpenCheck, RowMapping]:
    """Fetch a call and hold its check in order to change it. Raises NotFound outside the scope."""
    check_id = session.scalar(select(_calls.c.check_id).where(_calls.c.id == call_id))
    if check_id is None:
        raise NotFound(T("没有这次拨测，或您无权查看。"))
    check = hold(session, actor, check_id, settings)
    call = session.execute(select(_calls).where(_calls.c.id == call_id)).mappings().one()
    return check, call


def corrections(session: Session, actor: Actor, check_id: int) -> list[CallCorrection]:
    """What was set right in a check's calls, oldest first; empty outside the actor's scope."""
    query = (
        select(CallCorrection)
        .join(Call, Call.id == CallCorrection.call_id)
        .join(Check, Check.id == Call.check_id)
        .join(Round, Round.id == Check.round_id)
        .where(Check.id == check_id, rights.checks(actor))
        .order_by(CallCorrection.id)
    )
    return list(session.scalars(query))


def _verdict(row: Any) -> dict[str, Any]:
    return {"class": row["klass"], "score_tenths": row["score_tenths"]}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
