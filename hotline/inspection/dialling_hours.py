"""From when on the lines of a round may be dialled, for one check and as conditions of queries.

The distinct duty hours of a round are few: each is looked at once, so that lists, counts and
pages stay queries whatever the number of lines.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import Session

from hotline.clock import Calendar, at, local
from hotline.errors import T, Text
from hotline.models.inspection import Check, Round
from hotline.models.registry import Line
from hotline.rules.duty import DutyHours
from hotline.rules.outcomes import Klass
from hotline.settings import Settings

_GONE = {"suspended": T("线路已停用"), "retired": T("线路已注销")}


def first_opening(
    duty: DutyHours, starts_on: date, ends_on: date, now: datetime, calendar: Calendar
) -> datetime | None:
    """The first moment from `now` on when a line is on duty in its round's window; None: none."""
    since = max(now, at(starts_on, time()))
    moment = next(duty.moments(since, calendar), None)
    return moment if moment is not None and local(moment).date() <= ends_on else None


def opening(first: datetime | None, next_call_at: datetime | None, last: date) -> datetime | None:
    """From when on a check may be dialled that opens `first` and whose next dial is due then, in a
    window up to the day `last`; None: no more.
    """
    if first is None or next_call_at is None:
        return first
    opens = max(first, next_call_at)
    return opens if local(opens).date() <= last else None


def off_duty(moment: datetime, duty_hours: str, settings: Settings) -> bool:
    """Was a line dialled when nobody had to answer? `duty_hours`: those frozen with its check."""
    return not settings.duty_of(duty_hours).covers(moment, settings.working_days)


def judged_off_duty(check: Check, settings: Settings) -> bool:
    """Does a dial off duty decide a check, and is it no pass?"""
    return (
        check.decisive_at is not None
        and check.klass != Klass.PASS.value
        and off_duty(check.decisive_at, check.duty_hours, settings)
    )


@dataclass(frozen=True)
class Openings:
    """Of some rounds, as seen at `now`. `last`: round id → the last day of its window.

    `first`: (round id, duty hours) → `first_opening`. Closed rounds are not in them: nothing is
    dialled there, so that nothing of theirs is too late or out of use.
    """

    settings: Settings
    now: datetime
    last: Mapping[int, date]
    first: Mapping[tuple[int, str], datetime | None]

    def of(self, round_id: int, duty_hours: str, next_call_at: datetime | None) -> datetime | None:
        """From when on a check may be dialled, `now` at the earliest; None: not in this round."""
        if round_id not in self.last:
            return None
        return opening(self.first[round_id, duty_hours], next_call_at, self.last[round_id])

    def in_use(self) -> ColumnElement[bool]:
        """Checks whose line is in use, as the registry has it by now; the query joins Line."""
        return Line.status == "active" if self.last else true()

    def too_late(self) -> ColumnElement[bool]:
        """Checks for which `of` is None."""
        parts = []
        for round_id, last in self.last.items():
            end = at(last + timedelta(days=1), time())
            waits = and_(Check.next_call_at.is_not(None), Check.next_call_at >= end)
            never = Check.duty_hours.in_(
                [text for (one, text), opens in self.first.items() if one == round_id and not opens]
            )
            parts.append(and_(Check.round_id == round_id, or_(waits, never)))
        return or_(false(), *parts)

    def not_yet(self) -> ColumnElement[bool]:
        """Checks for which `of` is after `now`, or None."""
        parts = [and_(Check.next_call_at.is_not(None), Check.next_call_at > self.now)]
        for round_id in self.last:
            shut = [
                text
                for (one, text), opens in self.first.items()
                if one == round_id and opens != self.now
            ]
            parts.append(and_(Check.round_id == round_id, Check.duty_hours.in_(shut)))
        return or_(*parts)


def openings(
    session: Session, settings: Settings, now: datetime, *which: ColumnElement[bool]
) -> Openings:
    """Of the open rounds of those checks (conditions on Check and Round); one query."""
    query = (
        select(Round.id, Round.starts_on, Round.ends_on, Check.duty_hours)
        .select_from(Check)
        .join(Round)
        .where(Round.closed_at.is_(None), *which)
        .distinct()
    )
    last, first = {}, {}
    for round_id, starts_on, ends_on, hours in session.execute(query):
        last[round_id] = ends_on
        first[round_id, hours] = first_opening(
            settings.duty_of(hours), starts_on, ends_on, now, settings.working_days
        )
    return Openings(settings, now, last, first)


def of_round(session: Session, found: Round, settings: Settings, now: datetime) -> Openings:
    """Of one round; one query, none if it is closed."""
    if not found.is_open:
        return Openings(settings, now, {}, {})
    return openings(session, settings, now, Check.round_id == found.id)


def changes(
    number: str,
    duty_hours: str,
    status: str,
    now_number: str,
    now_hours: str | None,
    settings: Settings,
) -> tuple[Text, ...]:
    """Where the registry differs by now from what a check was opened with, each in words."""
    hours = str(settings.duty_of(now_hours))
    found = [_GONE[status]] if status in _GONE else []
    if now_number != number:
        found.append(T("号码已变更为 {number}", number=now_number))
    if hours != duty_hours:
        found.append(T("值班时间已变更为 {hours}", hours=hours))
    return tuple(found)
