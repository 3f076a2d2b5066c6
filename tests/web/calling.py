"""A city round with its people, at a moment when its lines may be dialled."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Flask
from sqlalchemy import event

from hotline import clock
from hotline.db import Database
from hotline.inspection import calls
from hotline.rights import Actor
from hotline.settings import Settings
from tests.inspection.spot_checks import ITEMS, on
from tests.web.browsing import Browser

NOW = on(10, "10:00")
YES = dict.fromkeys(ITEMS, "yes")


@dataclass
class CityRound:
    """石家庄's round of November: an inspector, two administrators, checks in order."""

    app: Flask
    database: Database
    settings: Settings
    code: str
    checks: list[int]
    inspector: Actor
    admin: Actor
    province: Actor

    def browser(self, actor: Actor, **more: str) -> Browser:
        return Browser(self.app, actor, **more)

    @contextmanager
    def queries(self) -> Iterator[list[str]]:
        """The statements sent to the database meanwhile."""
        asked: list[str] = []

        def listen(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
            asked.append(statement)

        event.listen(self.database.engine, "before_cursor_execute", listen)
        yield asked
        event.remove(self.database.engine, "before_cursor_execute", listen)

    def log(self, check_id: int, raw: dict[str, object], actor: Actor | None = None) -> int:
        with self.database.write() as session:
            return calls.record(
                session,
                actor or self.inspector,
                check_id,
                raw,
                settings=self.settings,
                now=clock.now(),
            ).call_id


def form(outcome: int = 11, at: str = "2026-11-10 09:30", **more: object) -> dict[str, object]:
    """What the form of a dial sends: answered well in 12 s unless said otherwise."""
    sent: dict[str, object] = {"outcome": str(outcome), "attempt": "1", "started_at": at}
    if outcome == 11:
        sent |= YES
    if outcome < 20:
        sent["ring_s"] = "12"
    return sent | more
