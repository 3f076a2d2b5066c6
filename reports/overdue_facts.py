"""The facts of a 督办通知: what a unit has not put right in time."""

from dataclasses import dataclass

from reports.paper_facts import RoundFacts


@dataclass(frozen=True)
class OverdueItem:
    """A rectification past its due date; `line` "": it is of no one line."""

    line: str
    what: str
    due_on: str  # ISO
    working_days_late: int
    state: str  # in words
    number: str  # of the paper that asked for it
    extended: bool = False  # the date had been put off already


@dataclass(frozen=True, kw_only=True)
class Overdue(RoundFacts):
    """A 督办通知 to one unit, as of the day `as_of`."""

    items: tuple[OverdueItem, ...]
    as_of: str  # ISO
    reminders: int = 0  # 督办通知 issued to the unit before, in the same matter
