"""The facts a 整改通知书 is drawn from: plain frozen values, JSON-friendly."""

from dataclasses import dataclass

from reports.paper_facts import RoundFacts


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
    off_duty: bool = False


@dataclass(frozen=True)
class FailedItem:
    """A checklist item answered with no: its id (B1 … D4), its name and its severity."""

    id: str
    name: str
    severity: str = ""  # 一般, 重要, 一票否决


@dataclass(frozen=True)
class DueDay:
    """A last day in time, with the reckoning that leads to it in words."""

    on: str
    basis: str


@dataclass(frozen=True)
class Term:
    """How long the lines of some classes have: working days, and until when once it is issued."""

    working_days: int
    classes: tuple[str, ...]  # labels
    due: DueDay | None = None


@dataclass(frozen=True)
class LineFinding:
    """What one line's check showed to be wrong, and what the unit must do about it."""

    number: str
    class_key: str
    class_label: str
    score: float | None = None
    reasons: tuple[str, ...] = ()
    calls: tuple[EvidenceCall, ...] = ()
    failed_items: tuple[FailedItem, ...] = ()
    repeated: bool = False
    due: str | None = None  # the last day in time; None in a draft


@dataclass(frozen=True, kw_only=True)
class RectificationNotice(RoundFacts):
    """A 整改通知书 to one unit. `set_aside`: its lines whose problem is not pursued, and why."""

    findings: tuple[LineFinding, ...]
    terms: tuple[Term, ...]
    slow_ring_s: float
    appeal_days: int  # working days in which a finding may be disputed
    set_aside: tuple[str, ...] = ()
    as_is_reason: str | None = None
