"""Due dates: so many working days from a day, and how that date comes about."""

from dataclasses import dataclass
from datetime import date, timedelta

from hotline.clock import Calendar


@dataclass(frozen=True)
class DueDate:
    """A due date that explains itself.

    `counted_from` never counts itself. `working_days` None: the date was set, not counted.
    Between the two: `weekend_days` off, `holidays` (weekdays off) and `made_up` (weekends that are
    worked). `provisional`: the calendar of one of these days is not published yet.
    """

    on: date
    counted_from: date
    working_days: int | None = None
    weekend_days: int = 0
    holidays: tuple[date, ...] = ()
    made_up: tuple[date, ...] = ()
    provisional: bool = False

    def __str__(self) -> str:
        """The date with its reckoning, in Chinese, as papers and files say it."""
        said = [f"{_day(self.on)}"]
        if self.working_days is not None:
            said.append(f"自{_day(self.counted_from)}次日起算{self.working_days}个工作日")
        if self.weekend_days:
            said.append(f"其间周末{self.weekend_days}天不计")
        if self.holidays:
            said.append(f"放假{len(self.holidays)}天不计（{_days(self.holidays)}）")
        if self.made_up:
            said.append(f"{_days(self.made_up)}调休上班，计入")
        if self.provisional:
            said.append("放假安排尚未公布，日期暂定")
        return "，".join(said)


def after(counted_from: date, working_days: int, calendar: Calendar) -> DueDate:
    """The last day that is in time; `counted_from`, the day of issue, never counts."""
    due_on = calendar.add(counted_from, working_days)
    return explained(counted_from, working_days, due_on, calendar)


def explained(
    counted_from: date, working_days: int | None, due_on: date, calendar: Calendar
) -> DueDate:
    """A stored date with its reckoning by the calendar of today; a set date has none."""
    if working_days is None:
        return DueDate(due_on, counted_from, provisional=calendar.provisional(due_on))
    span = [counted_from + timedelta(days=n + 1) for n in range((due_on - counted_from).days)]
    off = [day for day in span if not calendar.is_working(day)]
    return DueDate(
        on=due_on,
        counted_from=counted_from,
        working_days=working_days,
        weekend_days=sum(day.weekday() >= 5 for day in off),
        holidays=tuple(day for day in off if day.weekday() < 5),
        made_up=tuple(day for day in span if day.weekday() >= 5 and calendar.is_working(day)),
        provisional=any(calendar.provisional(day) for day in span),
    )


def days_left(day: date, due_on: date, calendar: Calendar) -> int:
    """The working days after `day` up to the due date, itself included."""
    count = 0
    while (day := calendar.add(day, 1)) <= due_on:
        count += 1
    return count


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _days(days: tuple[date, ...]) -> str:
    return "、".join(f"{day.month}月{day.day}日" for day in days)
