"""The papers of appeals and talks through the real issue: composed, numbered, kept."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from hotline.errors import Conflict, Forbidden
from hotline.issuing import approval
from hotline.loop import talk_records, talks
from hotline.models.loop import Rectification
from hotline.models.papers import Notice
from hotline.papers import notice_documents
from tests.factories import actor_for
from tests.inspection.spot_checks import on
from tests.loop.called import arranged, arrangement, every_talk
from tests.loop.disputed import ISSUED, TWO_MAJORS, a_case
from tests.loop.test_appeal_decisions import ANSWERED, corrected, decide
from tests.loop.test_appeals import file
from tests.loop.test_talk_records import MINUTES


def issued(session, settings, notice, *, by, submitter, now):
    approval.submit(session, submitter, notice.id, now=now)
    return approval.issue(session, by, notice.id, settings=settings, now=now)


def words_of(session, settings, notice, now) -> str:
    document = notice_documents.document_of(session, notice, settings=settings, now=now)
    return str(notice_documents.to_json(document))


def really_issued(session, settings, dials, kinds=("circular", "rectification")):
    """The case with its papers issued by the province's administrator."""
    case = a_case(session, settings, dials, issue=[])
    province = actor_for(session, "province_admin", name="province")
    for kind in kinds:
        query = select(Notice).where(Notice.round_id == case.round_id, Notice.kind == kind)
        for notice in session.scalars(query).all():
            issued(session, settings, notice, by=province, submitter=case.admin, now=ISSUED)
    return case, province


def test_a_won_appeal_is_told_by_a_correction_that_another_person_issues(database, settings):
    with database.write() as session:
        case, province = really_issued(session, settings, [{"outcome": 14, "ring_s": "8"}])
        old = {n.id: (n.number, n.file, n.document) for n in session.scalars(select(Notice))}
        file(session, settings, case)
        decided = decide(
            session, settings, case, "revoked", remedy=corrected(session, case, **ANSWERED)
        )
        draft = decided.correction
        approval.submit(session, case.admin, draft.id, now=on(19, "14:00"))
        # Whoever decided drafted it, and so may not issue it; nor may whoever submitted it.
        for actor in (case.other, case.admin):
            with pytest.raises(Forbidden):
                approval.issue(session, actor, draft.id, settings=settings, now=on(19, "14:00"))
        approval.issue(session, province, draft.id, settings=settings, now=on(19, "15:00"))
    with database.read() as session:
        paper = session.get_one(Notice, draft.id)
        said = words_of(session, settings, paper, on(19))
        circular = session.get_one(Notice, paper.refers_to_id)
        for word in ("更正", circular.number, "41.7", "100", case.check(session).number):
            assert word in said, word
        for notice_id, kept in old.items():
            notice = session.get_one(Notice, notice_id)
            assert (notice.number, notice.file, notice.document) == kept
        # Its issue makes no finding of what was revoked.
        assert case.finding(session).state == "revoked"


def test_a_partly_won_appeal_keeps_the_finding(database, settings):
    with database.write() as session:
        dials = [{"ring_s": "25", **TWO_MAJORS[0]}]
        case, province = really_issued(session, settings, dials)
        file(session, settings, case)
        decided = decide(
            session, settings, case, "partly", remedy=corrected(session, case, D1="yes")
        )
        paper = issued(
            session,
            settings,
            decided.correction,
            by=province,
            submitter=case.other,
            now=on(19, "15:00"),
        )
        said = words_of(session, settings, paper, on(19))
        assert "两项兼有" in said
        assert "接转不及时" in said
        assert case.finding(session).state == "issued"


def test_a_talk_whose_finding_is_disputed_is_not_told_of(database, settings):
    with database.write() as session:
        case, province = really_issued(session, settings, [{"outcome": 14, "ring_s": "8"}])
        talk = every_talk(session)[0]
        arranged(session, settings, talk, case.admin)
        file(session, settings, case)
        approval.submit(session, case.admin, talk.notice.id, now=ISSUED)
        with pytest.raises(Conflict):
            approval.issue(session, province, talk.notice.id, settings=settings, now=ISSUED)
        decide(session, settings, case, "upheld")
        paper = talk.notice_id
    with pytest.raises(Conflict, match="先改期"), database.write() as session:
        approval.issue(session, province, paper, settings=settings, now=on(20))
    with database.write() as session:
        approval.issue(session, province, paper, settings=settings, now=on(19, "12:00"))
        assert every_talk(session)[0].state == "notified"


def test_a_revoked_finding_takes_the_talk_with_it(database, settings):
    with database.write() as session:
        case, province = really_issued(session, settings, [{"outcome": 14, "ring_s": "8"}])
        talk = every_talk(session)[0]
        arranged(session, settings, talk, case.admin)
        approval.submit(session, case.admin, talk.notice.id, now=ISSUED)
        file(session, settings, case)
        decide(session, settings, case, "revoked")
        assert (talk.state, talk.notice.state) == ("cancelled", "withdrawn")
        with pytest.raises(Conflict):
            approval.issue(session, province, talk.notice.id, settings=settings, now=ISSUED)


def test_the_papers_of_a_talk_to_its_end(database, settings):
    with database.write() as session:
        case, province = really_issued(session, settings, [{"outcome": 14, "ring_s": "8"}])
        talk = every_talk(session)[0]
        arranged(session, settings, talk, case.admin)
        first = issued(
            session, settings, talk.notice, by=province, submitter=case.admin, now=ISSUED
        )
        said = words_of(session, settings, first, ISSUED)
        for word in ("局长 王某", "11月24日", "市水利局三楼会议室", "接通后直接挂断"):
            assert word in said, word

        talks.no_show(session, case.admin, talk.id, reason="未到会也未请假", now=on(24, "12:00"))
        absent = session.scalars(select(Notice).where(Notice.kind == "no_show")).one()
        issued(session, settings, absent, by=province, submitter=case.admin, now=on(24, "15:00"))
        assert "未到会也未请假" in words_of(session, settings, absent, on(24))

        again = arrangement(meets_at=on(1, month=12))
        talks.arrange(
            session,
            case.admin,
            talk.id,
            again,
            reason="重新约谈",
            settings=settings,
            now=on(25),
        )
        second = issued(
            session, settings, talk.notice, by=province, submitter=case.admin, now=on(25)
        )
        assert first.number in words_of(session, settings, second, on(25))

        minutes = MINUTES.__class__(**{**vars(MINUTES), "held_at": on(1, month=12)})
        done = on(1, "17:00", month=12)
        talk_records.record(session, case.admin, talk.id, minutes, settings=settings, now=done)
        record = issued(session, settings, talk.record, by=province, submitter=case.admin, now=done)
        said = words_of(session, settings, record, done)
        for word in ("全员培训一次", "李某", "值班人员误挂电话", second.number):
            assert word in said, word
        opened = select(Rectification).where(Rectification.commitment_id.is_not(None))
        assert len(session.scalars(opened).all()) == 2
        numbers = [paper.number for paper in talks.papers_of(session, talk)]
        assert len(set(numbers)) == 4
