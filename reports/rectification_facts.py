"""The facts a 整改通知书 is drawn from: plain frozen values, JSON-friendly."""

from dataclasses import dataclass


@dataclass(frozen=True)
class EvidenceCall:
    """One dial, as the notice shows it. `time` is Shanghai's, "2026-11-23 09:30"."""

    time: str
    attempt: int
    outcome: str
    ring_s: float | None = None
    answered_by: str | None = None
    note: str | None = None
    decisive: bool = False


@dataclass(frozen=True)
class FailedItem:
    """A checklist item answered with no: its id (B1 … D4), its name and its severity."""

    id: str
    name: str
    severity: str = ""  # 一般, 重要, 一票否决


@dataclass(frozen=True)
class LineFinding:
    """What one line's check showed to be wrong, and what the unit must do about it."""

    number: str
    class_key: str
    class_label: str
    working_days: int
    actions: tuple[str, ...]  # what to do, one a sentence
    score: float | None = None
    reasons: tuple[str, ...] = ()
    calls: tuple[EvidenceCall, ...] = ()
    failed_items: tuple[FailedItem, ...] = ()
    repeated: bool = False
    due: str | None = None  # the last day in time, where it is known; printed with the demand


@dataclass(frozen=True)
class RectificationNotice:
    """A 整改通知书 to one unit, as issued, or as a draft where `date` is None."""

    issuer: str
    letterhead: str
    number: str
    unit: str
    area: str
    round_title: str  # 2026年第四季度饮水安全监督电话抽查
    round_code: str
    period: str
    rubric_version: str
    findings: tuple[LineFinding, ...]
    demands: tuple[str, ...]
    deadline: str  # 自签发之日起5个工作日内
    to_send: tuple[str, ...]
    consequence: str
    contact: str
    signature: str
    date: str | None = None
    appeal: str | None = None  # how and until when a finding may be disputed
    as_is_reason: str | None = None
