"""What becomes of a closed round's papers: reviewed, submitted, issued by a second person."""

from datetime import datetime, time, timedelta

from hotline.demo import people
from hotline.demo.campaigns import Plan
from hotline.demo.desks import Desk, workday
from hotline.demo.receiving import receive
from hotline.demo.talking import call
from hotline.demo.timeline import Deed, Office
from hotline.inspection import reviews
from hotline.issuing import approval
from hotline.papers import notices

_STAY_DRAFTS, _WAIT_FOR_ISSUE = ("130181",), ("133100",)
"""The groups whose papers of the last month are still on the drafter's or the issuer's desk."""


def sign_off(plan: Plan, *, fresh: bool) -> Deed:
    """Put a round's papers on their way once it is closed: all of it on the next working day."""
    second = people.second_to(plan.reviewer)
    desk = Desk(plan.code, plan.reviewer, second, plan.inspectors[0], fresh)
    # In their first months the cities without an office of their own only tried it out.
    trial = plan.level == "city" and not fresh and plan.reviewer == people.FIRST
    talks = desk.of_province or (fresh and plan.reviewer != people.FIRST)

    def deed(office: Office, now: datetime) -> None:
        add, later = office.timeline.add, timedelta(minutes=plan.minutes)
        add(workday(office, now, 1, time(9, 0)) + later, _accept_the_rest(desk))
        if fresh and plan.area_code in _STAY_DRAFTS:
            return
        if trial:
            add(workday(office, now, 1, time(9, 40)) + later, _withdraw_letters(desk))
        add(workday(office, now, 1, time(10, 0)) + later, _submit(desk))
        if not (fresh and plan.area_code in _WAIT_FOR_ISSUE):
            add(workday(office, now, 1, time(14, 30)) + later, _issue(desk, talks=talks))

    return deed


def _accept_the_rest(desk: Desk) -> Deed:
    def deed(office: Office, now: datetime) -> None:
        actor = office.actors[desk.first]
        reviews.accept_all(office.session, actor, desk.code, settings=office.settings, now=now)

    return deed


def _withdraw_letters(desk: Desk) -> Deed:
    def deed(office: Office, now: datetime) -> None:
        session, actor = office.session, office.actors[desk.first]
        for paper in notices.find(session, actor, round_code=desk.code):
            if paper.kind == "rectification":
                reason = "试运行期间只通报，不下达整改通知书。"
                approval.withdraw(session, actor, paper.id, reason=reason, now=now)

    return deed


def _submit(desk: Desk) -> Deed:
    def deed(office: Office, now: datetime) -> None:
        approval.submit_round(office.session, office.actors[desk.first], desk.code, now=now)

    return deed


def _issue(desk: Desk, *, talks: bool) -> Deed:
    def deed(office: Office, now: datetime) -> None:
        issued = approval.issue_round(
            office.session,
            office.actors[desk.second],
            desk.code,
            settings=office.settings,
            now=now,
        )
        letters = [paper for paper in issued if paper.kind == "rectification"]
        for place, letter in enumerate(letters):
            receive(office, now, desk, letter, place)
        if talks:
            call(office, now, desk)

    return deed
