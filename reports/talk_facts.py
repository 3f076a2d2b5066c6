"""The facts of the papers of a talk: its notice, its record, and the 通报 of who did not come."""

from dataclasses import dataclass

from reports.paper_facts import RoundFacts


@dataclass(frozen=True)
class Failure:
    """A line that failed in a round: one row of the annex of findings."""

    number: str
    period: str  # in words
    dialled_at: str  # the decisive call: 2026-11-03 09:05
    class_label: str
    score: float | None = None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Promise:
    """A commitment made in a talk."""

    what: str
    due_on: str  # ISO
    person: str


@dataclass(frozen=True, kw_only=True)
class TalkNotice(RoundFacts):
    """A 约谈通知书. `meets_at` "" and the like: not arranged yet.

    `replaces_number`: of the paper that called the unit before, and `reason` why anew.
    """

    person: str  # 单位主要负责人, or a name with its post
    triggers: tuple[str, ...]
    failures: tuple[Failure, ...]
    meets_at: str = ""  # 2026年12月3日（星期四）9:30
    place: str = ""
    host: str = ""
    demands: tuple[str, ...] = ()
    replaces_number: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class TalkRecord(RoundFacts):
    """A 约谈记录. What was said is kept line by line; `notice_number` is its 约谈通知书's."""

    held_at: str
    place: str
    host: str
    person: str
    present: tuple[str, ...]
    triggers: tuple[str, ...]
    failures: tuple[Failure, ...]
    account: tuple[str, ...]
    promises: tuple[Promise, ...]
    demands: tuple[str, ...]
    notice_number: str = ""
    notice_date: str = ""
    report_due: str = ""  # ISO


@dataclass(frozen=True, kw_only=True)
class NoShow(RoundFacts):
    """A 通报 of a unit that did not come to its talk."""

    addressees: str
    person: str
    triggers: tuple[str, ...]
    meets_at: str
    place: str
    notice_number: str = ""
    notice_date: str = ""
    reason: str = ""  # what is known of why
