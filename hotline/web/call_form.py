"""The form of one dial: what stands in it, what it sends, and where its mistakes belong."""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from werkzeug.datastructures import MultiDict

from hotline import words
from hotline.clock import local
from hotline.errors import FieldError, T, Text
from hotline.files.spreadsheets import moment
from hotline.inspection.check_sheets import CheckSheet, LoggedCall
from hotline.inspection.dialling_hours import off_duty
from hotline.models.inspection import CallCorrection
from hotline.rules.duty import DutyHours
from hotline.rules.outcomes import ANSWERED, Outcome
from hotline.rules.rubric import Item, Rubric
from hotline.settings import Settings
from hotline.web import wording
from hotline.web.language import chosen
from hotline.web.wording import NONE, say, word

LABELS: Mapping[str, Text] = {
    "outcome": T("结果"),
    "attempt": T("第几次"),
    "started_at": T("拨打时间"),
    "ring_s": T("振铃秒数"),
    "answered_by": T("接听人/工号"),
    "scenario": T("咨询内容"),
    "transfer_count": T("转接次数"),
    "transfer_wait_s": T("转接等待秒数"),
    "hold_total_s": T("等待秒数"),
    "first_human_s": T("首次人工秒数"),
    "talk_s": T("通话秒数"),
    "caller_number": T("主叫号码"),
    "note": T("备注"),
    "answers": T("评分项"),
    "critical": T("一票否决"),
    "reason": T("更正原因"),
}
HINTS: Mapping[str, Text] = {
    "attempt": T("占线重拨与不计的拨测沿用同一次。"),
    "started_at": T("北京时间，如 2026-11-22 09:30。"),
    "ring_s": T("第一声回铃音到接听，0–120 秒；3 声以内即 15 秒内。"),
    "transfer_wait_s": T("最长的一次。"),
    "hold_total_s": T("接通后让人等候的合计。"),
    "first_human_s": T("振铃、菜单、排队之和。"),
}
SHORT_LABELS: Mapping[str, Text] = {
    "ring_s": T("振铃"),
    "first_human_s": T("首次人工"),
    "transfer_wait_s": T("转接等待"),
    "hold_total_s": T("等待"),
    "talk_s": T("通话"),
}
GROUPS: tuple[tuple[Text, tuple[Outcome, ...]], ...] = (
    (T("接通"), tuple(o for o in Outcome if o.connected)),
    (T("未接通"), tuple(o for o in Outcome if not o.connected and not o.void)),
    (T("不计"), tuple(o for o in Outcome if o.void)),
)
_NAMES = tuple(name for name in LABELS if name not in ("answers", "critical", "reason"))
_ITEM = re.compile(r"[BD][1-9]")


@dataclass
class CallForm:
    """Texts by field, answers by item id (yes, no, na). `mistakes`: field's id, sentence.

    `off_duty`: whoever logs the dial says that it was made off duty; `asks_off_duty`: they are
    asked, for a line that was put through then and is condemned by it.
    """

    values: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    critical: tuple[str, ...] = ()
    key: str = ""
    off_duty: bool = False
    asks_off_duty: bool = False
    wrong: dict[str, list[str]] = field(default_factory=dict)
    mistakes: list[tuple[str | None, str]] = field(default_factory=list)

    @classmethod
    def fresh(cls, sheet: CheckSheet, now: datetime) -> "CallForm":
        """For the next dial: its number, and this moment unless the round's period is not now."""
        return cls(
            values={
                "attempt": str(sheet.next_attempt(now)),
                "started_at": _wall_clock(now) if sheet.in_window else "",
            },
            key=uuid4().hex,
        )

    @classmethod
    def of_call(cls, call: LoggedCall) -> "CallForm":
        """For setting a logged dial right."""
        row = call.row
        values = {name: _typed(row[name]) for name in _NAMES if name != "started_at"}
        values["started_at"] = _wall_clock(row["started_at"])
        return cls(values, dict(row["answers"]), tuple(row["critical"]))

    @classmethod
    def of_request(cls, sent: MultiDict[str, str]) -> "CallForm":
        """As it was sent."""
        return cls(
            values={name: sent.get(name, "") for name in (*_NAMES, "reason")},
            answers={name: text for name, text in sent.items() if _ITEM.fullmatch(name)},
            critical=tuple(sent.getlist("critical")),
            key=sent.get("idempotency_key", ""),
            off_duty="off_duty" in sent,
        )

    def content(self) -> dict[str, Any]:
        """What `call_content.parse` takes."""
        raw: dict[str, Any] = {name: self.values[name] for name in _NAMES} | self.answers
        raw["critical"] = self.critical
        raw["idempotency_key"] = self.key
        with suppress(ValueError):  # parse says what is wrong with the text
            raw["started_at"] = moment(self.values["started_at"])
        return raw

    def ask_off_duty(self, sheet: CheckSheet, settings: Settings) -> Text | None:
        """The question, once, where such a dial is off duty; None where there is none."""
        try:
            started_at = moment(self.values["started_at"])
            outcome = Outcome(int(self.values["outcome"]))
        except ValueError:  # parse says what is wrong with it
            return None
        if not outcome.connected or outcome is Outcome.OK or self.off_duty:
            return None
        if started_at is None or not off_duty(started_at, sheet.check.duty_hours, settings):
            return None
        self.asks_off_duty = True
        return T(
            "这个时间在该线路的值班时间外：时间有误请改正；无误请在下面确认，保存后由复核人核实。"
        )

    def show(self, errors: Iterable[FieldError], rubric: Rubric) -> None:
        """Take the mistakes in, each at its field."""
        items = {item.id: item for item in rubric.items}
        for error in errors:
            said, name = word(error.text), error.field
            label = item_label(items[name]) if name in items else word(LABELS.get(name, ""))
            known = bool(label)
            self.wrong.setdefault(name if known else "", []).append(said)
            summed = say("{label}：{said}", label=label, said=said) if known else said
            place = "answers" if name == "critical" else name
            self.mistakes.append((f"f-{place}" if known else None, summed))

    def refuse(self, text: Text) -> None:
        """Take a refusal in that concerns the whole form."""
        self.mistakes.append((None, word(text)))


def item_label(item: Item) -> str:
    """`B1 使用问候语`, in the reader's language."""
    return f"{item.id} {item.name_en if chosen() == 'en' else item.name}"


def outcome_label(code: int) -> str:
    return f"{code} {word(words.OUTCOME[Outcome(code)])}"


def needs(outcome: Outcome) -> str:
    """Which fields an outcome asks for: `answered`, `connected` or `nothing` beyond the common."""
    if outcome in ANSWERED:
        return "answered"
    return "connected" if outcome.connected else "nothing"


def duty(hours: str) -> str:
    """A line's duty hours in the reader's language."""
    parsed = DutyHours.parse(hours)
    spans = str(parsed).partition(" ")[2].replace(",", "，" if chosen() == "zh" else ", ")
    daily = T("每天 {spans} 值班") if parsed.daily else T("工作日 {spans} 值班")
    return say(daily.msgid, spans=spans)


@dataclass
class CorrectionTogether:
    """What was set right at one time for one reason: label, old value, new value."""

    reason: str
    who: str
    at: datetime
    changes: list[tuple[str, str, str]]


def together(corrections: Iterable[CallCorrection], rubric: Rubric) -> list[CorrectionTogether]:
    """Corrections as they were made, oldest first."""
    made: dict[tuple[datetime, str, str], CorrectionTogether] = {}
    for one in corrections:
        key = (one.corrected_at, one.corrected_by, one.reason)
        new = CorrectionTogether(one.reason, one.corrected_by, one.corrected_at, [])
        made.setdefault(key, new).changes.extend(_changes(one, rubric))
    return list(made.values())


def _changes(correction: CallCorrection, rubric: Rubric) -> list[tuple[str, str, str]]:
    name, old, new = correction.field, correction.old_value, correction.new_value
    if name != "answers":
        return [(word(LABELS[name]), _shown(name, old), _shown(name, new))]
    return [
        (item_label(item), _answer(old.get(item.id)), _answer(new.get(item.id)))
        for item in rubric.items
        if old.get(item.id) != new.get(item.id)
    ]


def _shown(name: str, value: Any) -> str:
    if value is None or value in ("", []):
        return NONE
    if name == "outcome":
        return outcome_label(value)
    if name == "started_at":
        return wording.moment_exact(datetime.fromisoformat(value))
    if name in SHORT_LABELS:
        return wording.seconds(value)
    return "、".join(value) if isinstance(value, list) else str(value)


def _answer(value: str | None) -> str:
    return word(words.ANSWER[value]) if value else NONE


def _typed(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _wall_clock(at: datetime) -> str:
    return f"{local(at):%Y-%m-%d %H:%M:%S}"
