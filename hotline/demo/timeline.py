"""Deeds with the moments at which they are done, carried out in that order."""

import heapq
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from sqlalchemy.orm import Session

from hotline.rights import Actor
from hotline.settings import Settings


@dataclass
class Office:
    """What deeds need of what was done before them.

    `checks`: (round code, line id) → the check's key; `testers`: the check's key → to whom it was
    dealt; `calls`: (the check's key, start) → the
    call's; `closed`: the codes of the rounds closed so far. `timeline`: where a deed puts what
    follows from it.
    """

    session: Session
    settings: Settings
    actors: Mapping[str, Actor]
    timeline: "Timeline"
    checks: dict[tuple[str, str], int] = field(default_factory=dict)
    testers: dict[int, str] = field(default_factory=dict)
    calls: dict[tuple[int, datetime], int] = field(default_factory=dict)
    closed: list[str] = field(default_factory=list)


Deed = Callable[[Office, datetime], None]


class Timeline:
    """Deeds up to `until`; what would come later is never done.

    A deed may add others while they are carried out, not before its own moment.
    """

    def __init__(self, until: datetime):
        self.until = until
        self._deeds: list[tuple[datetime, int, Deed]] = []
        self._serial = count()

    def add(self, moment: datetime, deed: Deed) -> bool:
        """Plan a deed; False if it lies beyond the end."""
        if moment > self.until:
            return False
        heapq.heappush(self._deeds, (moment, next(self._serial), deed))
        return True

    def __iter__(self) -> Iterator[tuple[datetime, Deed]]:
        while self._deeds:
            moment, _serial, deed = heapq.heappop(self._deeds)
            yield moment, deed
