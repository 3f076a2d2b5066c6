"""What is said of one dial: the one schema that form and file pass through.

Seconds are rounded half-up to one decimal on entry. What a dial that was not connected cannot
have (a ring to the answer, a transfer, an answer) is not kept.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cached_property
from typing import Annotated, Any
from unicodedata import normalize

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from hotline.errors import FieldError, Invalid, T, Text
from hotline.rules.outcomes import ANSWERED, LABELS, Dial, Outcome, parse_outcome
from hotline.rules.rubric import Rubric
from hotline.rules.scoring import NA, NO, YES

SECONDS = ("ring_s", "transfer_wait_s", "hold_total_s", "first_human_s", "talk_s")
IF_CONNECTED = (*SECONDS, "transfer_count")
_FIRST, _AFTER_LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_LONGEST = 10_000

_ANSWERS = {"是": YES, "y": YES, "yes": YES, "否": NO, "n": NO, "no": NO}
_ANSWERS |= {"不适用": NA, "na": NA, "n/a": NA, "n.a.": NA}


def _seconds(value: Any) -> float | None:
    if value is None or value == "":
        return None
    try:
        number = Decimal(normalize("NFKC", str(value)).strip())
        if not number.is_finite():
            raise ValueError(value)
        return float(number.quantize(Decimal("0.1"), ROUND_HALF_UP))
    except InvalidOperation as error:
        raise ValueError(value) from error


def _whole(value: Any) -> int | None:
    if value is None or value == "":
        return None
    return int(normalize("NFKC", str(value)).strip())


def _outcome(value: Any) -> Outcome:
    if isinstance(value, int):
        return Outcome(value)
    found = parse_outcome(str(value))
    if found is None:
        raise ValueError(value)
    return found


def _answers(value: Mapping[str, str]) -> dict[str, str]:
    given = {key: normalize("NFKC", text).strip().lower() for key, text in value.items()}
    return {key: _ANSWERS[text] for key, text in given.items() if text}


def _critical(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        for mark in "、，;；/ ":
            value = value.replace(mark, ",")
        value = normalize("NFKC", value).upper().split(",")
    return tuple(sorted({item.strip() for item in value if item.strip()}))


def _text(value: Any) -> str | None:
    if value is None:
        return None
    text = str(value)
    if len(text) <= _LONGEST:
        # What is longer is refused anyway, and normalising takes time by the square of the length.
        text = normalize("NFC", text)
    kept = "".join(c for c in text if c >= " " or c in "\n\t")
    return kept.strip() or None


Ring = Annotated[float | None, Field(ge=0, le=120), BeforeValidator(_seconds)]
Wait = Annotated[float | None, Field(ge=0, le=3600), BeforeValidator(_seconds)]
Talk = Annotated[float | None, Field(ge=0, le=7200), BeforeValidator(_seconds)]
Count = Annotated[int | None, Field(ge=0, le=20), BeforeValidator(_whole)]
Name = Annotated[str | None, Field(max_length=80), BeforeValidator(_text)]


class CallContent(BaseModel):
    """One dial as it was given. None: not applicable. `answers`: item id → yes, no, na."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    started_at: Annotated[AwareDatetime, Field(ge=_FIRST, lt=_AFTER_LAST)]
    attempt: Annotated[int, Field(ge=1, le=20), BeforeValidator(_whole)]
    outcome: Annotated[Outcome, BeforeValidator(_outcome)]
    ring_s: Ring = None
    transfer_count: Count = None
    transfer_wait_s: Wait = None
    hold_total_s: Wait = None
    first_human_s: Wait = None
    talk_s: Talk = None
    answers: Annotated[dict[str, str], BeforeValidator(_answers)] = {}
    critical: Annotated[tuple[str, ...], BeforeValidator(_critical)] = ()
    answered_by: Annotated[str | None, Field(max_length=200), BeforeValidator(_text)] = None
    scenario: Annotated[str | None, Field(max_length=2000), BeforeValidator(_text)] = None
    note: Annotated[str | None, Field(max_length=5000), BeforeValidator(_text)] = None
    caller_number: Annotated[str | None, Field(max_length=40), BeforeValidator(_text)] = None
    inspector: Name = None
    idempotency_key: Name = None

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the content, the key apart: two reports of one dial have the same."""
        plain = self.stored() | {
            "started_at": self.started_at.astimezone(UTC).isoformat(),
            "inspector": self.inspector,
        }
        return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()

    def stored(self) -> dict[str, Any]:
        """The columns of Call that hold the content."""
        values: dict[str, Any] = {name: getattr(self, name) for name in _STORED}
        values |= {"outcome": int(self.outcome), "critical": list(self.critical)}
        if not self.outcome.connected:
            values |= dict.fromkeys(IF_CONNECTED)
        return values

    def dial(self) -> Dial:
        return dial_of(self.stored())


_STORED = tuple(CallContent.model_fields.keys() - {"idempotency_key", "inspector"})


def dial_of(call: Any, *, voided: bool = False) -> Dial:
    """A row of Call as the rules see it."""
    return Dial(
        started_at=call["started_at"],
        attempt=call["attempt"],
        outcome=Outcome(call["outcome"]),
        ring_s=call["ring_s"],
        transfer_count=call["transfer_count"],
        transfer_wait_s=call["transfer_wait_s"],
        hold_total_s=call["hold_total_s"],
        first_human_s=call["first_human_s"],
        answers=call["answers"],
        critical=frozenset(call["critical"]),
        voided=voided,
    )


def parse(raw: Mapping[str, Any], rubric: Rubric) -> CallContent:
    """Check everything that can be said wrong of one dial. Raises Invalid with every mistake.

    `raw` holds text or plain values under the field names; answers under their item ids.
    """
    ids = {item.id for item in rubric.items}
    fields = {key: value for key, value in raw.items() if key not in ids and value != ""}
    given = {key: str(raw[key]) for key in ids if raw.get(key)}
    errors = [
        FieldError(key, T("请填 是、否 或 不适用。"), value=text[:40])
        for key, text in given.items()
        if normalize("NFKC", text).strip().lower() not in _ANSWERS
    ]
    unread = {error.field for error in errors}
    fields["answers"] = {key: text for key, text in given.items() if key not in unread}
    try:
        content = CallContent.model_validate(fields)
    except ValidationError as failure:
        errors += [_explain(problem) for problem in failure.errors()]
        raise Invalid(errors + _of_the_rest(fields, errors, rubric)) from failure
    told = {error.field for error in errors}
    errors += [error for error in against_rubric(content, rubric) if error.field not in told]
    if errors:
        raise Invalid(errors)
    return content


def _of_the_rest(
    fields: Mapping[str, Any], errors: list[FieldError], rubric: Rubric
) -> list[FieldError]:
    """What can be said of the fields that are right, so that nothing is told a round later."""
    told = {error.field for error in errors}
    stand_in = {"started_at": datetime(2000, 1, 1, tzinfo=UTC), "attempt": 1}
    rest = {key: value for key, value in fields.items() if key not in told} | {
        key: value for key, value in stand_in.items() if key in told
    }
    if "outcome" in told:
        return []
    found = against_rubric(CallContent.model_validate(rest), rubric)
    return [error for error in found if error.field not in told]


def against_rubric(content: CallContent, rubric: Rubric) -> list[FieldError]:
    """What the outcome and the rubric ask of a dial's times and answers."""
    errors = []
    outcome, answers = content.outcome, content.answers
    if outcome.connected and content.ring_s is None:
        errors.append(FieldError("ring_s", T("接通的拨测须填振铃秒数（0–120）。")))
    if outcome not in ANSWERED:
        refused = [*answers, *(["critical"] if content.critical else [])]
        text = T("结果为“{outcome}”时不填评分项，请留空。", outcome=LABELS[outcome])
        return errors + [FieldError(key, text) for key in refused]
    for item_id in content.critical:
        item = next((i for i in rubric.items if i.id == item_id), None)
        if item is None or not item.critical:
            allowed = "、".join(i.id for i in rubric.items if i.critical)
            errors.append(
                FieldError("critical", T("一票否决只能是 {ids}。", ids=allowed), value=item_id)
            )
        elif answers.get(item_id, NO) != NO:
            errors.append(FieldError(item_id, T("{id} 被一票否决，此项须填“否”。", id=item_id)))
    if outcome is not Outcome.OK:
        return errors
    blank = [i for i in rubric.items if not i.until_close and i.id not in answers]
    errors += [FieldError(i.id, T("接通并受理的拨测每项都要填 是、否 或 不适用。")) for i in blank]
    applicable = sum(i.points for i in rubric.items if answers.get(i.id, NA) != NA)
    if not blank and applicable < rubric.min_applicable:
        errors.append(
            FieldError(
                "answers",
                T(
                    "适用项目只有 {n} 分，少于 {least} 分，请核对“不适用”的项目。",
                    n=applicable,
                    least=rubric.min_applicable,
                ),
            )
        )
    return errors


_WANTED: Mapping[str, Text] = {
    "started_at": T("请写日期和时间，如 2026-11-22 09:30。"),
    "attempt": T("请填第几次拨测（1–20 的整数）。"),
    "outcome": T("不认识这个结果；请填代码（如 21）、英文键或中文（如 无人接听）。"),
    "ring_s": T("振铃秒数须在 0–120 之间；未接通请留空。"),
    "transfer_count": T("转接次数须为 0–20 的整数；没有转接请留空。"),
    "transfer_wait_s": T("转接等待秒数须在 0–3600 之间；没有请留空。"),
    "hold_total_s": T("等待秒数须在 0–3600 之间；没有请留空。"),
    "first_human_s": T("首次人工秒数须在 0–3600 之间；没有请留空。"),
    "talk_s": T("通话秒数须在 0–7200 之间；没有请留空。"),
    "critical": T("请填 B6、B7 或留空。"),
    "answered_by": T("接听人不超过 200 个字。"),
    "scenario": T("咨询内容不超过 2000 个字。"),
    "note": T("备注不超过 5000 个字。"),
    "caller_number": T("主叫号码不超过 40 个字符。"),
    "inspector": T("检查员不超过 80 个字。"),
    "idempotency_key": T("幂等键不超过 80 个字符。"),
}


def _explain(problem: Any) -> FieldError:
    field = str(problem["loc"][0])
    if problem["type"] == "missing":
        return FieldError(field, T("此项必填。"))
    given = problem.get("input")
    value = "" if given is None or isinstance(given, dict | datetime) else str(given)[:40]
    return FieldError(field, _WANTED.get(field, T("没有这一项。")), value=value)
