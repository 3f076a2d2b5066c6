"""Who dials which line first, on which half-day: dealt out by the seed of a round, as soon as it
has inspectors.

No desk can learn its time, for the order depends on the seed alone; and nobody tests the lines
of their own unit. The same seed, lines, inspectors and days always give the same plan.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Row, Table, bindparam, or_, select, update
from sqlalchemy.orm import Session

from hotline import audit
from hotline.clock import Calendar, local
from hotline.inspection import inspectors
from hotline.models.inspection import Check, Round
from hotline.models.registry import Line
from hotline.rights import Actor
from hotline.rules.duty import AM, PM, DutyHours
from hotline.rules.sampling import assigned, shuffled, spread
from hotline.settings import Settings

_checks_table = cast(Table, Check.__table__)
# Working days at the end of a window on which no first dial is planned, so that retries fit.
_KEPT_FREE = 3


@dataclass(frozen=True)
class HalfDay:
    """`half`: am or pm."""

    day: date
    half: str


@dataclass(frozen=True)
class ToDial:
    """A line of a round, with what its plan depends on."""

    line: str
    unit_id: int
    duty: DutyHours


@dataclass(frozen=True)
class Turn:
    """`inspector`: a user name; None: nobody may. `when` None: at any time."""

    inspector: str | None
    when: HalfDay | None


@dataclass(frozen=True)
class Dealing:
    """What beside the seed and the lines decides a deal, and which lines are doubled.

    Kept with the round, for inspectors move to other units, and calendars and settings change.
    `testers`: user name → the unit they are of; `slots`: the half-days that first dials are
    planned on; `doubles_percent` None: not kept. `left_out`: lines that were dialled before any
    inspector was sent out: they stay open to all, at any time.
    """

    testers: Mapping[str, int | None]
    slots: Sequence[HalfDay]
    doubles_percent: float | None
    left_out: frozenset[str] = frozenset()

    def to_json(self) -> dict[str, Any]:
        return {
            "testers": dict(sorted(self.testers.items())),
            "slots": [[slot.day.isoformat(), slot.half] for slot in self.slots],
            "doubles_percent": self.doubles_percent,
            **({"left_out": sorted(self.left_out)} if self.left_out else {}),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Dealing":
        slots = [HalfDay(date.fromisoformat(day), half) for day, half in kept["slots"]]
        left_out = frozenset(kept.get("left_out", ()))
        return cls(kept["testers"], slots, kept["doubles_percent"], left_out)

    def turns(self, lines: Mapping[str, ToDial], seed: str) -> dict[str, Turn]:
        """The deal itself."""
        dealt = [one for name, one in lines.items() if name not in self.left_out]
        open_to_all = {name: Turn(None, None) for name in self.left_out & lines.keys()}
        return plan(dealt, self.testers, seed, self.slots) | open_to_all


def half_days(
    starts_on: date, ends_on: date, dealt_at: datetime, calendar: Calendar
) -> list[HalfDay]:
    """The half-days of a window on which first dials are planned, none before it is dealt."""
    opened = local(dealt_at)
    first = max(starts_on, opened.date())
    span = range((ends_on - first).days + 1)
    days = [day for day in (first + timedelta(days=n) for n in span) if calendar.is_working(day)]
    days = days[: max(1, len(days) - _KEPT_FREE)]
    slots = [HalfDay(day, half) for day in days for half in (AM, PM)]
    over = {HalfDay(opened.date(), AM)} if opened.hour >= 12 else set()
    return [slot for slot in slots if slot not in over]


def plan(
    lines: Iterable[ToDial],
    testers: Mapping[str, int | None],
    seed: str,
    slots: Sequence[HalfDay],
) -> dict[str, Turn]:
    """Line → its turn. `testers`: user name → the unit they are of.

    Each inspector's lines are spread over the half-days on which their desks are staffed.
    """
    by_name = {one.line: one for one in lines}
    forbidden = {
        name: frozenset(tester for tester, unit in testers.items() if unit == one.unit_id)
        for name, one in by_name.items()
    }
    order = shuffled(by_name, seed, "order")
    given = assigned(order, sorted(testers), forbidden, seed)
    alike: dict[tuple[str, str], list[str]] = {}
    for name in order:
        halves = " ".join(by_name[name].duty.halves)
        alike.setdefault((given[name] or "", halves), []).append(name)
    when: dict[str, HalfDay] = {}
    for (tester, halves), names in alike.items():
        fitting = [slot for slot in slots if slot.half in halves.split()]
        if fitting:
            # Begun anywhere, or whoever is alone in a group would always be first.
            starts = shuffled(map(str, range(len(fitting))), seed, f"start {tester} {halves}")
            start = int(starts[0])
            when |= spread(names, [*fitting[start:], *fitting[:start]])
    return {name: Turn(given[name], when.get(name)) for name in by_name}


def digest(turns: Mapping[str, Turn]) -> str:
    """SHA-256 of a plan in canonical JSON, in hex."""
    return hash_of(
        {
            line: [
                turn.inspector,
                *([turn.when.day.isoformat(), turn.when.half] if turn.when else []),
            ]
            for line, turn in turns.items()
        }
    )


def hash_of(content: Any) -> str:
    """SHA-256 of plain values in canonical JSON, in hex."""
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def deal(session: Session, opened: Round, *, settings: Settings, now: datetime) -> dict[str, Any]:
    """Deal the checks of a round that nobody was dealt yet; what the journal says of it.

    A round whose lines were named, or that nobody inspects yet, is open to whoever is sent out.
    One that gets its inspectors later is dealt over what is left of its window; lines that an
    administrator has dialled meanwhile stay open to all.
    """
    testers = inspectors.serving(opened)
    if opened.seed is None or opened.purpose != "sample" or not testers:
        return {}
    there = checks_by_line(session, opened)
    dialled = frozenset(line for line, check in there.items() if check.calls_made)
    if opened.dealing is not None or len(dialled) == len(there) or _is_dealt(there):
        return {}
    dealing = Dealing(
        {user.name: user.unit_id for user in testers},
        half_days(opened.starts_on, opened.ends_on, now, settings.working_days),
        float(settings.rounds.doubles_percent),
        dialled,
    )
    opened.dealing = dealing.to_json()
    turns = dealing.turns(to_dial(there, settings), opened.seed)
    ids = {user.name: user.id for user in testers}
    session.connection().execute(
        update(_checks_table)
        .where(_checks_table.c.id == bindparam("wanted"))
        .values(
            inspector_id=bindparam("tester"),
            planned_on=bindparam("day"),
            planned_half=bindparam("half"),
        ),
        [
            {
                "wanted": check.id,
                "tester": ids.get(turns[line].inspector or ""),
                "day": when.day if (when := turns[line].when) else None,
                "half": when.half if when else None,
            }
            for line, check in there.items()
        ],
    )
    return {"deal": digest(turns), "dealing": hash_of(opened.dealing)}


def _is_dealt(there: Mapping[str, Row[Any]]) -> bool:
    """Also of a round opened before what it was dealt by was kept."""
    return any(check.inspector_id or check.planned_on for check in there.values())


@dataclass(frozen=True)
class Freed:
    """`waiting`: how many lines that are still to be dialled lost their tester.

    `staying`: the numbers of those whose tester stays assigned; `holders`: these testers' names.
    """

    waiting: int
    staying: frozenset[str]
    holders: frozenset[str]


def release(session: Session, found: Round) -> Freed:
    """Open to all who inspect the round what was dealt to someone who does not any more, and of
    those who do but can dial no more what is still to be dialled.
    """
    here = {user.id: user for user in found.inspectors}
    idle = [user.id for user in found.inspectors if not inspectors.is_serving(user)]
    lost = or_(
        Check.inspector_id.not_in(list(here)),
        Check.inspector_id.in_(idle) & ~Check.closable,
    )
    which = Check.round_id == found.id, Check.inspector_id.is_not(None), lost
    query = select(Check.number, Check.inspector_id, Check.closable).where(*which)
    rows = session.execute(query).all()
    session.execute(update(Check).where(*which).values(inspector_id=None))
    return Freed(
        sum(not row.closable for row in rows),
        frozenset(row.number for row in rows if row.inspector_id in here),
        frozenset(here[row.inspector_id].name for row in rows if row.inspector_id in here),
    )


def checks_by_line(session: Session, found: Round) -> dict[str, Row[Any]]:
    """What of a round's checks tells of the deal, by 线路编号."""
    query = (
        select(
            Line.line_id,
            Check.id,
            Check.number,
            Check.unit_id,
            Check.duty_hours,
            Check.calls_made,
            Check.inspector_id,
            Check.planned_on,
            Check.planned_half,
        )
        .join(Check, Check.line_id == Line.id)
        .where(Check.round_id == found.id)
    )
    return {row.line_id: cast("Row[Any]", row) for row in session.execute(query)}


def to_dial(there: Mapping[str, Row[Any] | Check], settings: Settings) -> dict[str, ToDial]:
    """Checks by 线路编号 as what a deal depends on: unit and duty hours are of the opening."""
    return {
        line: ToDial(line, check.unit_id, settings.duty_of(check.duty_hours))
        for line, check in there.items()
    }


def note_hand_over(
    session: Session,
    actor: Actor,
    code: str,
    numbers: Iterable[str],
    *,
    of: Iterable[str],
    to: Iterable[str] = (),
    now: datetime,
) -> None:
    """Journal lines of a round that changed hands, with their testers' names; `to` none: anyone."""
    audit.record(
        session,
        actor=actor.name,
        action="round.deal",
        subject="round",
        subject_id=code,
        old={"inspectors": sorted(set(of))},
        new={"numbers": sorted(numbers), "inspectors": sorted(set(to))},
        now=now,
    )
