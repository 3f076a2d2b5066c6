"""What people do in a round, each through its use case."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from hotline.demo.timeline import Deed, Office
from hotline.inspection import calls, reviews, rounds
from hotline.inspection.rounds import NewRound
from hotline.models.inspection import Check, Round
from hotline.models.registry import Line
from hotline.papers import round_closings

Content = Mapping[str, Any]


@dataclass(frozen=True)
class CheckName:
    """A check before it has a key: its round's code and its line's id."""

    code: str
    line_id: str

    def key(self, office: Office) -> int:
        return office.checks[self.code, self.line_id]

    def call(self, office: Office, content: Content) -> int:
        """The key of the call that this content was logged as."""
        return office.calls[self.key(office), content["started_at"]]


def open_round(new: NewRound, by: str, inspectors: tuple[str, ...]) -> Deed:
    """Open a round with inspectors given by their account names."""

    def deed(office: Office, now: datetime) -> None:
        ids = tuple(office.actors[name].user_id or 0 for name in inspectors)
        asked = replace(new, inspectors=ids)
        opened = rounds.open_round(
            office.session, office.actors[by], asked, settings=office.settings, now=now
        )
        keys = select(Line.line_id, Check.id, Check.inspector_id)
        keys = keys.join(Line, Line.id == Check.line_id).where(Check.round_id == opened.id)
        names = {office.actors[name].user_id: name for name in inspectors}
        for line_id, key, tester in office.session.execute(keys):
            office.checks[opened.code, line_id] = key
            if tester is not None:
                office.testers[key] = names[tester]

    return deed


def close_round(code: str, by: str) -> Deed:
    """Close a round that meets the retry rule."""

    def deed(office: Office, now: datetime) -> None:
        actor = office.actors[by]
        round_closings.close(
            office.session, actor, code, as_is_reason=None, settings=office.settings, now=now
        )
        office.closed.append(code)

    return deed


def record(check: CheckName, content: Content, by: str) -> Deed:
    """Log a call, by whoever the line was dealt to, else by the one who is named."""

    def deed(office: Office, now: datetime) -> None:
        key = check.key(office)
        actor = office.actors[office.testers.get(key, by)]
        recorded = calls.record(
            office.session, actor, key, content, settings=office.settings, now=now
        )
        office.calls[key, content["started_at"]] = recorded.call_id

    return deed


def correct(check: CheckName, content: Content, by: str, reason: str) -> Deed:
    """Set right the call that was logged with this start, by whoever logged it."""

    def deed(office: Office, now: datetime) -> None:
        call_id = check.call(office, content)
        calls.correct(
            office.session,
            office.actors[office.testers.get(check.key(office), by)],
            call_id,
            content,
            reason=reason,
            settings=office.settings,
            now=now,
        )

    return deed


def strike_out(check: CheckName, content: Content, by: str, reason: str) -> Deed:
    """Void the call that was logged with this start."""

    def deed(office: Office, now: datetime) -> None:
        call_id = check.call(office, content)
        calls.void(
            office.session,
            office.actors[by],
            call_id,
            reason=reason,
            settings=office.settings,
            now=now,
        )

    return deed


def accept(check: CheckName, by: str) -> Deed:
    """Accept a check."""

    def deed(office: Office, now: datetime) -> None:
        actor = office.actors[by]
        reviews.accept(office.session, actor, check.key(office), settings=office.settings, now=now)

    return deed


def send_back(check: CheckName, by: str, reason: str) -> Deed:
    """Return a check to its inspector."""

    def deed(office: Office, now: datetime) -> None:
        _return(office, check.key(office), by, reason, now)

    return deed


def send_back_one_waiting(code: str, by: str, reason: str) -> Deed:
    """Return the first check of a round that awaits its review; none if none does."""

    def deed(office: Office, now: datetime) -> None:
        of_round = select(Check.id).join(Round, Round.id == Check.round_id)
        keys = set(office.session.scalars(of_round.where(Round.code == code)))
        waiting = reviews.waiting(office.session, office.actors[by])
        first = next((check.id for check in waiting if check.id in keys), None)
        if first is not None:
            _return(office, first, by, reason, now)

    return deed


def _return(office: Office, key: int, by: str, reason: str, now: datetime) -> None:
    actor = office.actors[by]
    reviews.return_(office.session, actor, key, reason=reason, settings=office.settings, now=now)
