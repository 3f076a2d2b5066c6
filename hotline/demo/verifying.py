"""What the office does about a report: send it back, or call the line again and strike off."""

from datetime import datetime, time, timedelta

from hotline.demo.answers import heard
from hotline.demo.desks import Desk, workday
from hotline.demo.dialling import FIRST, Step
from hotline.demo.timeline import Deed, Office
from hotline.inspection import calls, reviews
from hotline.loop import rechecks, rectifications
from hotline.loop.rectification_steps import has_line_to_call, recheck_of
from hotline.models.loop import Rectification
from hotline.rules.outcomes import Outcome


def send_back(desk: Desk, task: int, again: Deed | None) -> Deed:
    """The report says too little; the unit reports `again` two working days later, or not yet."""

    def deed(office: Office, now: datetime) -> None:
        rectifications.return_(
            office.session,
            office.actors[desk.first],
            task,
            reason="未说明原因和责任人，也没有附值班安排，请补充后重报。",
            settings=office.settings,
            now=now,
        )
        if again is not None:
            office.timeline.add(workday(office, now, 2, time(11, 0)), again)

    return deed


def verify(desk: Desk, task: int, fate: str, again: Deed) -> Deed:
    """Call the line again, unannounced, or look at it on paper where none can be called.

    `again`: the unit's next report, should the line fail.
    """

    def deed(office: Office, now: datetime) -> None:
        found = office.session.get_one(Rectification, task)
        if not has_line_to_call(found):
            rectifications.close(office.session, office.actors[desk.first], task, now=now)
            return
        inspector = office.actors[desk.inspector]
        rechecks.open(
            office.session,
            office.actors[desk.first],
            task,
            inspectors=[inspector.user_id or 0],
            settings=office.settings,
            now=now,
        )
        if fate != "rechecking":
            moment = workday(office, now, 1, time(10, 10)) + timedelta(minutes=task % 60)
            office.timeline.add(moment, _dial(desk, task, again if fate == "failed" else None))

    return deed


def _dial(desk: Desk, task: int, again: Deed | None) -> Deed:
    """The line passes unless it is to be put right again."""

    def deed(office: Office, now: datetime) -> None:
        random = desk.chance("call", task)
        step = Step(1, Outcome.OK, FIRST, "good")
        if again is not None:
            step = Step(1, Outcome.REFUSED, FIRST, "refused")
        content = heard(random, step, now - timedelta(minutes=6), office.settings.rubric)
        check = recheck_of(office.session, office.session.get_one(Rectification, task))
        assert check is not None
        calls.record(
            office.session,
            office.actors[desk.inspector],
            check.id,
            content,
            settings=office.settings,
            now=now,
        )
        moment = workday(office, now, 0, time(15, 0)) + timedelta(minutes=task % 60)
        office.timeline.add(moment, _settle(desk, task, check.id, again))

    return deed


def _settle(desk: Desk, task: int, check_id: int, again: Deed | None) -> Deed:
    def deed(office: Office, now: datetime) -> None:
        session, actor, settings = office.session, office.actors[desk.first], office.settings
        reviews.accept(session, actor, check_id, settings=settings, now=now)
        if rechecks.settle(session, actor, task, settings=settings, now=now):
            rectifications.close(session, actor, task, now=now)
        elif again is not None:
            office.timeline.add(workday(office, now, 3, time(11, 10)), again)

    return deed
