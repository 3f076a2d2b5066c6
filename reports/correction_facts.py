"""The facts of a 更正通知: what a paper said, and what holds now."""

from dataclasses import dataclass

from reports.paper_facts import RoundFacts


@dataclass(frozen=True)
class OldPaper:
    """An issued paper that is set right."""

    title: str
    number: str
    date: str  # ISO


@dataclass(frozen=True)
class FigureChange:
    """A figure as it was printed and as it is now, both in words with their n."""

    name: str
    old: str
    new: str


@dataclass(frozen=True, kw_only=True)
class Correction(RoundFacts):
    """A 更正通知 after an appeal. `outcome`: partly or revoked.

    `withdrawn`: what was found is no longer held against the unit, though the class stays.
    `figures`: those of the 通报 `circular` that have changed; none where it was not issued.
    """

    addressees: str  # the unit, or everyone the 通报 was written to
    paper: OldPaper
    line: str  # the number
    outcome: str
    decision: tuple[str, ...]  # the reasons given, line by line
    old_label: str
    new_label: str
    withdrawn: bool = False
    old_score: float | None = None
    new_score: float | None = None
    appealed_on: str = ""  # ISO
    circular: OldPaper | None = None
    figures: tuple[FigureChange, ...] = ()
