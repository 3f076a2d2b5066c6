"""A closed round with its drafts, and the people who take them to issue, in a few words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from hotline.db import Database
from hotline.inspection import calls, reviews
from hotline.issuing import approval
from hotline.models.papers import Finding, Notice
from hotline.papers import round_closings
from hotline.rights import Actor
from hotline.settings import Settings
from tests.factories import actor_for, make_areas, make_line, make_unit
from tests.inspection.spot_checks import a_round, checks_of, dial, on

CLOSED_AT = on(11, "16:00")
NOW = on(12, "09:00")


@dataclass
class ClosedRound:
    """石家庄's round of November: `drafter` closed it, `reviewer` and `chief` had no hand in it."""

    database: Database
    settings: Settings
    code: str
    drafter: Actor
    reviewer: Actor
    chief: Actor
    other: Actor  # of 唐山

    def papers(self) -> dict[str, Notice]:
        """Key → paper as it is now."""
        with self.database.read() as session:
            papers = session.scalars(select(Notice).order_by(Notice.id))
            return {paper.key: paper for paper in papers}

    @property
    def circular(self) -> Notice:
        return self.papers()["circular"]

    @property
    def letters(self) -> list[Notice]:
        return [paper for key, paper in self.papers().items() if key != "circular"]

    def findings(self) -> list[Finding]:
        with self.database.read() as session:
            return list(session.scalars(select(Finding).order_by(Finding.id)))

    def accept(self, actor: Actor | None = None) -> None:
        with self.database.write() as session:
            reviews.accept_all(
                session, actor or self.reviewer, self.code, settings=self.settings, now=NOW
            )

    def submit(self, notice_id: int, actor: Actor | None = None) -> None:
        with self.database.write() as session:
            approval.submit(session, actor or self.drafter, notice_id, now=NOW)

    def issue(self, notice_id: int, actor: Actor | None = None, now: datetime = NOW) -> Notice:
        with self.database.write() as session:
            return approval.issue(
                session, actor or self.chief, notice_id, settings=self.settings, now=now
            )

    def issued(self, actor: Actor | None = None) -> dict[str, Notice]:
        """Everything accepted, submitted and issued."""
        self.accept()
        with self.database.write() as session:
            approval.submit_round(session, self.drafter, self.code, now=NOW)
        with self.database.write() as session:
            approval.issue_round(
                session, actor or self.chief, self.code, settings=self.settings, now=NOW
            )
        return self.papers()


def close_a_round(
    database: Database,
    settings: Settings,
    *,
    units: Sequence[str] = ("长安区水利局", "长安区水利局", "桥西区水利局", "桥西区水利局"),
    passing: int = 1,
) -> ClosedRound:
    """A line of each of `units`; at the last `passing` all is well, at the others one hangs up."""
    with database.write() as session:
        make_areas(session)
        for serial, name in enumerate(units):
            area = "130104" if name.startswith("桥西区") else "130102"
            unit = make_unit(session, area, name)
            make_line(session, area_code=area, unit=unit, number=f"0311-8610{serial:04d}")
        people = [
            actor_for(session, "city_admin", name=name) for name in ("drafter", "reviewer", "chief")
        ]
        other = actor_for(session, "city_admin", name="other", area_code="130200")
        inspector = actor_for(session, "city_inspector", name="inspector")
        opened = on(3)
        found = a_round(session, settings, inspectors=(inspector.user_id,), now=opened)
        checks = checks_of(session, found)
        for n, check in enumerate(checks):
            outcome = 11 if n >= len(checks) - passing else 14
            raw = dial(on(9, "09:00"), outcome=outcome, answered_by="张三")
            calls.record(session, inspector, check.id, raw, settings=settings, now=on(9, "09:30"))
        round_closings.close(
            session, people[0], found.code, as_is_reason=None, settings=settings, now=CLOSED_AT
        )
        code = found.code
    return ClosedRound(database, settings, code, *people, other)
