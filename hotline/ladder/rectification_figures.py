"""整改完成率: the one place that counts it, for page, Excel and paper alike."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from hotline.clock import local
from hotline.errors import T
from hotline.rules.rectification import State

DEFINITION = T(
    "整改完成率：期限内报送并已销号的项数 ÷ 期限已过的项数；退回或延期的按重定的期限，"
    "已撤销的和申诉未决的不计。"
)
OVERDUE_DEFINITION = T("逾期：期限已过而没有报送的项数；申诉未决的不计。")


@dataclass(frozen=True)
class Due:
    """What counts of a rectification."""

    due_on: date
    state: str
    held: bool
    reported_at: datetime | None


@dataclass(frozen=True)
class Completion:
    """`due`: whose due date has passed; `in_time`: of those, reported by then and struck off."""

    due: int
    in_time: int

    @property
    def rate(self) -> float | None:
        """None where nothing is due yet."""
        return self.in_time / self.due if self.due else None


def completion(every: Iterable[Due], today: date) -> Completion:
    """Closed on time ÷ due; the due day itself has not passed."""
    due = [
        one for one in every if one.due_on < today and not one.held and one.state != State.CANCELLED
    ]
    return Completion(len(due), sum(_in_time(one) for one in due))


def _in_time(one: Due) -> bool:
    reported = one.reported_at
    return (
        one.state == State.CLOSED and reported is not None and local(reported).date() <= one.due_on
    )
