"""A rectification due on the last day before the National Day holidays, and people with e-mail."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from hotline.mail import Letter, Mailer, Outcome
from hotline.models.inspection import Round
from hotline.models.people import User
from hotline.models.registry import Unit
from hotline.settings import Settings
from tests.loop.repairs import Repair, a_repair

DUE = date(2026, 9, 30)


class Kept(Mailer):
    """A mailer whose letters are kept with the moment they were handed over."""

    def __init__(self, settings: Settings):
        super().__init__(settings.mail)
        self.letters: list[tuple[datetime, Letter]] = []

    def open(self) -> None:
        return

    def send(self, letter: Letter) -> Outcome:
        self.letters.append((letter.written_at, letter))
        return Outcome("sent")

    def close(self) -> None:
        return


def a_late_repair(session: Session, settings: Settings) -> Repair:
    """Everyone reads e-mail at their own name; the inspector was assigned to the round."""
    repair = a_repair(session, settings)
    repair.found(session).due_on = DUE
    for name, actor in repair.people.items():
        session.get_one(User, actor.user_id).email = f"{name}@example.cn"
    unit = session.get_one(Unit, repair.case.unit_id)
    unit.email = "office@example.cn"
    found = session.get_one(Round, repair.case.round_id)
    found.inspectors.append(session.get_one(User, repair.people["inspector"].user_id))
    session.flush()
    return repair
