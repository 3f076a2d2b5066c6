"""Facts and wording become a Document: one table of the kinds of paper."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from reports import circular_words, letter_words, rectification_words
from reports.circular_annexes import annexes
from reports.circular_facts import Circular
from reports.correction_facts import Correction
from reports.document import Document, Form, Grid
from reports.overdue_facts import Overdue
from reports.paper_facts import RoundFacts
from reports.periods import period_words
from reports.rectification_facts import RectificationNotice
from reports.tables import Table
from reports.talk_facts import NoShow, TalkNotice, TalkRecord
from reports.wording import Slot, render, slots, title
from reports.wording_syntax import Source, WordingError, check

TITLE_NAMES = frozenset({"area", "period", "unit"})


@dataclass(frozen=True)
class Kind:
    """How a kind of paper is made: its form, its facts, the words and tables computed of them."""

    form: Form
    facts: type[RoundFacts]
    words: type
    make: Callable[[Any], Any]
    grids: Callable[[Any], Mapping[str, Grid]] = lambda facts: {}
    annexes: Callable[[Any], tuple[Table, ...]] = lambda facts: ()
    sealed: bool = True

    @property
    def names(self) -> frozenset[str]:
        """Every name its template may use."""
        return frozenset(one.name for made in (self.facts, self.words) for one in fields(made))


KINDS: Mapping[str, Kind] = {
    "circular": Kind(
        "file", Circular, circular_words.CircularWords, circular_words.words, annexes=annexes
    ),
    "rectification": Kind(
        "letter",
        RectificationNotice,
        rectification_words.RectificationWords,
        rectification_words.words,
        rectification_words.grids,
    ),
    "talk": Kind(
        "letter",
        TalkNotice,
        letter_words.RoundWords,
        letter_words.of_round,
        annexes=letter_words.failures,
    ),
    "talk_record": Kind(
        "letter",
        TalkRecord,
        letter_words.RoundWords,
        letter_words.of_round,
        letter_words.read_out,
        sealed=False,
    ),
    "correction": Kind(
        "letter",
        Correction,
        letter_words.RoundWords,
        letter_words.of_round,
        letter_words.changes,
    ),
    "overdue": Kind(
        "letter",
        Overdue,
        letter_words.OverdueWords,
        letter_words.of_overdue,
        letter_words.overdue,
    ),
    "no_show": Kind("file", NoShow, letter_words.RoundWords, letter_words.of_round),
}


@dataclass(frozen=True)
class Templates:
    """Where wording is read: in the first of the folders that has a kind's file."""

    folders: tuple[Path, ...]

    def source(self, kind: str) -> Source:
        """Raises WordingError for a file that cannot be read."""
        name = f"{kind}.txt"
        for folder in self.folders:
            path = folder / name
            if path.is_file():
                return _read(path)
        raise WordingError(name, 0, "unreadable", "")

    def check(self) -> None:
        """Refuse a template that cannot be used; raises WordingError for the first."""
        for kind, how in KINDS.items():
            source, usual = self.source(kind), _read(self.folders[-1] / f"{kind}.txt")
            check(source, how.names, TITLE_NAMES)
            own, known = ([slot.name for slot in slots(one)] for one in (source, usual))
            for wrong in [*(set(known) - set(own)), *(set(own) - set(known))]:
                raise WordingError(source.name, 0, "slot", wrong)

    def slots(self, kind: str) -> tuple[Slot, ...]:
        """The places for a reviewer's own text, in the order of the paper."""
        return slots(self.source(kind))

    def title(self, kind: str, *, area: str, period: str, unit: str) -> str:
        """A paper's title, before anything else of it is known."""
        return title(
            self.source(kind), {"area": area, "period": period_words(period), "unit": unit}
        )

    def document(
        self, kind: str, facts: RoundFacts, insertions: Mapping[str, str] | None = None
    ) -> Document:
        """The paper. Raises WordingError: never half a paper."""
        how = KINDS[kind]
        values = _shallow(facts) | _shallow(how.make(facts))
        values["period"] = period_words(facts.period)
        said = render(self.source(kind), values, how.grids(facts), insertions or {})
        tables = how.annexes(facts)
        return Document(
            kind=kind,
            form=how.form,
            letterhead=facts.letterhead,
            number=facts.number,
            title=said.fields["title"],
            addressee=said.fields["addressee"],
            body=tuple(said.body),
            signature=said.fields["signature"],
            date=facts.date,
            day=facts.day,
            author=facts.issuer,
            attachments=tuple(table.title for table in tables),
            sealed=how.sealed,
            note=said.fields["note"],
            copies=facts.copies,
            printed_by=facts.printed_by,
            printed_on=facts.date if facts.printed_by else None,
            receipt=tuple(said.receipt),
            signers=tuple(said.signers),
            annexes=tables,
            verify_url=facts.verify_url,
        )


def _shallow(value: Any) -> dict[str, object]:
    return {one.name: getattr(value, one.name) for one in fields(value)}


@lru_cache(maxsize=64)
def _parsed(name: str, path: Path, changed: int) -> Source:
    return Source(name, path.read_text(encoding="utf-8"))


def _read(path: Path) -> Source:
    try:
        return _parsed(path.name, path, path.stat().st_mtime_ns)
    except (OSError, UnicodeDecodeError) as error:
        raise WordingError(path.name, 0, "unreadable", str(error)) from error
