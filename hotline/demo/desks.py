"""Who takes a round's papers to issue and deals with what follows, and when they do."""

from dataclasses import dataclass
from datetime import datetime, time
from random import Random

from hotline.clock import at, local
from hotline.demo.timeline import Office


@dataclass(frozen=True)
class Desk:
    """`second` issues what `first` submitted; `inspector` calls a line again.

    `fresh`: of the last month, so that much of it is still under way.
    """

    code: str
    first: str
    second: str
    inspector: str
    fresh: bool

    @property
    def of_province(self) -> bool:
        return self.code.startswith("P-")

    def chance(self, *of: object) -> Random:
        """The same numbers for the same thing, whatever else is drawn meanwhile."""
        return Random(f"{self.code} {of}")


def workday(office: Office, now: datetime, days: int, hour: time) -> datetime:
    """That hour, so many working days later; of the same day for none."""
    return at(office.settings.working_days.add(local(now).date(), days), hour)
