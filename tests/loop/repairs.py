"""A rectification in any state, and the people around it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.inspection import reviews
from hotline.loop import rechecks, rectifications
from hotline.models.inspection import Check, Round
from hotline.models.loop import Commitment, Rectification, RectificationStep, Talk
from hotline.models.papers import Notice
from hotline.rights import Actor
from hotline.settings import Settings
from tests.factories import actor_for, make_line, make_unit
from tests.inspection.spot_checks import dial, log, on
from tests.loop.disputed import HANGUP, ISSUED, Case, a_case

REPORTED = on(19, "09:00")
CHECKED = on(23, "09:00")
DIALLED = on(23, "10:00")
LATER = on(26, "09:00")


@dataclass
class Repair:
    """`id` of the rectification; `people` by what the tests call them."""

    id: int
    case: Case
    people: dict[str, Actor]

    def found(self, session: Session) -> Rectification:
        return session.get_one(Rectification, self.id, populate_existing=True)

    def steps(self, session: Session) -> list[str]:
        query = select(RectificationStep.step).where(RectificationStep.rectification_id == self.id)
        return list(session.scalars(query.order_by(RectificationStep.id)))

    def recheck(self, session: Session) -> Check:
        round_id = self.found(session).recheck_round_id
        query = select(Check).where(Check.round_id == round_id)
        return session.scalars(query.execution_options(populate_existing=True)).one()


def a_repair(
    session: Session, settings: Settings, dials=HANGUP, *, at: datetime = ISSUED
) -> Repair:
    """What a city's 整改通知书 of 17 November asks of 长安区; 5 working days, or 2."""
    case = a_case(session, settings, dials, issued_at=at)
    query = select(Rectification.id).where(Rectification.finding_id == case.finding_id)
    elsewhere = make_unit(session, "130202", "路南区水利局")
    make_line(session, area_code="130202", unit=elsewhere)
    people = {
        "admin": case.admin,
        "other": case.other,
        "province": actor_for(session, "province_admin", name="province"),
        "inspector": actor_for(session, "city_inspector", name="inspector"),
        "province_inspector": actor_for(session, "province_inspector", name="far"),
        "other_city": actor_for(session, "city_admin", name="tangshan", area_code="130200"),
        "unit": case.unit,
        "other_unit": actor_for(
            session, "unit_reader", name="lunan", area_code="130200", unit=elsewhere
        ),
        "auditor": actor_for(session, "auditor", name="auditor"),
    }
    return Repair(session.scalars(query).one(), case, people)


def report(session: Session, settings: Settings, repair: Repair, **more):
    given = {"body": "已更换值守人员并培训。", "reporter": "王某", "now": REPORTED} | more
    actor = given.pop("actor", repair.case.unit)
    return rectifications.report(session, actor, repair.id, settings=settings, **given)


def call_again(session: Session, settings: Settings, repair: Repair, **more) -> Round:
    given = {"now": CHECKED, "inspectors": (repair.people["inspector"].user_id,)} | more
    actor = given.pop("actor", repair.case.admin)
    return rechecks.open(session, actor, repair.id, settings=settings, **given)


def answer(session: Session, settings: Settings, repair: Repair, at=DIALLED, **more) -> None:
    """The re-check's inspector dials once, and the other administrator accepts the result."""
    check = repair.recheck(session)
    raw = dial(at, **more)
    log(session, settings, check, raw, repair.people["inspector"])
    reviews.accept(session, repair.case.other, check.id, settings=settings, now=LATER)


def settle(session: Session, settings: Settings, repair: Repair, **more) -> bool:
    given = {"now": LATER} | more
    actor = given.pop("actor", repair.case.admin)
    return rechecks.settle(session, actor, repair.id, settings=settings, **given)


def bring_to(session: Session, settings: Settings, repair: Repair, state: str) -> None:
    """Into this state by the deeds that lead there; `passed` is 复查中 with a good result."""
    if state == "issued":
        return
    if state == "cancelled":
        rectifications.cancel_for_finding(session, repair.case.finding_id, by="x", now=REPORTED)
        return
    found = repair.found(session)
    rectifications.begin(session, found.notice, found.unit_id, by="unit", now=ISSUED)
    if state == "in_progress":
        return
    report(session, settings, repair)
    if state == "returned":
        rectifications.return_(
            session, repair.case.other, repair.id, reason="不清楚", settings=settings, now=CHECKED
        )
    if state in ("rechecking", "passed", "closed"):
        call_again(session, settings, repair, actor=repair.case.other)
    if state in ("passed", "closed"):
        answer(session, settings, repair)
        settle(session, settings, repair, actor=repair.case.other)
    if state == "closed":
        rectifications.close(session, repair.case.other, repair.id, now=LATER)


def a_commitment(session, settings, repair, *, unit_id=None, area_code="130102") -> Rectification:
    """What was promised in a talk by 15 December."""
    found = repair.found(session).notice.round
    talk = Talk(
        round_id=found.id,
        unit_id=unit_id,
        area_code=area_code,
        state="held",
        held_at=LATER,
        created_at=LATER,
    )
    session.add(talk)
    session.flush()
    promised = Commitment(
        talk_id=talk.id, what="落实双人值守", due_on=date(2026, 12, 15), person="李局长"
    )
    record = Notice(
        round_id=found.id,
        key=f"talk_record:{talk.id}",
        kind="talk_record",
        unit_id=unit_id,
        area_code=area_code,
        title="约谈记录",
        drafted_at=LATER,
        drafted_by="x",
    )
    session.add_all([promised, record])
    session.flush()
    return rectifications.open_for_commitment(
        session, promised, record, settings=settings, now=LATER
    )
