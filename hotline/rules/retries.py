"""The retry rule: when a check may be closed, why not yet, and when the next dial may be made.

One unanswered dial proves nothing, so a line that was not reached needs attempts spread over the
day and over two working days. Untested lines and void dials only keep a check open.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import combinations, islice, pairwise

from hotline.clock import Calendar, local
from hotline.rules.duty import NOON, DutyHours
from hotline.rules.outcomes import WRONG_NUMBER, Dial, Outcome, counting, decisive
from hotline.rules.reasons import Reason
from hotline.rules.rubric import Retry

_Condition = Callable[[tuple[datetime, ...]], bool]


@dataclass(frozen=True)
class Progress:
    """`why`: what keeps the check open (None = it may be closed).

    `next_at`: the earliest moment of a dial that helps; None = at once in duty hours, or no more
    is needed. `redials`: how often a busy line may still be redialled under the same attempt.
    """

    why: Reason | None = None
    next_at: datetime | None = None
    redials: int = 0

    @property
    def closable(self) -> bool:
        return self.why is None


@dataclass(frozen=True)
class RetryRule:
    """The rule for one line: its numbers, the line's duty hours, the working days."""

    retry: Retry
    duty: DutyHours
    calendar: Calendar

    def progress(self, dials: Iterable[Dial]) -> Progress:
        """How far a check has come with these dials."""
        dials = list(dials)
        deciding = decisive(dials)
        if deciding is None:
            return Progress(Reason("open.void_only" if dials else "open.untested"))
        if deciding.outcome.settles:
            return Progress()
        counted = counting(dials)
        if deciding.outcome in WRONG_NUMBER:
            family = sum(d.outcome in WRONG_NUMBER for d in counted)
            if family >= self.retry.wrong_number_dials:
                return Progress()
            since = counted[-1].started_at + timedelta(minutes=1)
            return Progress(
                Reason("open.confirm", {"have": family, "need": self.retry.wrong_number_dials}),
                next(self.duty.moments(since, self.calendar), None),
                self._redials(counted),
            )
        starts = self._attempt_starts(counted)
        why = self._missing(counted, starts)
        if why is None:
            return Progress()
        return Progress(why, self._next(counted, starts), self._redials(counted))

    def fits(self, dials: Iterable[Dial], opens: datetime, last: date) -> bool:
        """Can the rule still be met by the day `last`, the next dial made at `opens`, if every
        dial comes to what the last one did (none yet: no answer) and is made as soon as it helps?
        """
        dials = list(dials)
        counted = counting(dials)
        outcome = counted[-1].outcome if counted else Outcome.NO_ANSWER
        attempt = counted[-1].attempt if counted else 0
        moment: datetime | None = opens
        for more in range(1, self.retry.attempts + 3):
            if moment is None or local(moment).date() > last:
                return False
            dials.append(Dial(moment, attempt + more, outcome))
            progress = self.progress(dials)
            if progress.closable:
                return True
            moment = progress.next_at
        return False

    def _attempt_starts(self, counted: list[Dial]) -> list[datetime]:
        """The start of each attempt's first dial in duty hours, in order."""
        starts: dict[int, datetime] = {}
        for dial in counted:
            if self.duty.covers(dial.started_at, self.calendar):
                starts.setdefault(dial.attempt, dial.started_at)
        return sorted(starts.values())

    def _missing(self, counted: list[Dial], starts: list[datetime]) -> Reason | None:
        """What is missing: as many attempts as count together, else what the last one waits for.

        Each condition is put to the moments of a next dial after the one before; that which puts
        the moment off last is the one that decides it.
        """
        if self._is_met(starts):
            return None
        need, have = self.retry.attempts, self._reach(starts)
        if len(starts) < need or have < need - 1:
            return Reason("open.attempts", {"have": have, "need": need})
        conditions = (self._are_apart, self._are_on_two_days, self._are_mixed)
        reasons = (
            Reason("open.apart", {"minutes": self.retry.minutes_apart}),
            Reason("open.later_day"),
            Reason("open.half_day"),
        )
        missing = [
            (said, self._earliest(counted, starts, conditions[: n + 1]))
            for n, said in enumerate(reasons)
            if not self._have_set(starts, conditions[: n + 1])
        ]
        return next(said for said, moment in missing if moment == missing[-1][1])

    def _earliest(
        self, counted: list[Dial], starts: list[datetime], conditions: tuple[_Condition, ...]
    ) -> datetime | None:
        """When a next dial would make a full set that meets these conditions."""
        return self._helping(counted, starts, lambda made: self._have_set(made, conditions))

    def _have_set(self, starts: list[datetime], conditions: tuple[_Condition, ...]) -> bool:
        return any(
            all(condition(s) for condition in conditions)
            for s in combinations(starts, self.retry.attempts)
        )

    def _is_met(self, starts: list[datetime]) -> bool:
        return self._have_set(starts, (self._are_apart, self._are_on_two_days, self._are_mixed))

    def _are_apart(self, starts: tuple[datetime, ...]) -> bool:
        gap = timedelta(minutes=self.retry.minutes_apart)
        return all(b - a >= gap for a, b in pairwise(starts))

    def _are_on_two_days(self, starts: tuple[datetime, ...]) -> bool:
        first, last = local(starts[0]).date(), local(starts[-1]).date()
        return len(starts) == 1 or (last > first and self.calendar.is_working(last))

    def _are_mixed(self, starts: tuple[datetime, ...]) -> bool:
        """Not all in one half of the day, unless the desk is staffed in only one."""
        halves = {local(s).hour * 60 + local(s).minute < NOON for s in starts}
        return len(halves) == 2 or len(starts) == 1 or not self.duty.both_halves

    def _next(self, counted: list[Dial], starts: list[datetime]) -> datetime | None:
        """The earliest moment that brings the rule nearer, looked for from the end of each gap."""
        reached = self._reach(starts)
        return self._helping(counted, starts, lambda made: self._reach(made) > reached)

    def _helping(
        self,
        counted: list[Dial],
        starts: list[datetime],
        helps: Callable[[list[datetime]], bool],
    ) -> datetime | None:
        """The earliest moment of a next dial that helps, given the starts with it."""
        after = max(d.started_at for d in counted) + timedelta(minutes=1)
        gap = timedelta(minutes=self.retry.minutes_apart)
        helping = (
            moment
            for since in {after, *(max(after, start + gap) for start in starts)}
            for moment in self._first(starts, since, helps)
        )
        return min(helping, default=None)

    def _first(
        self,
        starts: list[datetime],
        since: datetime,
        helps: Callable[[list[datetime]], bool],
    ) -> Iterable[datetime]:
        moments = self.duty.moments(since, self.calendar)
        return islice((m for m in moments if helps([*starts, m])), 1)

    def _reach(self, starts: list[datetime]) -> int:
        """How many of the attempts that are needed these starts can serve as."""
        need = self.retry.attempts
        if self._is_met(starts):
            return need
        sizes = range(need - 1, 0, -1)
        return next((n for n in sizes if any(map(self._are_apart, combinations(starts, n)))), 0)

    def _redials(self, counted: list[Dial]) -> int:
        last = counted[-1]
        if last.outcome is not Outcome.BUSY:
            return 0
        same = sum(d.attempt == last.attempt for d in counted)
        return max(0, self.retry.busy_redials + 1 - same)
