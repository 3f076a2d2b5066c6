"""Filing an appeal: by whom, until when, once, and what stops meanwhile."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from hotline.errors import Conflict, Forbidden, HotlineError, Invalid, NotFound
from hotline.ladder import missed_dates
from hotline.loop import appeals, attachments
from hotline.loop.attachments import Upload
from hotline.models.inspection import Round
from hotline.models.journal import AuditEntry
from hotline.models.loop import Appeal, Attachment, Rectification
from hotline.models.papers import Finding, Notice
from tests.factories import actor_for, make_line, make_unit
from tests.inspection.spot_checks import on
from tests.loop.called import a_round_of
from tests.loop.disputed import ISSUED, Case, a_case, issue_paper, papers, sign

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def file(session, settings, case: Case, *, now=ISSUED, actor=None, **more):
    given = {"body": "当时正在接听另一来电，并未挂断。", "appellant": "王某"} | more
    return appeals.file(
        session, actor or case.unit, case.finding_id, settings=settings, now=now, **given
    )


def rectification_of(session, case: Case) -> Rectification | None:
    query = select(Rectification).where(Rectification.finding_id == case.finding_id)
    return session.scalar(query.execution_options(populate_existing=True))


def test_an_appeal_holds_the_finding_and_its_rectification(database, settings):
    with database.write() as session:
        case = a_case(session, settings)
    with database.write() as session:
        filed = file(session, settings, case, files=[Upload("现场.png", PNG)])
    with database.read() as session:
        assert case.finding(session).state == "held"
        assert rectification_of(session, case).held
        kept = session.scalars(select(Attachment)).one()
        assert (kept.appeal_id, kept.name) == (filed.id, "现场.png")
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert (entry.action, entry.subject_id) == ("appeal.file", str(filed.id))
        # Issued on Tuesday the 17th, its five working days end on the 24th; held, it is not late.
        overdue = select(Rectification.id).where(missed_dates.overdue(on(30).date()))
        assert session.scalars(overdue).all() == []


@pytest.mark.parametrize(
    ("day", "refused"), [(17, False), (18, False), (20, False), (21, True), (23, True)]
)
def test_three_working_days_from_the_issue(database, settings, day, refused):
    """Issued on Tuesday the 17th: Wednesday, Thursday, Friday the 20th."""
    with database.write() as session:
        case = a_case(session, settings)
        if not refused:
            assert file(session, settings, case, now=on(day, "23:59")).state == "filed"
            return
        with pytest.raises(Conflict) as error:
            file(session, settings, case, now=on(day, "00:00"))
        assert "2026年11月20日" in str(error.value.details[0])


@pytest.mark.parametrize(("day", "refused"), [(24, False), (25, True)])
def test_a_signature_begins_the_term(database, settings, day, refused):
    """Signed on Thursday the 19th: Friday, Monday, Tuesday the 24th."""
    with database.write() as session:
        case = a_case(session, settings)
        found = session.get_one(Round, case.round_id)
        sign(session, papers(session, found, "rectification")[0], case.unit_id, on(19, "16:00"))
        if refused:
            with pytest.raises(Conflict):
                file(session, settings, case, now=on(day))
        else:
            assert file(session, settings, case, now=on(day)).notice.kind == "rectification"


def test_the_paper_that_leaves_the_most_time_counts(database, settings):
    with database.write() as session:
        case = a_case(session, settings, issue=["rectification"])
        found = session.get_one(Round, case.round_id)
        issue_paper(session, settings, papers(session, found, "circular")[0], now=on(19))
        term = appeals.term(session, case.finding(session), settings=settings)
        assert (term.notice.kind, term.until.on.day, term.signed) == ("circular", 24, False)


def test_what_no_paper_told_of_is_not_there_to_dispute(database, settings):
    with database.write() as session:
        case = a_case(session, settings, issue=[])
        with pytest.raises(NotFound):
            file(session, settings, case)
        assert appeals.term(session, case.finding(session), settings=settings) is None


def test_only_the_unit_itself_may_dispute(database, settings):
    with database.write() as session:
        case = a_case(session, settings)
        stranger = actor_for(
            session,
            "unit_reader",
            area_code="130100",
            unit=make_unit(session, "130104", "桥西区水利局"),
        )
        with pytest.raises(NotFound):
            file(session, settings, case, actor=stranger)
        for actor in (case.admin, actor_for(session, "province_admin")):
            with pytest.raises(Forbidden):
                file(session, settings, case, actor=actor)
        assert session.scalars(select(Appeal)).all() == []


def test_every_mistake_is_told_at_once(database, settings):
    with database.write() as session:
        case = a_case(session, settings)
        with pytest.raises(Invalid) as error:
            file(
                session,
                settings,
                case,
                body=" ",
                appellant="王\n某",
                files=[Upload("证据.pdf", b"MZ\x90\x00 not a paper")],
            )
        fields = [one.field for one in error.value.errors]
        assert fields == ["body", "appellant", attachments.FIELD]
        assert case.finding(session).state == "issued"


def test_once_a_finding_also_after_it_was_decided(database, settings):
    with database.write() as session:
        case = a_case(session, settings)
        filed = file(session, settings, case)
        with pytest.raises(Conflict, match="一次"):
            file(session, settings, case)
        filed.state = "upheld"
        session.get_one(Finding, case.finding_id).state = "issued"
        session.flush()
        with pytest.raises(Conflict, match="一次"):
            file(session, settings, case)
        assert not appeals.may_file(
            session, case.unit, case.finding(session), settings=settings, now=ISSUED
        )


def test_eight_at_once_are_one_appeal(database, settings):
    with database.write() as session:
        case = a_case(session, settings)

    def send(_n: int) -> str:
        try:
            with database.write() as session:
                file(session, settings, case)
            return "filed"
        except HotlineError as refusal:
            return type(refusal).__name__

    with ThreadPoolExecutor(8) as pool:
        came_to = sorted(pool.map(send, range(8)))
    assert came_to == ["Conflict"] * 7 + ["filed"]
    with database.read() as session:
        assert len(session.scalars(select(Appeal)).all()) == 1


def test_the_old_paper_stays_as_it_was(database, settings):
    with database.write() as session:
        case = a_case(session, settings)
        before = {n.id: (n.title, n.state, n.number) for n in session.scalars(select(Notice))}
    with database.write() as session:
        file(session, settings, case)
    with database.read() as session:
        after = {n.id: (n.title, n.state, n.number) for n in session.scalars(select(Notice))}
    assert before == after


def test_what_may_still_be_disputed(database, settings):
    with database.write() as session:
        case = a_case(session, settings)
        other = make_line(session, area_code="130104")
        a_round_of(session, settings, "2026-10", {other: 14})
        offered = appeals.disputable(session, case.unit, settings=settings, now=on(20))
        assert [(f.id, term.until.on.day) for f, term in offered] == [(case.finding_id, 20)]
        assert appeals.disputable(session, case.unit, settings=settings, now=on(21)) == []
        assert appeals.disputable(session, case.admin, settings=settings, now=on(20)) == []
        file(session, settings, case)
        assert appeals.disputable(session, case.unit, settings=settings, now=on(18)) == []
