"""After the meeting: the record, its commitments, the follow-up report, the end."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from hotline.errors import Conflict, Forbidden, Invalid, NotFound
from hotline.ledgers import ledger_talks
from hotline.loop import attachments, talk_records, talks
from hotline.loop.attachments import Upload
from hotline.loop.talk_records import Minutes, Promise
from hotline.models.loop import Attachment, Commitment, Rectification, Talk
from hotline.models.papers import Notice
from tests.factories import actor_for, make_areas, make_line, make_unit
from tests.inspection.spot_checks import on
from tests.loop.called import MEETING, a_round_of, arranged, arrangement, every_talk, told
from tests.loop.disputed import Case, issue_paper
from tests.loop.test_appeals import PNG
from tests.loop.test_talks import called

AFTER = on(24, "11:30")
REPORTED = on(8, month=12)
MINUTES = Minutes(
    held_at=MEETING,
    place="市水利局三楼会议室",
    present="市局：张某\n长安区水利局：王某",
    account="值班人员误挂电话。",
    demands="十日内完成培训。",
    promises=(
        Promise("全员培训一次", date(2026, 12, 4), "李某"),
        Promise("安排专人值守", date(2026, 12, 8), "赵某"),
    ),
)


def recorded(session, settings, case: Case, talk: Talk, minutes: Minutes = MINUTES, **more) -> Talk:
    given = {"now": AFTER} | more
    return talk_records.record(session, case.admin, talk.id, minutes, settings=settings, **given)


def held(session, settings) -> tuple[Case, Talk]:
    """Told, held, and its record issued."""
    case, talk = called(session, settings)
    told(session, settings, talk, case.admin)
    recorded(session, settings, case, talk)
    issue_paper(session, settings, talk.record, now=on(25))
    return case, talk


def report(session, settings, case, talk, *, actor=None, now=REPORTED, **more):
    given = {"body": "已培训，已安排专人。"} | more
    return talk_records.report(
        session, actor or case.unit, talk.id, settings=settings, now=now, **given
    )


def test_what_was_promised_becomes_the_units_to_put_right(database, settings):
    with database.write() as session:
        case, talk = called(session, settings)
        told(session, settings, talk, case.admin)
        recorded(session, settings, case, talk)
        assert talk.state == "held"
        assert (talk.record.kind, talk.record.key) == ("talk_record", f"talk_record:{talk.id}")
        assert talk.record.refers_to_id == talk.notice_id
        before = session.scalars(
            select(Rectification).where(Rectification.commitment_id.is_not(None))
        ).all()
        assert before == []
        issue_paper(session, settings, talk.record, now=on(25))
    with database.read() as session:
        query = select(Rectification).where(Rectification.commitment_id.is_not(None))
        opened = session.scalars(query.order_by(Rectification.id)).all()
        assert [(o.what, o.owner, o.due_on.isoformat(), o.unit_id) for o in opened] == [
            ("全员培训一次", "李某", "2026-12-04", case.unit_id),
            ("安排专人值守", "赵某", "2026-12-08", case.unit_id),
        ]


def test_the_report_is_due_as_late_as_the_ladder_allows(database, settings):
    """Twenty working days after Tuesday the 24th of November end on the 22nd of December."""
    with database.write() as session:
        _, talk = held(session, settings)
        assert talk.report_due_on == date(2026, 12, 22)
        assert not talk_records.is_overdue(talk, date(2026, 12, 22))
        assert talk_records.is_overdue(talk, date(2026, 12, 23))


@pytest.mark.parametrize(
    ("due_on", "refused"),
    [
        (date(2026, 11, 30), True),
        (date(2026, 12, 1), False),
        (date(2026, 12, 22), False),
        (date(2026, 12, 23), True),
    ],
)
def test_a_report_is_due_in_five_to_twenty_working_days(database, settings, due_on, refused):
    with database.write() as session:
        case, talk = called(session, settings)
        told(session, settings, talk, case.admin)
        minutes = replace(MINUTES, report_due_on=due_on)
        if not refused:
            assert recorded(session, settings, case, talk, minutes).report_due_on == due_on
            return
        with pytest.raises(Invalid) as error:
            recorded(session, settings, case, talk, minutes)
        assert [one.field for one in error.value.errors] == ["report_due_on"]


def test_odd_dates_of_commitments_warn_and_pass(database, settings):
    with database.write() as session:
        case, talk = called(session, settings)
        told(session, settings, talk, case.admin)
        near = Promise("当周修复线路", date(2026, 11, 26), "李某")
        recorded(session, settings, case, talk, replace(MINUTES, promises=(near,)))
        said = [str(text) for text in talk_records.warnings(talk, settings)]
        assert len(said) == 1
        assert "当周修复线路" in said[0]
        recorded(session, settings, case, talk)
        assert talk_records.warnings(talk, settings) == []
        assert session.query(Commitment).count() == 2


def test_every_mistake_of_a_record_at_once(database, settings):
    with database.write() as session:
        case, talk = called(session, settings)
        told(session, settings, talk, case.admin)
        wrong = Minutes(
            held_at=on(24, "23:00"),
            place="",
            present="",
            account="",
            demands="",
            promises=(Promise("", None, "李某"), Promise("培训", date(2026, 11, 24), "")),
        )
        with pytest.raises(Invalid) as error:
            recorded(session, settings, case, talk, wrong)
        assert [one.field for one in error.value.errors] == [
            "held_at",
            "place",
            "present",
            "account",
            "demands",
            "promise-1-what",
            "promise-1-due_on",
            "promise-2-person",
            "promise-2-due_on",
        ]
        with pytest.raises(Invalid):
            recorded(session, settings, case, talk, replace(MINUTES, promises=()))
        assert talk.state == "notified"


def test_only_a_talk_that_was_told_of_is_recorded_and_an_issued_record_stands(database, settings):
    with database.write() as session:
        case, talk = called(session, settings)
        with pytest.raises(Conflict):
            recorded(session, settings, case, talk)
        arranged(session, settings, talk, case.admin)
        with pytest.raises(Conflict):
            recorded(session, settings, case, talk)
        issue_paper(session, settings, talk.notice)
        recorded(session, settings, case, talk)
        talk.record.state = "submitted"
        session.flush()
        with pytest.raises(Conflict, match="已送审"):
            recorded(session, settings, case, talk)
        issue_paper(session, settings, talk.record, now=on(25))
        with pytest.raises(Conflict):
            recorded(session, settings, case, talk)
        with pytest.raises(Conflict):
            talks.no_show(session, case.admin, talk.id, reason="未到", now=on(25))


def test_the_unit_reports_with_files_and_another_ends_it(database, settings):
    with database.write() as session:
        case, talk = held(session, settings)
        report(session, settings, case, talk, files=[Upload("培训.png", PNG)])
    with database.write() as session:
        talk = every_talk(session)[0]
        assert (talk.state, talk.reported_by) == ("reported", "unit")
        assert session.scalars(select(Attachment)).one().talk_id == talk.id
        with pytest.raises(Conflict):
            report(session, settings, case, talk)
        talk_records.close(session, case.admin, talk.id, now=on(9, month=12))
        assert (talk.state, talk.closed_by) == ("closed", "review")


def test_a_report_goes_back_with_a_reason(database, settings):
    with database.write() as session:
        case, talk = held(session, settings)
        report(session, settings, case, talk)
        with pytest.raises(Invalid):
            talk_records.return_report(session, case.admin, talk.id, reason="", now=on(9, month=12))
        talk_records.return_report(
            session, case.admin, talk.id, reason="没有佐证", now=on(9, month=12)
        )
        assert (talk.state, talk.reason) == ("held", "没有佐证")
        assert report(session, settings, case, talk, body="补充了佐证。").state == "reported"


def test_who_reports_and_who_ends_it(database, settings):
    with database.write() as session:
        case, talk = held(session, settings)
        for actor in (case.admin, actor_for(session, "province_admin")):
            with pytest.raises(Forbidden):
                report(session, settings, case, talk, actor=actor)
        stranger = actor_for(
            session,
            "unit_reader",
            area_code="130100",
            unit=make_unit(session, "130104", "桥西区水利局"),
        )
        with pytest.raises(NotFound):
            report(session, settings, case, talk, actor=stranger)
        with pytest.raises(Conflict):
            talk_records.close(session, case.admin, talk.id, now=on(9, month=12))
        report(session, settings, case, talk)
        with pytest.raises(Forbidden):
            talk_records.close(session, case.unit, talk.id, now=on(9, month=12))
        # Whoever reported for the unit does not end it, in whatever role.
        talk.reported_by = case.admin.name
        session.flush()
        with pytest.raises(Forbidden):
            talk_records.close(session, case.admin, talk.id, now=on(9, month=12))
        talk_records.close(session, case.other, talk.id, now=on(9, month=12))


def test_a_report_waits_for_the_record(database, settings):
    with database.write() as session:
        case, talk = called(session, settings)
        told(session, settings, talk, case.admin)
        recorded(session, settings, case, talk)
        with pytest.raises(Conflict):
            report(session, settings, case, talk)
        issue_paper(session, settings, talk.record, now=on(25))
        with pytest.raises(Invalid) as error:
            report(session, settings, case, talk, body="", files=[Upload("a.pdf", b"MZ")])
        assert [one.field for one in error.value.errors] == ["body", attachments.FIELD]


def test_a_talk_with_a_city_is_reported_on_by_its_administrator(database, settings):
    with database.write() as session:
        make_areas(session)
        bureau = make_unit(session, "130100", "石家庄市水利局")
        lines = [make_line(session) for _ in range(2)]
        found = a_round_of(session, settings, "2026Q4", dict.fromkeys(lines, 21))
        province = actor_for(session, "province_admin")
        own = actor_for(session, "city_admin")
        other = actor_for(session, "city_admin", area_code="130200")
        talk = next(t for t in every_talk(session) if t.round_id == found.id and not t.unit_id)
        wednesday, meeting = on(6, month=1).replace(year=2027), on(13, month=1).replace(year=2027)
        arranged(session, settings, talk, province, now=wednesday, meets_at=meeting)
        assert (talk.notice.unit_id, talk.notice.area_code) == (None, "130100")
        with pytest.raises(NotFound):
            talks.get_for(session, own, talk.id)
        issue_paper(session, settings, talk.notice, now=wednesday)
        assert talks.get_for(session, own, talk.id) is talk
        with pytest.raises(NotFound):
            talks.get_for(session, other, talk.id)
        promise = Promise("督促各县整改", date(2027, 1, 27), "周某")
        talk_records.record(
            session,
            province,
            talk.id,
            replace(MINUTES, held_at=meeting, promises=(promise,)),
            settings=settings,
            now=meeting,
        )
        issue_paper(session, settings, talk.record, now=meeting)
        opened = session.scalars(
            select(Rectification).where(Rectification.commitment_id.is_not(None))
        ).one()
        assert opened.unit_id == bureau.id
        with pytest.raises(NotFound):
            talk_records.report(
                session, other, talk.id, body="已办", settings=settings, now=meeting
            )
        talk_records.report(session, own, talk.id, body="已办", settings=settings, now=meeting)
        assert talk.state == "reported"


def test_the_papers_keep_their_talk(database, settings):
    with database.write() as session:
        case, talk = held(session, settings)
        for paper in session.scalars(select(Notice).where(Notice.kind.like("talk%"))):
            assert talks.of_paper(session, paper) is talk
        kinds = [paper.kind for paper in talks.papers_of(session, talk)]
        assert kinds == ["talk", "talk_record"]
        assert case.unit_id == talk.unit_id


def test_a_ledger_tells_the_unit_only_what_was_issued(database, settings):
    def row(session, actor):
        found = ledger_talks.find(session, actor, ledger_talks.Sought(), now=AFTER).rows[0]
        return found.meets_at, found.place, found.held_at, found.promised, found.report_due_on

    with database.write() as session:
        case, talk = called(session, settings)
        told(session, settings, talk, case.admin)
        assert row(session, case.unit) == (MEETING, "市水利局三楼会议室", None, 0, None)
        recorded(session, settings, case, talk)
        assert row(session, case.unit) == (MEETING, "市水利局三楼会议室", None, 0, None)
        assert row(session, case.admin)[2:] == (MEETING, 2, date(2026, 12, 22))
        issue_paper(session, settings, talk.record, now=on(25))
        assert row(session, case.unit)[2:] == (MEETING, 2, date(2026, 12, 22))


def test_a_ledger_tells_no_date_that_is_only_drafted(database, settings):
    with database.write() as session:
        case, talk = called(session, settings)
        told(session, settings, talk, case.admin)
        new = arrangement(meets_at=on(30), place="别处")
        talks.arrange(
            session, case.admin, talk.id, new, reason="会议", settings=settings, now=on(18)
        )
        for actor, known in ((case.unit, (None, "")), (case.admin, (on(30), "别处"))):
            found = ledger_talks.find(session, actor, ledger_talks.Sought(), now=AFTER).rows[0]
            assert (found.meets_at, found.place) == known
