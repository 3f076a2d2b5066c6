"""One round from its opening to its closing, laid out as deeds in time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from hotline.clock import Period, at
from hotline.demo import deeds
from hotline.demo.answers import heard
from hotline.demo.deeds import CheckName
from hotline.demo.dialling import FIRST, NEXT_DAY, Step, moments, steps
from hotline.demo.registry import DemoLine
from hotline.demo.timeline import Timeline
from hotline.inspection import rounds
from hotline.inspection.rounds import NewRound
from hotline.rules.outcomes import Klass, Outcome
from hotline.settings import Settings

_UNREVIEWED = 0.012
_UNREVIEWED_WHILE_OPEN = 0.4
_MISREAD = 0.02
_STRUCK_OUT = 0.01
_SENT_BACK = 0.012


@dataclass(frozen=True)
class Plan:
    """A round of the demo: who opens, dials and reviews it; `lines` are those it will cover.

    `share`: the part of the lines that is dialled at all. `minutes`: how much later than the
    first it is opened and closed. `sends_back`: a check is returned to its inspector at the end.
    """

    level: str
    area_code: str
    period: Period
    lines: Sequence[DemoLine]
    inspectors: tuple[str, ...]
    reviewer: str
    closes: bool
    share: float = 1.0
    minutes: int = 0
    sends_back: bool = False

    @property
    def code(self) -> str:
        return rounds.round_code(self.level, self.area_code, self.period.name)


def working_days(period: Period, settings: Settings) -> list[date]:
    """The working days of a period."""
    length = (period.last - period.first).days + 1
    days = (period.first + timedelta(days=n) for n in range(length))
    return [day for day in days if settings.working_days.is_working(day)]


def closing(plan: Plan, settings: Settings) -> datetime:
    """When a round that closes is closed: at the end of its last working day."""
    last = working_days(plan.period, settings)[-1]
    return at(last, time(17, 35)) + timedelta(minutes=plan.minutes)


def lay_out(
    timeline: Timeline, random: Random, plan: Plan, fates: Mapping[str, Klass], settings: Settings
) -> None:
    """Put a round's deeds on the timeline. `fates`: line id → the class it will come to.

    Lines are dialled on working days; the last two of a round that closes are for the review.
    """
    days = working_days(plan.period, settings)
    opened = at(days[0], time(8, 5)) + timedelta(minutes=plan.minutes)
    opened = min(opened, timeline.until)
    new = NewRound(plan.level, plan.area_code, plan.period.name, seed=plan.code)
    timeline.add(opened, deeds.open_round(new, plan.reviewer, plan.inspectors))
    course = _Course(timeline, random, plan, settings, days)
    for line in plan.lines:
        if plan.share >= 1 or random.random() < plan.share:
            course.follow(line, fates[line.line_id])
    if plan.closes:
        timeline.add(closing(plan, settings), deeds.close_round(plan.code, plan.reviewer))
    elif plan.sends_back:
        deed = deeds.send_back_one_waiting(
            plan.code, plan.reviewer, "评分与备注不符，请核对录音后更正。"
        )
        timeline.add(timeline.until, deed)


class _Course:
    """The way of each line through one round."""

    def __init__(
        self,
        timeline: Timeline,
        random: Random,
        plan: Plan,
        settings: Settings,
        days: Sequence[date],
    ):
        self.timeline, self.random, self.plan, self.settings = timeline, random, plan, settings
        self.days = days
        begun = [day for day in days if at(day, time(9)) <= timeline.until]
        self.dialling = list(days[:-2]) if plan.closes else begun

    def follow(self, line: DemoLine, fate: Klass) -> None:
        """Dial a line to the end of its story, or as far as the days reach; then review."""
        random, check = self.random, CheckName(self.plan.code, line.line_id)
        made = steps(random, fate)
        # Room for three working days, so that no story of a closed round breaks off.
        starts = len(self.dialling) - 2 if self.plan.closes else len(self.dialling)
        if starts < 1:
            return
        strike = self.plan.closes and len(made) == 1 and random.random() < _STRUCK_OUT
        if strike:
            hung_up = Step(1, Outcome.HANGUP, FIRST, "hung up")
            made = [hung_up, Step(1, made[0].outcome, NEXT_DAY, made[0].flavour)]
        by = random.choice(self.plan.inspectors)
        duty = self.settings.duty_of(line.duty_hours)
        done = 0
        for step, moment in zip(
            made,
            moments(random, made, duty, self.dialling, random.randrange(starts)),
            strict=False,
        ):
            content = heard(random, step, moment, self.settings.rubric)
            logged = moment + timedelta(seconds=content.get("talk_s", 60) + random.randint(40, 200))
            if not self._record(check, content, by, logged):
                return
            done += 1
            if strike and done == 1:
                deed = deeds.strike_out(
                    check, content, self.plan.reviewer, "经查系误拨相邻号码，本次不计"
                )
                self.timeline.add(logged + timedelta(hours=1), deed)
        if done == len(made):
            self._review(check, content, by, logged)

    def _record(self, check: CheckName, content: dict[str, Any], by: str, logged: datetime) -> bool:
        """Log a call; now and then with a ring misread, which is set right soon after."""
        misread = "ring_s" in content and self.random.random() < _MISREAD
        first = content | {"ring_s": content["ring_s"] + 10} if misread else content
        if not self.timeline.add(logged, deeds.record(check, first, by)):
            return False
        if misread:
            later = logged + timedelta(minutes=self.random.randint(3, 25))
            reason = "秒表读数抄错，已按录音核对"
            self.timeline.add(later, deeds.correct(check, content, by, reason))
        return True

    def _review(self, check: CheckName, content: dict[str, Any], by: str, logged: datetime) -> None:
        """Accept on the next working day; a few are sent back first, a few are left alone."""
        random, plan = self.random, self.plan
        if random.random() < (_UNREVIEWED if plan.closes else _UNREVIEWED_WHILE_OPEN):
            return
        following = next((day for day in self.days if at(day, time(0)) > logged), None)
        if following is None:
            return
        moment = at(following, time(8, 40)) + timedelta(minutes=random.randint(0, 120))
        if plan.closes and random.random() < _SENT_BACK:
            amended = content | {"note": "补记：接听人未报工号，其余按录音核对无误"}
            self.timeline.add(
                moment, deeds.send_back(check, plan.reviewer, "备注过简，请按录音补充。")
            )
            moment += timedelta(hours=2)
            correction = deeds.correct(check, amended, by, "按复核意见补充备注")
            self.timeline.add(moment, correction)
            moment += timedelta(hours=3)
        self.timeline.add(moment, deeds.accept(check, plan.reviewer))
