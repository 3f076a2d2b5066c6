"""What a point is: one thing that somebody is to see to."""

from dataclasses import dataclass
from datetime import date

from hotline.errors import Text


@dataclass(frozen=True)
class Point:
    """One thing to see to; `path` is its page. `late`: its date has passed.

    `waits`: it can be done at any time, whatever the date. `personal`: it counts what is the
    reader's own, and another may have another point of the same page. `since`: the working day
    from which on this reader is told of it, where it is a date that makes them told.
    """

    text: Text
    path: str
    due_on: date
    late: bool = False
    waits: bool = False
    personal: bool = False
    since: date | None = None
