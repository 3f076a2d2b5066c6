"""A talk on its way: arranged, told of, put off, missed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from hotline.errors import Conflict, Forbidden, Invalid, NotFound
from hotline.loop import talks
from hotline.models.journal import AuditEntry
from hotline.models.loop import Talk
from hotline.models.papers import Notice, NoticeFinding
from tests.factories import actor_for, make_unit
from tests.inspection.spot_checks import on
from tests.loop.called import MEETING, TUESDAY, arranged, arrangement, every_talk, told
from tests.loop.disputed import Case, a_case, issue_paper


def called(session, settings) -> tuple[Case, Talk]:
    """A hang-up calls the unit to a talk at once."""
    case = a_case(session, settings)
    return case, every_talk(session)[0]


def sees(session, actor, talk) -> bool:
    try:
        talks.get_for(session, actor, talk.id)
    except NotFound:
        return False
    return True


def test_arranging_drafts_the_notice_which_another_person_issues(database, settings):
    with database.write() as session:
        case, talk = called(session, settings)
        arranged(session, settings, talk, case.admin)
    with database.read() as session:
        talk = every_talk(session)[0]
        paper = session.get_one(Notice, talk.notice_id)
        assert (talk.state, talk.person, talk.meets_at) == ("drafted", "局长 王某", MEETING)
        assert (paper.kind, paper.key, paper.unit_id) == ("talk", f"talk:{talk.id}", case.unit_id)
        assert (paper.state, paper.hands, paper.refers_to_id) == ("draft", ["review"], None)
        named = select(NoticeFinding.finding_id).where(NoticeFinding.notice_id == paper.id)
        assert session.scalars(named).all() == [case.finding_id]
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert (entry.action, entry.new["place"]) == ("talk.arrange", "市水利局三楼会议室")


@pytest.mark.parametrize(("day", "refused"), [(19, True), (20, False), (23, False)])
def test_three_working_days_lie_between_notice_and_talk(database, settings, day, refused):
    """On Tuesday the 17th: the 18th, 19th, and on the 20th they may meet."""
    with database.write() as session:
        case, talk = called(session, settings)
        if not refused:
            arranged(session, settings, talk, case.admin, meets_at=on(day, "08:30"))
            return
        with pytest.raises(Invalid) as error:
            arranged(session, settings, talk, case.admin, meets_at=on(day, "23:00"))
        assert [one.field for one in error.value.errors] == ["meets_at"]
        assert "2026-11-20" in str(error.value.errors[0].text)


def test_a_meeting_that_came_too_near_is_not_told_of(database, settings):
    with database.write() as session:
        case, talk = called(session, settings)
        arranged(session, settings, talk, case.admin)
        with pytest.raises(Conflict, match="2026-11-25"):
            talks.notified(session, talk.notice, settings=settings, now=on(20, "09:00"))
        talks.notified(session, talk.notice, settings=settings, now=on(19, "09:00"))
        assert talk.state == "notified"


def test_every_mistake_of_an_arrangement_at_once(database, settings):
    with database.write() as session:
        case, talk = called(session, settings)
        wrong = replace(arrangement(), person="", meets_at=None, place="a\nb", host="x" * 201)
        with pytest.raises(Invalid) as error:
            talks.arrange(session, case.admin, talk.id, wrong, settings=settings, now=TUESDAY)
        assert [e.field for e in error.value.errors] == ["person", "place", "host", "meets_at"]


def test_until_it_is_submitted_it_is_set_anew(database, settings):
    with database.write() as session:
        case, talk = called(session, settings)
        arranged(session, settings, talk, case.admin)
        first = talk.notice_id
        arranged(session, settings, talk, case.other, place="别处")
        assert (talk.notice_id, talk.place) == (first, "别处")
        # Whoever changes it has a hand in it, and does not issue it.
        assert talk.notice.hands == ["review", "other"]
        talk.notice.state = "submitted"
        session.flush()
        with pytest.raises(Conflict, match="已送审"):
            arranged(session, settings, talk, case.admin)
        talk.notice.state = "withdrawn"
        session.flush()
        arranged(session, settings, talk, case.admin)
        assert (talk.notice_id, talk.notice.state) == (first, "draft")


def test_it_is_put_off_by_a_new_paper_that_refers_to_the_old(database, settings):
    with database.write() as session:
        case, talk = called(session, settings)
        told(session, settings, talk, case.admin)
        old = talk.notice
        with pytest.raises(Invalid) as error:
            arranged(session, settings, talk, case.admin, meets_at=on(30))
        assert [one.field for one in error.value.errors] == ["reason"]
        talks.arrange(
            session,
            case.admin,
            talk.id,
            arrangement(meets_at=on(30)),
            reason="当天全省会议",
            settings=settings,
            now=TUESDAY,
        )
        assert (talk.state, talk.notice.refers_to_id) == ("drafted", old.id)
        assert talk.notice.key == f"talk:{talk.id}:2"
        # The unit was told of the talk, and does not lose sight of it meanwhile.
        assert sees(session, case.unit, talk)
        issue_paper(session, settings, talk.notice, now=TUESDAY)
        assert (talk.state, talk.meets_at) == ("notified", on(30))
        with pytest.raises(Conflict):
            talks.notified(session, old, settings=settings, now=TUESDAY)


def test_nobody_came_shows_only_after_the_time(database, settings):
    with database.write() as session:
        case, talk = called(session, settings)
        with pytest.raises(Conflict):
            talks.no_show(session, case.admin, talk.id, reason="未到", now=on(25))
        told(session, settings, talk, case.admin)
        with pytest.raises(Conflict, match="时间未到"):
            talks.no_show(session, case.admin, talk.id, reason="未到", now=on(24, "09:29"))
        with pytest.raises(Invalid):
            talks.no_show(session, case.admin, talk.id, reason=" ", now=on(24, "10:00"))
        talks.no_show(session, case.admin, talk.id, reason="未到会也未请假", now=on(24, "10:00"))
        paper = session.scalars(select(Notice).where(Notice.kind == "no_show")).one()
        assert (talk.state, paper.key) == ("no_show", f"no_show:{talk.id}")
        assert (paper.unit_id, paper.refers_to_id) == (None, talk.notice_id)

        # It is arranged once more, after the paper about the absence is on its way.
        again = arrangement(meets_at=on(4, month=12))
        with pytest.raises(Conflict, match="未到会"):
            arrange_again(session, settings, case, talk, again)
        issue_paper(session, settings, paper, now=on(25))
        arrange_again(session, settings, case, talk, again)
        assert (talk.state, talk.notice.key) == ("drafted", f"talk:{talk.id}:2")
        issue_paper(session, settings, talk.notice, now=on(25))
        talks.no_show(session, case.admin, talk.id, reason="又未到", now=on(4, "12:00", month=12))
        keys = [n.key for n in talks.papers_of(session, talk)]
        assert keys[-1] == f"no_show:{talk.id}:2"


def arrange_again(session, settings, case, talk, again):
    return talks.arrange(
        session, case.admin, talk.id, again, reason="重新约谈", settings=settings, now=on(25)
    )


def test_who_arranges(database, settings):
    with database.write() as session:
        case, talk = called(session, settings)
        stranger = actor_for(session, "city_admin", area_code="130200")
        inspector = actor_for(session, "city_inspector")
        for actor in (stranger, case.unit, inspector):
            with pytest.raises(NotFound):
                arranged(session, settings, talk, actor)
        told(session, settings, talk, case.admin)
        for actor in (case.unit, inspector, actor_for(session, "province_inspector")):
            with pytest.raises(Forbidden):
                arranged(session, settings, talk, actor)
        with pytest.raises(Forbidden):
            talks.no_show(session, case.unit, talk.id, reason="未到", now=on(25))


def test_who_sees_a_talk_and_when(database, settings):
    with database.write() as session:
        case, talk = called(session, settings)
        other_unit = make_unit(session, "130104", "桥西区水利局")
        people = {
            "unit": case.unit,
            "other unit": actor_for(session, "unit_reader", area_code="130100", unit=other_unit),
            "own admin": case.admin,
            "own inspector": actor_for(session, "city_inspector"),
            "other city": actor_for(session, "city_admin", area_code="130200"),
            "province admin": actor_for(session, "province_admin"),
            "province inspector": actor_for(session, "province_inspector"),
            "auditor": actor_for(session, "auditor"),
        }
        before = {name for name, actor in people.items() if sees(session, actor, talk)}
        assert before == {"own admin", "province admin"}
        told(session, settings, talk, case.admin)
        after = {name for name, actor in people.items() if sees(session, actor, talk)}
        assert after == before | {"unit", "own inspector", "province inspector"}


@pytest.mark.parametrize("state", ["due", "draft", "submitted"])
def test_a_talk_nobody_was_told_of_is_cancelled_with_its_paper(database, settings, state):
    with database.write() as session:
        case, talk = called(session, settings)
        if state != "due":
            arranged(session, settings, talk, case.admin)
            talk.notice.state = state
        session.flush()
        talks.cancel(session, case.admin, talk.id, reason="线路已停用", now=TUESDAY)
    with database.read() as session:
        talk = every_talk(session)[0]
        assert (talk.state, talk.reason) == ("cancelled", "线路已停用")
        assert (talk.closed_by, talk.closed_at) == ("review", TUESDAY)
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert (entry.action, entry.reason) == ("talk.cancel", "线路已停用")
        assert (entry.old["talk_state"], entry.new["talk_state"]) == (
            "due" if state == "due" else "drafted",
            "cancelled",
        )
        if state != "due":
            assert (talk.notice.state, talk.notice.return_reason) == ("withdrawn", "线路已停用")
        assert not sees(session, case.unit, talk)
    with database.write() as session:
        talk = every_talk(session)[0]
        with pytest.raises(Conflict):
            arranged(session, settings, talk, case.admin)
        assert talks.call_for(session, talk.round, now=TUESDAY) == []


def test_a_talk_that_was_told_of_is_not_cancelled(database, settings):
    with database.write() as session:
        case, talk = called(session, settings)
        told(session, settings, talk, case.admin)
        with pytest.raises(Conflict, match="改期"):
            talks.cancel(session, case.admin, talk.id, reason="不必", now=TUESDAY)
        # Nor while a new date is only drafted: the unit knows of the talk.
        talks.arrange(
            session,
            case.admin,
            talk.id,
            arrangement(meets_at=on(30)),
            reason="当天全省会议",
            settings=settings,
            now=TUESDAY,
        )
        with pytest.raises(Conflict, match="改期"):
            talks.cancel(session, case.admin, talk.id, reason="不必", now=TUESDAY)
        assert (talk.state, talk.notice.state) == ("drafted", "draft")


@pytest.mark.parametrize("reason", ["", " ", "长" * 501])
def test_a_talk_is_cancelled_with_a_reason_by_those_who_manage_it(database, settings, reason):
    with database.write() as session:
        case, talk = called(session, settings)
        with pytest.raises(Invalid) as error:
            talks.cancel(session, case.admin, talk.id, reason=reason, now=TUESDAY)
        assert [one.field for one in error.value.errors] == ["reason"]
        stranger = actor_for(session, "city_admin", area_code="130200")
        for actor, refusal in (
            (case.unit, NotFound),
            (stranger, NotFound),
            (actor_for(session, "province_inspector"), NotFound),
        ):
            with pytest.raises(refusal):
                talks.cancel(session, actor, talk.id, reason="不必", now=TUESDAY)
        assert talk.state == "due"
