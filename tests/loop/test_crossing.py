"""Deeds that cross: a decision, a talk arranged and its paper issued at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select

from hotline.errors import HotlineError
from hotline.issuing import approval
from hotline.loop import talks
from hotline.models.papers import Notice
from tests.inspection.spot_checks import on
from tests.loop.called import arranged, arrangement, every_talk
from tests.loop.disputed import ISSUED
from tests.loop.test_appeal_decisions import decide
from tests.loop.test_appeals import file
from tests.loop.test_loop_papers import really_issued


def at_once(database, *deeds) -> list[str]:
    """What each deed came to; anything but a refusal in words fails the test."""

    def run(deed) -> str:
        try:
            with database.write() as session:
                deed(session)
            return "done"
        except HotlineError as refusal:
            return type(refusal).__name__

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def test_a_decision_and_an_arrangement(database, settings):
    with database.write() as session:
        case, _ = really_issued(session, settings, [{"outcome": 14, "ring_s": "8"}])
        file(session, settings, case)
        talk_id = every_talk(session)[0].id

    def arrange(session) -> None:
        talks.arrange(
            session, case.admin, talk_id, arrangement(), settings=settings, now=on(17, "15:00")
        )

    came_to = at_once(database, lambda s: decide(s, settings, case, "revoked"), arrange)
    assert came_to[0] == "done"
    with database.read() as session:
        talk = every_talk(session)[0]
        assert talk.state == "cancelled"
        drafts = session.scalars(select(Notice.state).where(Notice.kind == "talk")).all()
        assert drafts in ([], ["withdrawn"])


def test_a_new_date_and_the_issue_of_the_old(database, settings):
    with database.write() as session:
        case, province = really_issued(session, settings, [{"outcome": 14, "ring_s": "8"}])
        talk = arranged(session, settings, every_talk(session)[0], case.admin)
        approval.submit(session, case.admin, talk.notice.id, now=ISSUED)
        talk_id, paper_id = talk.id, talk.notice.id

    def arrange(session) -> None:
        new = arrangement(meets_at=on(30))
        talks.arrange(
            session, case.admin, talk_id, new, reason="会议", settings=settings, now=ISSUED
        )

    def issue(session) -> None:
        approval.issue(session, province, paper_id, settings=settings, now=ISSUED)

    came_to = at_once(database, issue, arrange)
    assert came_to[0] == "done"
    with database.read() as session:
        talk = every_talk(session)[0]
        # Either the new date came too early and was refused, or it has a paper of its own.
        if came_to[1] == "done":
            assert (talk.state, talk.notice.refers_to_id) == ("drafted", paper_id)
        else:
            assert (talk.state, talk.notice_id, talk.meets_at) == ("notified", paper_id, on(24))
