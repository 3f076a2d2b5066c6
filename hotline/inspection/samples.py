"""Samples: the facts of each line that may be drawn, the draw, and the proof that it was so.

What decides a draw is kept with its round and said in the journal when the round is opened, so
that anyone can draw again.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from hotline import rights
from hotline.clock import Period, at, local
from hotline.errors import Conflict, NotFound, T
from hotline.inspection import figures, round_lines
from hotline.inspection.round_lines import NewRound
from hotline.models.inspection import Check, Round
from hotline.models.journal import AuditEntry
from hotline.models.registry import Complaint, Line, LineChange
from hotline.rights import Actor
from hotline.rules.outcomes import Klass
from hotline.rules.sampling import (
    Basis,
    FrameLine,
    SamplePlan,
    draw,
    frame_from_json,
    frame_hash,
    frame_json,
)
from hotline.settings import Settings

_RECENT = timedelta(days=90)
_LONG = timedelta(days=180)
_QUARTERS_BEFORE = 3


@dataclass(frozen=True)
class Drawn:
    """A draw: line id → why it is in; `kept`: the columns of Round that tell how."""

    bases: Mapping[str, Basis]
    kept: Mapping[str, Any]


@dataclass(frozen=True)
class Verdict:
    """Whether a round is what its seed gives.

    `in_journal`: seed and hash are those of the journal's entry of its opening. `missing` and
    `extra`: lines that are drawn and not in the round, and the reverse.
    """

    code: str
    seed: str
    kept_hash: str
    hash_again: str
    in_journal: bool
    drawn: int
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    other_basis: tuple[str, ...]

    @property
    def same_frame(self) -> bool:
        return self.kept_hash == self.hash_again

    @property
    def same(self) -> bool:
        return (
            self.same_frame
            and self.in_journal
            and not (self.missing or self.extra or self.other_basis)
        )


def draw_for(
    session: Session, new: NewRound, *, period: Period, settings: Settings, now: datetime
) -> Drawn | None:
    """Draw the lines of a round that is to be opened; None: its lines are named."""
    if new.names is not None:
        return None
    plan = settings.rounds.sample if new.sample else None
    seed = new.seed or secrets.token_hex(16)
    frame = frame_of(session, new.level, new.area_code, period, now=now)
    kept = {
        "seed": seed,
        "plan": plan.model_dump() if plan else None,
        "frame": frame_json(frame),
        "frame_hash": frame_hash(frame, plan),
    }
    return Drawn(draw(frame, plan, seed), kept)


def frame_of(
    session: Session, level: str, area_code: str, period: Period, *, now: datetime
) -> list[FrameLine]:
    """The lines in use that a round may draw from, each with what raises its weight.

    A city's frame knows nothing of the province's open rounds, which are unannounced.
    """
    lines = round_lines.in_use(session, level, area_code)
    last, before_last = (
        figures.failed_in(session, found) if found else set()
        for found in _two_rounds_before(session, level, area_code, period)
    )
    today = local(now).date()
    changed = _having(
        session,
        LineChange.line_id,
        LineChange.field == "number",
        LineChange.changed_at >= now - _RECENT,
    )
    complained = _having(session, Complaint.line_id, Complaint.received_on >= today - _RECENT)
    known = or_(
        Round.closed_at.is_not(None), (Round.level == level) & (Round.area_code == area_code)
    )
    lately = _tested(session, known, Check.decisive_at >= now - _LONG)
    due = _due(session, lines, area_code, period) if level == "province" else set()
    return [
        FrameLine(
            line=line.line_id,
            stratum=line.group_code,
            of_city=line.level != "county",
            failed_last=line.id in last,
            failed_before_last=line.id in before_last,
            number_changed=line.id in changed,
            complaint=line.id in complained,
            long_untested=line.id not in lately,
            due=line.id in due,
        )
        for line in lines
    ]


def verify(session: Session, actor: Actor, code: str) -> Verdict:
    """Draw a round again from what is kept of it. Raises NotFound outside the actor's scope, or
    Conflict where nothing was drawn.
    """
    found = session.scalar(select(Round).where(Round.code == code, rights.rounds(actor)))
    if found is None:
        raise NotFound(T("没有这一轮抽查，或您无权查看：{code}", code=code))
    if found.seed is None or found.frame is None or found.frame_hash is None:
        raise Conflict(T("{code} 的线路是指定的，不是抽取的。", code=code))
    plan = SamplePlan.model_validate(found.plan) if found.plan else None
    frame = frame_from_json(found.frame)
    again = {line: basis.value for line, basis in draw(frame, plan, found.seed).items()}
    query = select(Line.line_id, Check.basis).join(Check, Check.line_id == Line.id)
    there = dict(session.execute(query.where(Check.round_id == found.id)).all())
    entry = session.scalar(
        select(AuditEntry.new)
        .where(AuditEntry.subject == "round", AuditEntry.subject_id == code)
        .where(AuditEntry.action == "round.open")
    )
    said = entry or {}
    return Verdict(
        code=code,
        seed=found.seed,
        kept_hash=found.frame_hash,
        hash_again=frame_hash(frame, plan),
        in_journal=(said.get("seed"), said.get("frame_hash")) == (found.seed, found.frame_hash),
        drawn=len(again),
        missing=tuple(sorted(again.keys() - there.keys())),
        extra=tuple(sorted(there.keys() - again.keys())),
        other_basis=tuple(
            sorted(line for line in again.keys() & there.keys() if again[line] != there[line])
        ),
    )


def counts(session: Session, found: Round) -> dict[str, int]:
    """Why its lines are in a round → how many."""
    query = select(Check.basis, func.count()).where(Check.round_id == found.id)
    return dict(session.execute(query.group_by(Check.basis)).all())


def _two_rounds_before(
    session: Session, level: str, area_code: str, period: Period
) -> tuple[Round | None, Round | None]:
    """The last closed round of the level and area before the period, and the one before it."""
    query = (
        select(Round)
        .where(
            Round.purpose == "sample",
            Round.level == level,
            Round.area_code == area_code,
            Round.period < period.name,
            Round.closed_at.is_not(None),
        )
        .order_by(Round.period.desc())
        .limit(2)
    )
    last, before_last = [*session.scalars(query), None, None][:2]
    return last, before_last


def _having(session: Session, line_id: Any, *conditions: Any) -> set[int]:
    return set(session.scalars(select(line_id).where(*conditions)))


def _tested(session: Session, *conditions: Any) -> set[int]:
    query = (
        select(Check.line_id)
        .join(Round)
        .where(Round.purpose == "sample", Check.klass.is_not(None), *conditions)
        .where(Check.klass != Klass.VOID.value)
    )
    return set(session.scalars(query))


def _due(session: Session, lines: Sequence[Line], area_code: str, period: Period) -> set[int]:
    """The lines that the province tested in none of the three quarters before, though they were
    registered by the end of the first of them.
    """
    quarters = [period]
    for _ in range(_QUARTERS_BEFORE):
        quarters.append(quarters[-1].before())
    names = [quarter.name for quarter in quarters[1:]]
    tested = _tested(
        session, Round.level == "province", Round.area_code == area_code, Round.period.in_(names)
    )
    registered_by = at(quarters[-2].first, time())
    return {line.id for line in lines if line.created_at < registered_by} - tested
