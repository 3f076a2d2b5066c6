"""An appeal that is upheld by its office: the finding is revoked, a correction issued."""

from datetime import datetime, time

from sqlalchemy import select

from hotline.demo.desks import Desk, workday
from hotline.demo.timeline import Deed, Office
from hotline.issuing import approval
from hotline.loop import appeal_decisions
from hotline.loop.appeal_decisions import REVOKED, Remedy
from hotline.models.inspection import Call
from hotline.models.loop import Appeal


def decide_on(desk: Desk, appeal_id: int) -> Deed:
    """The second person decides, the first issues the 更正通知."""

    def deed(office: Office, now: datetime) -> None:
        session = office.session
        appeal = session.get_one(Appeal, appeal_id)
        dials = session.scalars(
            select(Call.id).where(
                Call.check_id == appeal.finding.check_id, Call.voided_at.is_(None)
            )
        ).all()
        decided = appeal_decisions.decide(
            session,
            office.actors[desk.second],
            appeal_id,
            outcome=REVOKED,
            reason="经向运营商核实，当日线路割接属实，拨测不计，予以撤销。",
            remedy=Remedy(struck_out=dials),
            settings=office.settings,
            now=now,
        )
        if decided.correction_id is not None:
            moment = workday(office, now, 1, time(9, 40))
            office.timeline.add(moment, _submit(desk, decided.correction_id))

    return deed


def _submit(desk: Desk, notice_id: int) -> Deed:
    def deed(office: Office, now: datetime) -> None:
        approval.submit(office.session, office.actors[desk.second], notice_id, now=now)
        office.timeline.add(workday(office, now, 0, time(14, 40)), issue(desk.first, notice_id))

    return deed


def issue(by: str, notice_id: int) -> Deed:
    """Issue one paper."""

    def deed(office: Office, now: datetime) -> None:
        actor = office.actors[by]
        approval.issue(office.session, actor, notice_id, settings=office.settings, now=now)

    return deed
