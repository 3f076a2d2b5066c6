"""A round drawn again, whole: its lines, who was dealt them for which half-day, and its doubles.

What decided is kept with the round and vouched for by the journal's entry of its opening, or of its
first inspectors where it was opened without any, so that nothing that changes afterwards, in
registry, settings or accounts, changes what comes out. Of rounds opened before all of it was kept,
as much is drawn again as what is known allows, and it is told what is not known.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from hotline import rights
from hotline.errors import Conflict, T
from hotline.inspection import doubles, rounds, samples
from hotline.inspection.assignments import (
    Dealing,
    HalfDay,
    Turn,
    checks_by_line,
    digest,
    half_days,
    hash_of,
    to_dial,
)
from hotline.inspection.samples import Verdict
from hotline.models.inspection import Round
from hotline.models.journal import AuditEntry
from hotline.models.people import User
from hotline.rights import Actor
from hotline.settings import Settings


@dataclass(frozen=True)
class DealtAgain:
    """What of a round is not as its seed deals it, by line, in order.

    `in_journal`: what decided the deal, and what came out, are what the journal said of them when
    the round was dealt. `handed_on`: how many lines an administrator gave or opened to others
    since, by the journal; who has them now is not compared. `facts_kept`: False where the round
    was opened before they were kept, and was dealt again by what is known now. `drawn_again`:
    False where that gives another deal than the journal's; then the lines as they now stand are
    compared with the journal as a whole, unless (`untold`) some were handed on since.
    """

    in_journal: bool
    order: tuple[str, ...] = ()
    inspectors: tuple[str, ...] = ()
    handed_on: int = 0
    facts_kept: bool = True
    drawn_again: bool = True
    untold: bool = False

    @property
    def same(self) -> bool:
        return self.untold or (self.in_journal and not (self.order or self.inspectors))


@dataclass(frozen=True)
class DoubledAgain:
    """What of a round's doubles is not as the round's seed gives it, by line, in order.

    `percent` None: was not kept; how many lines are doubled is then as the journal said. `drawn`:
    how many there should be. `in_journal`: the journal said the same of them when they were
    opened. `missing` and `extra`: lines that are drawn and not doubled, and the reverse.
    """

    code: str
    percent: float | None
    drawn: int
    in_journal: bool
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    order: tuple[str, ...]
    inspectors: tuple[str, ...]

    @property
    def same(self) -> bool:
        return self.in_journal and not (self.missing or self.extra or self.order or self.inspectors)


@dataclass(frozen=True)
class Redrawn:
    """A round drawn again. `deal` None: it was not dealt to anyone.

    `doubled` None: as `deal`, or its deal could not be drawn again.
    """

    sample: Verdict
    deal: DealtAgain | None
    doubled: DoubledAgain | None

    @property
    def same(self) -> bool:
        parts = (self.sample, self.deal, self.doubled)
        return all(part is None or part.same for part in parts)


def verify(session: Session, actor: Actor, code: str, *, settings: Settings) -> Redrawn:
    """Draw a round again, for those who manage it, since it tells who tests what twice.

    Doubles are drawn with the round whose lines they test. Raises NotFound, Forbidden, and Conflict
    where nothing was drawn.
    """
    found = rounds.get_for(session, actor, code)
    rights.require_manages(actor, found.level, found.area_code)
    main = doubles.doubled_code(found)
    if main is not None:
        raise Conflict(T("双盲复测随原抽查一并重抽：{code}", code=main))
    sample = samples.verify(session, actor, code)
    opening = _dealt(session, code)
    if found.seed is None or "deal" not in opening:
        return Redrawn(sample, None, None)
    dealing = _dealing(session, found, opening, settings)
    there = checks_by_line(session, found)
    lines = to_dial(there, settings)
    turns = dealing.turns(lines, found.seed)
    deal = _deal_again(session, found, opening, there, turns)
    if not deal.drawn_again:
        return Redrawn(sample, deal, None)
    said = _opening(session, doubles.code_of(found))
    again = doubles.drawn_from(lines, turns, dealing, found.seed, count=said.get("lines"))
    return Redrawn(sample, deal, _doubled_again(session, found, said, dealing, again))


def _deal_again(
    session: Session,
    found: Round,
    opening: Mapping[str, Any],
    there: Mapping[str, Row[Any]],
    turns: Mapping[str, Turn],
) -> DealtAgain:
    names = _names(session)
    handed_on, gone = _changes(session, found)
    kept = "dealing" in opening
    in_journal = opening["deal"] == digest(turns)
    now = {line: _turn(check, names) for line, check in there.items()}
    if not kept and not in_journal:
        as_dealt = opening["deal"] == digest(now)
        untold = not as_dealt and bool(handed_on or gone)
        return DealtAgain(as_dealt, facts_kept=False, drawn_again=False, untold=untold)
    order, other, excused = [], [], 0
    for line, check in sorted(there.items()):
        is_, drawn = now[line], turns[line]
        if is_.when != drawn.when:
            order.append(line)
        left = is_.inspector is None and drawn.inspector in gone
        if left or check.number in handed_on:
            excused += 1
        elif is_.inspector != drawn.inspector:
            other.append(line)
    if kept:
        in_journal = in_journal and opening["dealing"] == hash_of(found.dealing)
    return DealtAgain(in_journal, tuple(order), tuple(other), excused, facts_kept=kept)


def _doubled_again(
    session: Session,
    found: Round,
    said: Mapping[str, Any],
    dealing: Dealing,
    again: Mapping[str, Turn],
) -> DoubledAgain:
    double = doubles.of_round(session, found)
    names, there = _names(session), checks_by_line(session, double) if double else {}
    now = {line: _turn(check, names) for line, check in there.items()}
    both = sorted(again.keys() & now.keys())
    in_journal = said.get("lines", 0) == len(again)
    if dealing.doubles_percent is not None:
        in_journal = in_journal and said.get("deal") == (digest(again) if again else None)
    return DoubledAgain(
        code=doubles.code_of(found),
        percent=dealing.doubles_percent,
        drawn=len(again),
        in_journal=in_journal,
        missing=tuple(sorted(again.keys() - now.keys())),
        extra=tuple(sorted(now.keys() - again.keys())),
        order=tuple(line for line in both if now[line].when != again[line].when),
        inspectors=tuple(line for line in both if now[line].inspector != again[line].inspector),
    )


def _dealing(
    session: Session, found: Round, opening: Mapping[str, Any], settings: Settings
) -> Dealing:
    """What the round was dealt by: as kept, else as far as it is known now."""
    if found.dealing is not None and "dealing" in opening:
        return Dealing.from_json(found.dealing)
    testers = _units_then(session, opening["inspectors"], found.opened_at)
    ends_on = _planned_end(session, found)
    slots = half_days(found.starts_on, ends_on, found.opened_at, settings.working_days)
    return Dealing(testers, slots, None)


def _planned_end(session: Session, found: Round) -> date:
    """The last day that the round was opened with, whatever it was put off to since."""
    for _action, old, _new in _entries(session, found.code, "round.extend"):
        return date.fromisoformat(old["ends_on"])
    return found.ends_on


def _units_then(session: Session, names: Iterable[str], moment: datetime) -> dict[str, int | None]:
    """User name → the unit they were of: as the journal's next change of it says, else as now."""
    known = session.scalars(select(User).where(User.name.in_(names)))
    units = {user.name: user.unit_id for user in known}
    changes = select(AuditEntry.subject_id, AuditEntry.old).where(
        AuditEntry.subject == "user",
        AuditEntry.action == "user.update",
        AuditEntry.subject_id.in_(list(units)),
        AuditEntry.at > moment,
    )
    for name, old in session.execute(changes.order_by(AuditEntry.id.desc())):
        if "unit_id" in old:
            units[name] = old["unit_id"]
    return units


def _changes(session: Session, found: Round) -> tuple[set[str], set[str]]:
    """By the journal: the numbers that were handed on, and who was taken off the round."""
    handed_on: set[str] = set()
    gone: set[str] = set()
    for action, old, new in _entries(session, found.code, "round.deal", "round.assign"):
        if action == "round.deal":
            handed_on |= set(new["numbers"])
        else:
            gone |= set(old) - set(new)
    return handed_on, gone


def _turn(check: Row[Any], names: Mapping[int, str]) -> Turn:
    """Whose a check now is, and when it is planned."""
    tester = names.get(check.inspector_id) if check.inspector_id is not None else None
    day, half = check.planned_on, check.planned_half
    return Turn(tester, HalfDay(day, half) if day is not None and half is not None else None)


def _names(session: Session) -> dict[int, str]:
    return dict(session.execute(select(User.id, User.name)).all())


def _opening(session: Session, code: str) -> Mapping[str, Any]:
    """What the journal said when the round was opened; empty: nothing."""
    return next((new for _action, _old, new in _entries(session, code, "round.open")), {})


def _dealt(session: Session, code: str) -> Mapping[str, Any]:
    """What the journal said when the round was dealt: at its opening, or with its first inspectors.

    Without `deal`: it never was.
    """
    opening = _opening(session, code)
    if "deal" in opening:
        return opening
    return next((new for _action, _old, new in _entries(session, code, "round.draw")), {})


def _entries(session: Session, code: str, *actions: str) -> list[Any]:
    query = select(AuditEntry.action, AuditEntry.old, AuditEntry.new).where(
        AuditEntry.subject == "round",
        AuditEntry.subject_id == code,
        AuditEntry.action.in_(actions),
    )
    return list(session.execute(query.order_by(AuditEntry.id)))
