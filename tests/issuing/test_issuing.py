"""拟稿 → 审核 → 签发: who may do what when, what stands in the way, what is frozen."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from hotline import audit
from hotline.errors import Conflict, Forbidden, Invalid, NotFound
from hotline.files import storage
from hotline.issuing import approval, integrity
from hotline.models.inspection import Check
from hotline.models.papers import Finding, Notice, NoticeFinding, NumberSeries, StoredFile
from hotline.papers import notices, paper_edits
from hotline.rights import Actor
from tests.issuing.closed_rounds import NOW


def test_a_closed_round_drafts_a_circular_and_a_letter_a_unit(closed):
    papers = closed.papers()
    assert [paper.kind for paper in papers.values()] == [
        "circular",
        "rectification",
        "rectification",
    ]
    with closed.database.read() as session:
        named = {
            notice_id: set(
                session.scalars(
                    select(NoticeFinding.finding_id).where(NoticeFinding.notice_id == notice_id)
                )
            )
            for notice_id in (paper.id for paper in papers.values())
        }
    every = {finding.id for finding in closed.findings()}
    assert len(every) == 3
    assert named[papers["circular"].id] == every
    letters = [named[paper.id] for paper in closed.letters]
    assert set.union(*letters) == every
    assert sum(map(len, letters)) == 3
    assert all(paper.hands == ["drafter"] for paper in papers.values())


def test_what_is_issued_has_a_number_words_bytes_and_a_code(closed):
    papers = closed.issued()
    assert sorted(paper.number for paper in papers.values()) == [
        f"石家庄水监电〔2026〕{n}号" for n in (1, 2, 3)
    ]
    assert papers["circular"].serial == 1
    for paper in papers.values():
        assert (paper.issued_by, paper.issued_at) == ("chief", NOW)
        assert len(paper.verification_code) >= 16
        with closed.database.read() as session:
            content = notices.pdf(session, paper, settings=closed.settings, now=NOW)
        assert content.startswith(b"%PDF-")
        assert hashlib.sha256(content).hexdigest() == paper.file
        assert paper.document["number"] == paper.number
    assert {finding.state for finding in closed.findings()} == {"issued"}
    with closed.database.read() as session:
        assert audit.verify(session)[1] == []
        checked = integrity.verify(session, settings=closed.settings)
    assert (checked.count, checked.broken, checked.drawn_otherwise) == (3, (), ())


def test_the_year_of_a_number_is_shanghais(closed):
    closed.accept()
    closed.submit(closed.circular.id)
    last = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)
    issued = closed.issue(closed.circular.id, now=last)
    assert (issued.year, issued.document["date"]) == (2026, "2026-12-31")
    letter = closed.letters[0]
    closed.submit(letter.id)
    after = closed.issue(letter.id, now=last + timedelta(minutes=2))
    assert after.document["date"] == "2027-01-01"
    assert (after.year, after.serial) == (2027, 1)


@pytest.mark.parametrize("who", ["drafter", "submitter", "editor"])
def test_nobody_who_had_a_hand_in_a_paper_issues_it(closed, who):
    closed.accept()
    letter = closed.letters[0]
    if who == "editor":
        closed.submit(letter.id)
        with closed.database.write() as session:
            slot = notices_slot(closed, letter)
            paper_edits.edit(
                session,
                closed.chief,
                letter.id,
                {slot: "请于会前报送。"},
                settings=closed.settings,
                now=NOW,
            )
        refused = closed.chief
    elif who == "submitter":
        closed.submit(letter.id, closed.chief)
        refused = closed.chief
    else:
        closed.submit(letter.id, closed.reviewer)
        refused = closed.drafter
    with pytest.raises(Forbidden, match="另一位管理员"):
        closed.issue(letter.id, refused)
    assert closed.papers()[letter.key].state == "submitted"


def notices_slot(closed, notice: Notice) -> str:
    """The first place for text of one's own in a paper."""
    from hotline.papers import notice_documents

    return notice_documents.slots(notice, settings=closed.settings)[0][0]


def test_a_dropped_finding_makes_a_hand_and_leaves_the_papers(closed):
    closed.accept()
    finding = closed.findings()[0]
    with closed.database.write() as session:
        paper_edits.drop_finding(session, closed.chief, finding.id, reason="录音存疑", now=NOW)
    for paper in (closed.circular, *closed.letters):
        named = "chief" in paper.hands
        with closed.database.read() as session:
            names = session.get(NoticeFinding, (paper.id, finding.id)) is not None
        assert named == names
    with closed.database.write() as session:
        paper_edits.restore_finding(session, closed.chief, finding.id, now=NOW)
    assert closed.findings()[0].state == "new"
    with closed.database.write() as session:
        paper_edits.drop_finding(session, closed.reviewer, finding.id, reason="录音存疑", now=NOW)
    closed.submit(closed.circular.id)
    with pytest.raises(Forbidden):
        closed.issue(closed.circular.id, closed.chief)
    with closed.database.write() as session, pytest.raises(Invalid, match="1 处"):
        paper_edits.drop_finding(session, closed.chief, finding.id, reason=" ", now=NOW)


def test_an_unreviewed_finding_blocks_by_name_and_a_dropped_one_does_not(closed):
    letter = closed.letters[0]
    closed.submit(letter.id)
    with pytest.raises(Conflict) as refused:
        closed.issue(letter.id)
    said = [str(detail) for detail in refused.value.details]
    assert len(said) == 2
    assert all("长安区水利局：待复核" in line and "0311-8610" in line for line in said)
    with closed.database.write() as session:
        for finding_id in session.scalars(
            select(NoticeFinding.finding_id).where(NoticeFinding.notice_id == letter.id)
        ).all()[:1]:
            paper_edits.drop_finding(
                session, closed.reviewer, finding_id, reason="录音存疑", now=NOW
            )
    with pytest.raises(Conflict) as refused:
        closed.issue(letter.id)
    assert len(refused.value.details) == 1
    assert closed.papers()[letter.key].number is None
    with closed.database.read() as session:
        assert session.scalars(select(NumberSeries)).all() == []


def test_a_letter_whose_findings_are_all_dropped_is_not_issued(closed):
    closed.accept()
    letter = closed.letters[1]
    with closed.database.write() as session:
        for finding_id in session.scalars(
            select(NoticeFinding.finding_id).where(NoticeFinding.notice_id == letter.id)
        ).all():
            paper_edits.drop_finding(
                session, closed.reviewer, finding_id, reason="录音存疑", now=NOW
            )
    closed.submit(letter.id)
    with pytest.raises(Conflict) as refused:
        closed.issue(letter.id)
    assert "均已剔除" in str(refused.value.details[0])


def test_a_dropped_finding_cannot_be_dropped_once_a_paper_is_issued(closed):
    closed.issued()
    with closed.database.write() as session, pytest.raises(Conflict, match="申诉"):
        paper_edits.drop_finding(
            session, closed.chief, closed.findings()[0].id, reason="x", now=NOW
        )


def test_a_character_that_no_face_has_is_refused_by_name(closed):
    closed.accept()
    letter = closed.letters[0]
    slot = notices_slot(closed, letter)
    with closed.database.write() as session:
        paper_edits.edit(
            session,
            closed.drafter,
            letter.id,
            {slot: "联系人\U0003ff80\U0003ff81"},
            settings=closed.settings,
            now=NOW,
        )
    closed.submit(letter.id)
    with pytest.raises(Conflict) as refused:
        closed.issue(letter.id)
    assert [str(d)[1:] for d in refused.value.details] == ["（U+3FF80）", "（U+3FF81）"]
    assert closed.papers()[letter.key].state == "submitted"


def test_return_and_withdrawal_need_a_reason_and_a_state(closed):
    paper = closed.circular
    with closed.database.write() as session, pytest.raises(Conflict):
        approval.return_(session, closed.chief, paper.id, reason="改", now=NOW)
    closed.submit(paper.id)
    with closed.database.write() as session, pytest.raises(Invalid):
        approval.return_(session, closed.chief, paper.id, reason=" \n", now=NOW)
    with closed.database.write() as session:
        approval.return_(session, closed.chief, paper.id, reason="补写背景", now=NOW)
    returned = closed.circular
    assert (returned.state, returned.return_reason, returned.returned_by) == (
        "draft",
        "补写背景",
        "chief",
    )
    assert "chief" not in returned.hands
    with closed.database.write() as session:
        approval.withdraw(session, closed.chief, paper.id, reason="不再发", now=NOW)
    for deed in ("submit", "issue"):
        with pytest.raises(Conflict):
            getattr(closed, deed)(paper.id)
    with closed.database.write() as session, pytest.raises(Conflict):
        approval.withdraw(session, closed.chief, paper.id, reason="再次", now=NOW)


def test_only_those_who_manage_the_round_take_papers_on_their_way(closed):
    paper = closed.circular
    for who, error in ((closed.other, NotFound), (Actor("x", "province_inspector"), NotFound)):
        for deed in (
            lambda session, who: approval.submit(session, who, paper.id, now=NOW),
            lambda session, who: approval.issue(
                session, who, paper.id, settings=closed.settings, now=NOW
            ),
            lambda session, who: paper_edits.drop_finding(
                session, who, closed.findings()[0].id, reason="x", now=NOW
            ),
        ):
            with closed.database.write() as session, pytest.raises(error):
                deed(session, who)
    closed.issued()
    with closed.database.write() as session, pytest.raises(Forbidden):
        approval.withdraw(session, Actor("x", "province_inspector"), paper.id, reason="x", now=NOW)


def test_what_was_issued_cannot_be_changed_by_any_statement(closed):
    paper = closed.issued()["circular"]
    with closed.database.write() as session:
        draft_id = notices.draft_for(
            session,
            closed.drafter,
            session.get_one(Notice, paper.id).round,
            key="correction:1",
            kind="correction",
            title="更正",
            now=NOW,
            refers_to_id=paper.id,
        ).id
    refused = (
        update(Notice).where(Notice.id == paper.id).values(title="别的"),
        update(Notice).where(Notice.id == paper.id).values(number=None, state="draft"),
        text(f"DELETE FROM notices WHERE id = {paper.id}"),
        update(StoredFile).where(StoredFile.digest == paper.file).values(content=b"%PDF-"),
        text(f"DELETE FROM stored_files WHERE digest = '{paper.file}'"),
    )
    for statement in refused:
        with pytest.raises(DBAPIError), closed.database.write() as session:
            session.execute(statement)
    with closed.database.write() as session:
        session.execute(update(Notice).where(Notice.id == draft_id).values(title="更正二"))
    again = closed.papers()["circular"]
    assert (again.title, again.number, again.file) == (paper.title, paper.number, paper.file)


def test_a_withdrawn_paper_may_be_drafted_anew_under_its_key(closed):
    def draft(title: str) -> Notice:
        with closed.database.write() as session:
            found = session.get_one(Notice, closed.circular.id).round
            return notices.draft_for(
                session,
                closed.reviewer,
                found,
                key="overdue:1",
                kind="overdue",
                title=title,
                now=NOW,
                finding_ids=[closed.findings()[0].id] * 2,
            )

    first = draft("督办通知")
    with pytest.raises(Conflict, match="督办通知"):
        draft("督办通知二")
    with closed.database.write() as session:
        approval.withdraw(session, closed.drafter, first.id, reason="已报送", now=NOW)
    again = draft("督办通知二")
    assert (again.id, again.state, again.hands) == (first.id, "draft", ["reviewer"])


def test_a_round_is_issued_whole_but_for_what_one_had_a_hand_in(closed):
    closed.accept()
    letter = closed.letters[0]
    slot = notices_slot(closed, letter)
    with closed.database.write() as session:
        paper_edits.edit(
            session, closed.chief, letter.id, {slot: "加写"}, settings=closed.settings, now=NOW
        )
    with closed.database.write() as session, pytest.raises(Conflict, match="没有已送审"):
        approval.issue_round(session, closed.chief, closed.code, settings=closed.settings, now=NOW)
    with closed.database.write() as session:
        approval.submit_round(session, closed.drafter, closed.code, now=NOW)
    with closed.database.write() as session, pytest.raises(Conflict):
        approval.submit_round(session, closed.drafter, closed.code, now=NOW)
    with closed.database.write() as session, pytest.raises(Forbidden):
        approval.issue_round(
            session, closed.drafter, closed.code, settings=closed.settings, now=NOW
        )
    with closed.database.write() as session:
        issued = approval.issue_round(
            session, closed.chief, closed.code, settings=closed.settings, now=NOW
        )
    assert [paper.serial for paper in issued] == [1, 2]
    assert closed.papers()[letter.key].state == "submitted"
    assert closed.issue(letter.id, closed.reviewer).serial == 3


def test_one_unreviewed_line_keeps_the_whole_round_from_issue(closed):
    with closed.database.write() as session:
        approval.submit_round(session, closed.drafter, closed.code, now=NOW)
        session.execute(update(Check).values(review="accepted"))
        first = session.scalars(select(Finding).order_by(Finding.id)).first()
        session.execute(update(Check).where(Check.id == first.check_id).values(review="pending"))
    with closed.database.write() as session, pytest.raises(Conflict) as refused:
        approval.issue_round(session, closed.chief, closed.code, settings=closed.settings, now=NOW)
    assert len(refused.value.details) == 1
    assert all(paper.number is None for paper in closed.papers().values())


def test_an_edit_keeps_what_was_typed_and_refuses_what_has_no_place(closed):
    letter = closed.letters[0]
    slot = notices_slot(closed, letter)
    with closed.database.write() as session, pytest.raises(Invalid) as refused:
        paper_edits.edit(
            session,
            closed.reviewer,
            letter.id,
            {"nowhere": "x", slot: "长" * 3001},
            settings=closed.settings,
            now=NOW,
        )
    assert {error.field for error in refused.value.errors} == {"nowhere", slot}
    for typed, kept in (("  一\r\n二 ", {slot: "一\n二"}), ("", {})):
        with closed.database.write() as session:
            paper_edits.edit(
                session,
                closed.reviewer,
                letter.id,
                {slot: typed},
                settings=closed.settings,
                now=NOW,
            )
        assert closed.papers()[letter.key].insertions == kept
    assert closed.papers()[letter.key].hands == ["drafter", "reviewer"]


def test_verification_sees_changed_bytes_and_a_missing_number(closed):
    paper = closed.issued()["circular"]
    with closed.database.write() as session:
        session.execute(update(NumberSeries).values(last=4))
        dialect = session.get_bind().dialect.name
        if dialect == "sqlite":
            session.execute(text("DROP TRIGGER stored_files_no_update"))
        else:
            session.execute(text("ALTER TABLE stored_files DISABLE TRIGGER stored_files_kept"))
        session.execute(
            update(StoredFile).where(StoredFile.digest == paper.file).values(content=b"%PDF-1.4")
        )
    with closed.database.read() as session:
        checked = integrity.verify(session, settings=closed.settings)
    said = [str(words) for words in checked.broken]
    assert said == [
        "石家庄水监电〔2026〕：文号有缺号或重号",
        "石家庄水监电〔2026〕1号：存档文件与校验值不符",
    ]


def test_bytes_are_kept_once_and_found_by_their_digest(closed):
    with closed.database.write() as session:
        first = storage.keep(session, b"same", now=NOW)
        assert storage.keep(session, b"same", now=NOW) == first
        assert storage.fetch(session, first) == b"same"
        with pytest.raises(NotFound):
            storage.fetch(session, "0" * 64)
        assert session.query(StoredFile).count() == 1
