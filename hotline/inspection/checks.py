"""A check: what its calls amount to, kept on its row and recomputed whenever a call changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Column, RowMapping, Select, Table, bindparam, select, update
from sqlalchemy.orm import Session

from hotline import rights
from hotline.errors import Conflict, Forbidden, NotFound, T
from hotline.inspection import rubrics
from hotline.inspection.call_content import dial_of
from hotline.models.inspection import Call, Check, Round, RubricVersion
from hotline.models.registry import Line
from hotline.rights import Actor
from hotline.rules.assessment import Assessment, assess
from hotline.rules.outcomes import Dial
from hotline.rules.reasons import Reason
from hotline.rules.retries import RetryRule
from hotline.rules.rubric import Rubric
from hotline.settings import Settings

_checks = cast(Table, Check.__table__)
_calls = cast(Table, Call.__table__)
_lock = select(_checks.c.id).with_for_update()
_settling = update(_checks).where(_checks.c.id == bindparam("wanted"))
_together = (
    select(_calls)
    .where(
        (_calls.c.check_id == bindparam("wanted"))
        | (_calls.c.idempotency_key == bindparam("same_key"))
    )
    .order_by(_calls.c.started_at)
)
# As little of a row as changing a check needs, for it is read at every call that is logged.
_HELD = tuple(
    _checks.c[name]
    for name in (
        "id",
        "number",
        "unit_id",
        "inspector_id",
        "duty_hours",
        "klass",
        "score_tenths",
        "calls_made",
        "closable",
        "review",
    )
)
_ROUND_COLUMNS = (
    Round.code.label("round_code"),
    Round.level.label("round_level"),
    Round.area_code.label("round_area"),
    Round.opened_at,
    Round.starts_on,
    Round.ends_on,
    Round.closed_at,
    RubricVersion.digest,
)


@dataclass(frozen=True)
class OpenCheck:
    """A check held for writing (on PostgreSQL its row is locked), with what judging it needs."""

    row: RowMapping
    rubric: Rubric
    rule: RetryRule

    @property
    def id(self) -> int:
        return self.row["id"]

    @property
    def round_is_open(self) -> bool:
        return self.row["closed_at"] is None


def hold(session: Session, actor: Actor, check_id: int, settings: Settings) -> OpenCheck:
    """Fetch a check in order to change it. Raises NotFound outside the actor's scope."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        # Lock, then look: a row that was waited for is read anew, what is joined to it is not.
        connection.execute(_lock.where(_checks.c.id == check_id))
    row = connection.execute(_holding(actor), {"wanted": check_id}).mappings().one_or_none()
    if row is None:
        raise NotFound(T("没有这条抽查任务，或您无权查看。"))
    return of_row(session, row, settings)


@lru_cache(maxsize=512)
def _holding(actor: Actor) -> Select[Any]:
    """The query of `hold`, kept: building it takes longer than running it."""
    return with_round(*_HELD).where(_checks.c.id == bindparam("wanted"), rights.checks(actor))


def hold_all(session: Session, found: Round) -> None:
    """Lock every check of a round (on PostgreSQL), and see the round as it is after the wait."""
    session.execute(_lock.where(_checks.c.round_id == found.id).order_by(_checks.c.id))
    session.refresh(found)


def untested(found: Round, line: Line, settings: Settings) -> dict[str, Any]:
    """The row of a new check: what is true of the line on the day its round is opened."""
    return {
        "round_id": found.id,
        "line_id": line.id,
        "number": line.number,
        "unit_id": line.unit_id,
        "area_code": line.area_code,
        "group_code": line.group_code,
        "duty_hours": str(settings.duty_of(line.duty_hours)),
        "open_reason": Reason("open.untested").to_json(),
    }


def with_round(*columns: Column[Any]) -> Select[Any]:
    """Rows of Check (all of it, or some columns) with what judging them needs of their round."""
    return (
        select(*(columns or (_checks,)), *_ROUND_COLUMNS)
        .join_from(_checks, Round, Round.id == _checks.c.round_id)
        .join(RubricVersion, RubricVersion.id == Round.rubric_id)
    )


def of_row(session: Session, row: RowMapping, settings: Settings) -> OpenCheck:
    """From a row of Check joined with its round's columns."""
    rubric = rubrics.load(session, row["digest"])
    duty = settings.duty_of(row["duty_hours"])
    return OpenCheck(row, rubric, RetryRule(rubric.retry, duty, settings.working_days))


DEALT_TO_ANOTHER = T("这条线路已分给另一位检查员，请由其拨测，或请管理员改派。")


def require_open_for_calls(check: OpenCheck, actor: Actor) -> None:
    """Calls are logged and corrected until the round closes, and never by one of the unit itself,
    nor by an inspector where the line is dealt to another.

    Raises Conflict or Forbidden. (Else whoever sees an open round at all may log calls in it.)
    """
    if not check.round_is_open:
        raise Conflict(T("本轮已关闭，不能再登记或更正拨测。"))
    if actor.unit_id is not None and actor.unit_id == check.row["unit_id"]:
        raise Forbidden(T("不能抽查本人所在单位的线路。"))
    if not rights.may_dial(actor, check.row["inspector_id"]):
        raise Forbidden(DEALT_TO_ANOTHER)


def calls_of(session: Session, check_ids: Iterable[int]) -> dict[int, list[RowMapping]]:
    """The calls of each check, by start."""
    query = select(_calls).where(_calls.c.check_id.in_(list(check_ids)))
    found: dict[int, list[RowMapping]] = {}
    for row in session.execute(query.order_by(_calls.c.started_at)).mappings():
        found.setdefault(row["check_id"], []).append(row)
    return found


def calls_with_key(session: Session, check: OpenCheck, key: str | None) -> Sequence[RowMapping]:
    """The calls of a check, and the one stored under an idempotency key wherever it is.

    Not asked for the first call of a check: a key of another check's then meets the constraint.
    """
    if not check.row["calls_made"]:
        return ()
    asked = {"wanted": check.id, "same_key": key}
    return session.connection().execute(_together, asked).mappings().all()


def stored_under(session: Session, keys: Iterable[str]) -> dict[str, tuple[int, str]]:
    """Idempotency key → the check whose call was stored under it, and the call's fingerprint."""
    columns = (_calls.c.idempotency_key, _calls.c.check_id, _calls.c.fingerprint)
    query = select(*columns).where(_calls.c.idempotency_key.in_(list(keys)))
    return {key: (check_id, mark) for key, check_id, mark in session.execute(query)}


def dials(calls: Iterable[Any]) -> list[Dial]:
    """Rows of Call as the rules see them."""
    return [dial_of(call, voided=call["voided_at"] is not None) for call in calls]


def derived(check: OpenCheck, of_calls: Sequence[Dial]) -> dict[str, Any]:
    """The derived columns of a check's row; the same calls always give the same values."""
    found = assess(of_calls, check.rubric)
    deciding = found.decisive
    return {
        **_judgement(found),
        "provisional": bool(found.open_items) and check.round_is_open,
        "ring_s": deciding.ring_s if deciding else None,
        "decisive_at": deciding.started_at if deciding else None,
        "calls_made": len(of_calls),
        "last_call_at": max((d.started_at for d in of_calls), default=None),
        **openness(check, of_calls),
    }


def openness(check: OpenCheck, of_calls: Sequence[Dial]) -> dict[str, Any]:
    """Those of the derived columns that hang on the calendar too."""
    progress = check.rule.progress(of_calls)
    return {
        "closable": progress.closable,
        "open_reason": progress.why.to_json() if progress.why else None,
        "next_call_at": progress.next_at,
        "redials": progress.redials,
    }


def settle(
    session: Session, check: OpenCheck, of_calls: Sequence[Dial], *, review: bool = True
) -> dict[str, Any]:
    """Write the derived columns; whatever was reviewed must be reviewed again.

    review=False leaves the review as it is (a round that closes). Returns what was written.
    """
    values = derived(check, of_calls)
    again = {
        "review": "pending",
        "review_reason": None,
        "reviewed_by": None,
        "reviewed_at": None,
    }
    written = values | again if review else values
    session.connection().execute(_settling, written | {"wanted": check.id})
    return values


def verify(session: Session, settings: Settings) -> tuple[int, list[str]]:
    """Recompute every check from its calls: how many there are, and which differ, in words.

    Only the judgement is compared for closed rounds; when a next dial would have been due may
    have moved since with the calendar.
    """
    different, count = [], 0
    for batch in session.execute(with_round().order_by(_checks.c.id)).mappings().partitions(500):
        calls = calls_of(session, [row["id"] for row in batch])
        for row in batch:
            count += 1
            check = of_row(session, row, settings)
            values = derived(check, dials(calls.get(row["id"], [])))
            if not check.round_is_open:
                values = {k: v for k, v in values.items() if k not in _OPENNESS}
            wrong = [name for name, value in values.items() if row[name] != value]
            if wrong:
                different.append(f"{row['round_code']} {row['number']}: {', '.join(wrong)}")
    return count, different


_OPENNESS = ("closable", "open_reason", "next_call_at", "redials")


def _judgement(found: Assessment) -> dict[str, Any]:
    return {
        "klass": found.klass.value if found.klass else None,
        "score_tenths": found.score_tenths,
        "attempts": found.attempts,
        "outcome": int(found.outcome) if found.outcome else None,
        "first_connected": found.first_connected,
        "critical": found.critical,
        "majors_failed": list(found.majors_failed),
        "reasons": [reason.to_json() for reason in found.reasons],
        "parts": [[p.id, p.value, p.earned, p.applicable] for p in found.parts],
    }
