"""Outcomes of a dial, and which dial of a check decides."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from itertools import pairwise

from hotline.errors import T, Text


class Klass(StrEnum):
    """The exclusive classes of a check; every count, column and figure uses them."""

    PASS = "PASS"
    SLOW = "SLOW"
    IRREGULAR = "IRREGULAR"
    SLOW_IRREGULAR = "SLOW_IRREGULAR"
    UNREACHABLE = "UNREACHABLE"
    WRONG_NUMBER = "WRONG_NUMBER"
    VOID = "VOID"

    @property
    def tested(self) -> bool:
        return self is not Klass.VOID

    @property
    def failed(self) -> bool:
        return self not in (Klass.PASS, Klass.VOID)


class Outcome(IntEnum):
    """What a dial came to. 1x: connected; 2x: not connected; 9x: void, never counts."""

    OK = 11
    WRONG_POST = 12
    WRONG_UNIT = 13
    HANGUP = 14
    REFUSED = 15
    MACHINE = 16
    XFER_LOST = 17
    NO_ANSWER = 21
    BUSY = 22
    VACANT = 23
    SUSPENDED = 24
    OFF = 25
    NO_ROUTE = 26
    FAULT = 27
    REJECTED = 28
    TEST_FAULT = 91
    ABORTED = 92

    @property
    def connected(self) -> bool:
        return self < 20

    @property
    def void(self) -> bool:
        return self > 90

    @property
    def settles(self) -> bool:
        """The check is decided: no later dial may wash this one away."""
        return self in SETTLING


SETTLING = frozenset({Outcome.OK, Outcome.HANGUP, Outcome.REFUSED, Outcome.XFER_LOST})
ANSWERED = SETTLING
"""Outcomes in which the desk was spoken to or lost, so that the checklist applies."""
WRONG_NUMBER = frozenset(
    {Outcome.WRONG_POST, Outcome.WRONG_UNIT, Outcome.VACANT, Outcome.SUSPENDED}
)

LABELS: Mapping[Outcome, Text] = {
    Outcome.OK: T("接通并受理"),
    Outcome.WRONG_POST: T("本单位但非监督受理岗位"),
    Outcome.WRONG_UNIT: T("非本单位/号码错误"),
    Outcome.HANGUP: T("接通后直接挂断"),
    Outcome.REFUSED: T("拒绝受理/推诿"),
    Outcome.MACHINE: T("仅语音/留言/传真"),
    Outcome.XFER_LOST: T("转接后无人接/断线"),
    Outcome.NO_ANSWER: T("无人接听"),
    Outcome.BUSY: T("始终占线"),
    Outcome.VACANT: T("空号"),
    Outcome.SUSPENDED: T("停机/欠费"),
    Outcome.OFF: T("关机/不在服务区"),
    Outcome.NO_ROUTE: T("无法接通/网络忙"),
    Outcome.FAULT: T("线路故障"),
    Outcome.REJECTED: T("被拒接/呼入限制"),
    Outcome.TEST_FAULT: T("测试方故障"),
    Outcome.ABORTED: T("测试中止/超出值班时间"),
}


def parse_outcome(text: str) -> Outcome | None:
    """An outcome by its code, its key or its Chinese label (whole, or a part between slashes)."""
    word = unicodedata.normalize("NFKC", text).strip()
    if word.isdigit():
        return Outcome(int(word)) if int(word) in Outcome.__members__.values() else None
    return _WORDS.get(word.upper().replace(" ", "_").replace("-", "_"))


_WORDS = {outcome.name: outcome for outcome in Outcome} | {
    part: outcome
    for outcome, label in LABELS.items()
    for part in (label.msgid, *label.msgid.split("/"))
}


@dataclass(frozen=True)
class Dial:
    """A call as the rules see it. Seconds have one decimal; None means not applicable.

    `answers` maps item ids to "yes", "no" or "na"; an item that is missing was left blank.
    `voided`: a reviewer struck the dial out; it then counts as little as a 9x.
    """

    started_at: datetime
    attempt: int
    outcome: Outcome
    ring_s: float | None = None
    transfer_count: int | None = None
    transfer_wait_s: float | None = None
    hold_total_s: float | None = None
    first_human_s: float | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    critical: frozenset[str] = frozenset()
    voided: bool = False

    @property
    def counts(self) -> bool:
        return not (self.voided or self.outcome.void)


def counting(dials: Iterable[Dial]) -> list[Dial]:
    """The dials that are not void, in the order of the check: by attempt, then start."""
    return sorted((d for d in dials if d.counts), key=lambda d: (d.attempt, d.started_at))


def decisive(dials: Iterable[Dial]) -> Dial | None:
    """The dial that decides: the first 11, else the first of 12–17, else the last 2x.

    None if nothing but void dials was made.
    """
    ordered = counting(dials)
    for dial in ordered:
        if dial.outcome is Outcome.OK:
            return dial
    for dial in ordered:
        if dial.outcome.connected:
            return dial
    return ordered[-1] if ordered else None


def attempts_of(dial: Dial, dials: Iterable[Dial]) -> int:
    """The attempt number of `dial`, without the numbers that only void dials used up before it."""
    dials = list(dials)
    counted = {d.attempt for d in dials if d.counts}
    wasted = {d.attempt for d in dials if d.attempt < dial.attempt} - counted
    return dial.attempt - len(wasted)


class Disorder(StrEnum):
    """Why a set of dials cannot be one check's."""

    AFTER_SETTLED = "after_settled"
    NUMBER_TAKEN = "number_taken"
    TIME_BACKWARDS = "time_backwards"


def disorder(dials: Sequence[Dial], busy_redials: int) -> Disorder | None:
    """What is impossible about these dials together; None if nothing is.

    It judges the set, never the order of arrival, and every part of a good set is good.
    An attempt's number is shared only by up to `busy_redials` redials after busy, and void dials.
    """
    in_time = sorted(dials, key=lambda d: d.started_at)
    settled = False
    for dial in in_time:
        if settled:
            return Disorder.AFTER_SETTLED
        settled = dial.counts and dial.outcome.settles
    counted = [d for d in in_time if d.counts]
    if any(a.attempt > b.attempt for a, b in pairwise(counted)):
        return Disorder.TIME_BACKWARDS
    by_attempt: dict[int, list[Dial]] = {}
    for dial in counted:
        by_attempt.setdefault(dial.attempt, []).append(dial)
    for same in by_attempt.values():
        if len(same) > busy_redials + 1 or any(d.outcome is not Outcome.BUSY for d in same[:-1]):
            return Disorder.NUMBER_TAKEN
    return None
