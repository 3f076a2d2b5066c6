"""A closed city round with issued papers, and the people who dispute, decide and issue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hotline.inspection import reviews
from hotline.loop import rectifications, talk_records, talks
from hotline.models.inspection import Call, Check, Round
from hotline.models.papers import Finding, Notice, NoticeFinding, Receipt
from hotline.models.registry import Unit
from hotline.papers import round_closings
from hotline.rights import Actor
from hotline.settings import Settings
from tests.factories import OPERATOR, actor_for, make_areas, make_line, make_unit
from tests.inspection.spot_checks import a_round, checks_of, dial, log, on

CLOSING = on(16, "18:00")  # a Monday, after office hours
ISSUED = on(17, "10:00")  # Tuesday
_serials = count(1)

MACHINE = [{"outcome": 16}]
HANGUP = [{"outcome": 14, "ring_s": "8"}]
SLOW_OK = [{"ring_s": "25"}]
TWO_MAJORS = [{"D1": "否", "D2": "否"}]


@dataclass
class Case:
    """`admin` reviewed, `other` did not; both manage the round. `unit` is whose line failed."""

    round_id: int
    finding_id: int
    check_id: int
    line_id: int
    unit_id: int
    admin: Actor
    other: Actor
    unit: Actor

    def finding(self, session: Session) -> Finding:
        return session.get_one(Finding, self.finding_id, populate_existing=True)

    def check(self, session: Session) -> Check:
        return session.get_one(Check, self.check_id, populate_existing=True)

    def calls(self, session: Session) -> list[Call]:
        query = select(Call).where(Call.check_id == self.check_id).order_by(Call.started_at)
        return list(session.scalars(query.execution_options(populate_existing=True)))


def a_case(
    session: Session,
    settings: Settings,
    dials: Sequence[dict[str, object]] = HANGUP,
    *,
    issue: Iterable[str] = ("circular", "rectification"),
    issued_at: datetime = ISSUED,
) -> Case:
    """One line of 长安区 with these dials, its round closed and reviewed, its papers issued."""
    make_areas(session)
    unit = make_unit(session)
    line = make_line(session, unit=unit)
    found = a_round(session, settings)
    check = checks_of(session, found)[0]
    for n, said in enumerate(dials):
        raw = dial(on(3 + n // 2, "09:30" if n % 2 == 0 else "15:00"), attempt=n + 1, **said)
        log(session, settings, check, raw)
    admin, other = (actor_for(session, "city_admin", name=name) for name in ("review", "other"))
    close(session, settings, found)
    reviews.accept(session, admin, check.id, settings=settings, now=CLOSING)
    for kind in issue:
        for notice in papers(session, found, kind):
            issue_paper(session, settings, notice, now=issued_at)
    finding = session.scalars(select(Finding).where(Finding.check_id == check.id)).one()
    reader = actor_for(session, "unit_reader", name="unit", area_code="130100", unit=unit)
    return Case(found.id, finding.id, check.id, line.id, unit.id, admin, other, reader)


def close(session: Session, settings: Settings, found: Round, *, now: datetime = CLOSING) -> Round:
    return round_closings.close(
        session, OPERATOR, found.code, as_is_reason="到期", settings=settings, now=now
    )


def papers(session: Session, found: Round, kind: str) -> list[Notice]:
    query = select(Notice).where(Notice.round_id == found.id, Notice.kind == kind)
    return list(session.scalars(query.order_by(Notice.id)))


def issue_paper(
    session: Session, settings: Settings, notice: Notice, *, now: datetime = ISSUED
) -> Notice:
    """What issuing does to the loop, without the paper itself."""
    notice.state, notice.number = "issued", f"冀水监电〔2026〕{next(_serials)}号"
    notice.issued_at, notice.issued_by = now, "issuer"
    session.flush()
    named = select(NoticeFinding.finding_id).where(NoticeFinding.notice_id == notice.id)
    session.execute(
        update(Finding).where(Finding.id.in_(named), Finding.state == "new").values(state="issued")
    )
    after = {
        "rectification": rectifications.open_for,
        "talk": talks.notified,
        "talk_record": talk_records.recorded,
    }.get(notice.kind)
    if after:
        after(session, notice, settings=settings, now=now)
    return notice


def sign(session: Session, notice: Notice, unit_id: int, at: datetime) -> None:
    session.add(Receipt(notice_id=notice.id, unit_id=unit_id, signer="王某", by="unit", at=at))
    session.flush()


def unit_named(session: Session, unit_id: int) -> Unit:
    return session.get_one(Unit, unit_id)
