"""Talks of the demo: some held with a record and a report, one nobody came to, the rest to come."""

from collections.abc import Sequence
from datetime import datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.clock import at, local
from hotline.delivery import links
from hotline.demo.deciding import issue
from hotline.demo.desks import Desk, workday
from hotline.demo.timeline import Deed, Office
from hotline.issuing import approval
from hotline.loop import rectifications, talk_records, talks
from hotline.loop.talk_records import Minutes, Promise
from hotline.loop.talks import Arrangement
from hotline.models.inspection import Round
from hotline.models.loop import Commitment, Rectification, Talk
from hotline.rights import Actor

_OFFICE = "二楼第一会议室"
_WAYS = ("closed", "reported", "held", "no show")
"""What becomes of the first talks of a round; the others wait to be arranged."""


def call(office: Office, now: datetime, desk: Desk) -> None:
    """Arrange the first talks that a round called for, and let them take their course."""
    query = (
        select(Talk.id)
        .join(Round, Round.id == Talk.round_id)
        .where(Round.code == desk.code, Talk.state == "due", Talk.unit_id.is_not(None))
        .order_by(Talk.id)
    )
    due: Sequence[int] = office.session.scalars(query.limit(len(_WAYS))).all()
    for place, talk_id in enumerate(due):
        way = _WAYS[place]
        office.timeline.add(workday(office, now, 1, time(16, place)), _arrange(desk, talk_id, way))


def _arrange(desk: Desk, talk_id: int, way: str) -> Deed:
    def deed(office: Office, now: datetime) -> None:
        settings = office.settings
        held_on = settings.working_days.add(talks.earliest(now, settings), 2)
        meets_at = at(held_on, time(9, 30))
        actor = office.actors[desk.first]
        said = Arrangement("主要负责人", meets_at, _OFFICE, "分管负责同志", "带整改方案参加。")
        talk = talks.arrange(office.session, actor, talk_id, said, settings=settings, now=now)
        assert talk.notice_id is not None
        approval.submit(office.session, actor, talk.notice_id, now=now)
        add, next_day = office.timeline.add, workday(office, now, 1, time(9, 50))
        add(next_day, issue(desk.second, talk.notice_id))
        if way == "no show":
            add(at(held_on, time(11, 0)), _nobody_came(desk, talk_id))
        else:
            add(at(held_on, time(14, 20)), _record(desk, talk_id, way))

    return deed


def _nobody_came(desk: Desk, talk_id: int) -> Deed:
    def deed(office: Office, now: datetime) -> None:
        actor = office.actors[desk.first]
        talks.no_show(office.session, actor, talk_id, reason="未到会，也未请假。", now=now)

    return deed


def _record(desk: Desk, talk_id: int, way: str) -> Deed:
    def deed(office: Office, now: datetime) -> None:
        settings, actor = office.settings, office.actors[desk.first]
        talk = office.session.get_one(Talk, talk_id)
        due = settings.working_days.add(local(now).date(), 10)
        minutes = Minutes(
            held_at=talk.meets_at,
            place=talk.place,
            present="分管负责同志\n被约谈单位主要负责人、经办人",
            account="说明了值守不到位的原因，对问题没有异议。",
            demands="举一反三，月底前完成全部整改。",
            promises=(
                Promise("调整值班安排，工作日全时段有人值守", due, "李示例"),
                Promise("组织接线人员培训并考核", due, "孙示例"),
            ),
        )
        done = talk_records.record(
            office.session, actor, talk_id, minutes, settings=settings, now=now
        )
        assert done.record_id is not None
        approval.submit(office.session, actor, done.record_id, now=now)
        add = office.timeline.add
        add(workday(office, now, 1, time(10, 20)), issue(desk.second, done.record_id))
        if way != "held":
            add(workday(office, now, 6, time(10, 0)), _report(desk, talk_id, way))

    return deed


def _report(desk: Desk, talk_id: int, way: str) -> Deed:
    def deed(office: Office, now: datetime) -> None:
        session, settings = office.session, office.settings
        talk = session.get_one(Talk, talk_id)
        unit = _by_link(office, desk, talk, now)
        body = "已按约谈要求调整值班安排，完成培训并考核。"
        for task in _tasks(session, talk_id):
            rectifications.report(
                session, unit, task, body=body, reporter="李示例", settings=settings, now=now
            )
        talk_records.report(session, unit, talk_id, body=body, settings=settings, now=now)
        if way == "closed":
            office.timeline.add(workday(office, now, 2, time(16, 10)), _end(desk, talk_id))

    return deed


def _end(desk: Desk, talk_id: int) -> Deed:
    def deed(office: Office, now: datetime) -> None:
        session, actor = office.session, office.actors[desk.first]
        for task in _tasks(session, talk_id):
            rectifications.close(session, actor, task, now=now)
        talk_records.close(session, actor, talk_id, now=now)

    return deed


def _by_link(office: Office, desk: Desk, talk: Talk, now: datetime) -> Actor:
    """Someone of the unit, who came by the link of the talk's paper."""
    assert talk.record is not None
    assert talk.unit_id is not None
    link = links.standing(
        office.session,
        talk.record,
        talk.unit_id,
        by=office.actors[desk.second].name,
        settings=office.settings,
        now=now,
    )
    return Actor.visitor(link.id, talk.unit_id)


def _tasks(session: Session, talk_id: int) -> Sequence[int]:
    """What was promised in the talk and is still open."""
    query = (
        select(Rectification.id)
        .join(Commitment, Commitment.id == Rectification.commitment_id)
        .where(Commitment.talk_id == talk_id, Rectification.state != "closed")
        .order_by(Rectification.id)
    )
    return session.scalars(query).all()
