"""Papers composed from what the database holds: drafts live, issued ones frozen."""

import re

import pytest
from sqlalchemy import select, update

from hotline.inspection import figures
from hotline.loop import reminders, talk_records, talks
from hotline.loop.talk_records import Minutes, Promise
from hotline.models.loop import Rectification
from hotline.models.papers import Notice
from hotline.models.registry import Line
from hotline.papers import circulars, notice_documents
from hotline.papers.notice_documents import Issued, compose, document_of, to_json
from reports.tables import percent
from tests.factories import OPERATOR, actor_for, make_areas, make_line
from tests.inspection.spot_checks import on
from tests.loop.called import TUESDAY, a_round_of, arranged, every_talk
from tests.loop.disputed import ISSUED, MACHINE, a_case, issue_paper, papers
from tests.loop.repairs import a_repair, bring_to
from tests.reports.test_circular import words_of

GIVEN = Issued("冀水监电〔2026〕7号", "2026-11-17", "https://hotline.example/verify/abc")


def composed(session, settings, notice, issued=None, now=ISSUED):
    return compose(session, notice, settings=settings, now=now, issued=issued)


def the(session, kind) -> Notice:
    return session.scalars(select(Notice).where(Notice.kind == kind).order_by(Notice.id)).all()[-1]


@pytest.fixture
def case(database, settings):
    with database.write() as session:
        return a_case(session, settings, issue=())


def test_a_draft_is_numbered_and_dated_by_nobody(database, settings, case):
    with database.read() as session:
        for kind in ("circular", "rectification"):
            paper = composed(session, settings, the(session, kind))
            assert paper.number == "石家庄水监电〔2026〕草稿"
            assert (paper.date, paper.verify_url, paper.printed_on) == (None, None, None)
            assert paper.day == "2026-11-30"
            assert "截止日为" not in words_of(paper)


def test_an_issued_paper_has_number_date_code_and_due_days(database, settings, case):
    with database.read() as session:
        circular = composed(session, settings, the(session, "circular"), GIVEN)
        letter = composed(session, settings, the(session, "rectification"), GIVEN)
    for paper in (circular, letter):
        assert (paper.number, paper.date, paper.day) == (GIVEN.number, GIVEN.date, GIVEN.date)
        assert paper.verify_url == GIVEN.verify_url
    assert circular.printed_on == GIVEN.date
    assert "截止日为2026年11月24日，自2026年11月17日次日起算5个工作日" in words_of(letter)
    assert letter.addressee == "长安区水利局"
    assert GIVEN.number in letter.receipt[1]


def test_what_was_issued_stays_whatever_happens_after(database, settings, case):
    with database.write() as session:
        notice = the(session, "rectification")
        notice.document = to_json(composed(session, settings, notice, GIVEN))
        before = document_of(session, notice, settings=settings, now=ISSUED)
        notice.insertions = {"opening": "后来的话"}
        case.finding(session).state = "dropped"
        session.flush()
        assert document_of(session, notice, settings=settings, now=on(30)) == before


def test_a_reviewers_text_stands_in_the_draft(database, settings, case):
    with database.write() as session:
        notice = the(session, "circular")
        notice.insertions = {"problems": "请各县引以为戒。\n# 不是标题"}
        words = words_of(composed(session, settings, notice))
    assert "请各县引以为戒。\n# 不是标题\n四、上次问题复查情况" in words


def test_the_places_for_own_text_are_listed(database, settings, case):
    with database.read() as session:
        found = notice_documents.slots(the(session, "circular"), settings=settings)
    names = [slot.name for slot in found]
    assert names == ["opening", "scope", "overall", "problems", "again", "demands"]


def test_a_dropped_finding_is_counted_but_not_named(database, settings, case):
    with database.write() as session:
        found = case.finding(session)
        found.state, found.drop_reason = "dropped", "线路施工，已报备"
        session.flush()
        circular = composed(session, settings, the(session, "circular"))
        letter = composed(session, settings, the(session, "rectification"))
        number = case.check(session).number
    words = words_of(circular)
    assert number not in words
    assert "不予追究的1条，仍计入所属类别，原因：线路施工，已报备（1条）。" in words
    assert circular.annexes[0].total[8] == 1
    assert "约谈" not in words
    assert "另有1条监督电话不合格但不予追究" in words_of(letter)
    assert "没有需要整改的问题" in words_of(letter)


def test_the_figures_are_those_of_the_figures_page(database, settings):
    with database.write() as session:
        make_areas(session)
        lines = {
            make_line(session): (14 if n in (1, 4) else 16 if n == 2 else None) for n in range(9)
        }
        lines |= {make_line(session, area_code="130104"): None for _ in range(6)}
        found = a_round_of(session, settings, "2026-10", lines)
        counted = figures.of_round(session, OPERATOR, found, settings=settings)
        paper = composed(session, settings, papers(session, found, "circular")[0])
    words, total = words_of(paper), counted.total
    for rate in (
        total.pass_rate,
        total.connect_rate,
        total.first_dial_connect_rate,
        total.timely_rate,
        total.valid_rate,
    ):
        assert f"{percent(rate)}（{round(rate * total.tested)}/{total.tested}）" in words
    # Every printed share is the quotient that stands beside it.
    for said, part, n in re.findall(r"([0-9.]+%)（(\d+)/(\d+)）", words):
        assert said == percent(int(part) / int(n))
    annex = paper.annexes[0]
    heads = [column.head for column in annex.columns]
    for name in ("线路数", "抽查数", "合格", "打不通", "仅受理不规范"):
        at = heads.index(name)
        assert annex.total[at] == sum(row[at] for row in annex.rows)
    assert (annex.total[3], annex.total[4]) == (total.tested, total.passed)
    assert "（一）接转不及时。共1条" in words
    assert "（二）受理不规范。共2条" in words


def test_the_second_round_tells_of_the_first_ones_failures(database, settings):
    with database.write() as session:
        make_areas(session)
        better, worse, gone = (make_line(session) for _ in range(3))
        first = a_round_of(session, settings, "2026-09", {better: 14, worse: 14, gone: 14})
        for kind in ("circular", "rectification"):
            for notice in papers(session, first, kind):
                issue_paper(session, settings, notice, now=on(9, month=10))
        second = a_round_of(session, settings, "2026-10", {better: None, worse: 14})
        paper = composed(session, settings, papers(session, second, "circular")[0])
    words = words_of(paper)
    assert (
        "认定不合格的监督电话3条，本期抽查合格1条，仍不合格1条，本期未列入1条，详见附件3。" in words
    )
    assert "上期下达整改3项，已销号0项；已到期3项，其中按期销号0项，整改完成率0.00%（0/3）" in words
    again = {row[1]: row for row in paper.annexes[2].rows}
    assert again[better.number][8] == "合格"
    assert again[worse.number][8] == "受理不规范"
    assert again[gone.number][8] == "未列入"
    assert {row[6] for row in again.values()} == {"已下达"}
    assert f"{worse.number}★" in words


def test_a_recheck_is_told_apart_from_the_round(database, settings):
    with database.write() as session:
        repair = a_repair(session, settings)
        bring_to(session, settings, repair, "closed")
        line = session.get_one(Line, repair.case.line_id)
        second = a_round_of(session, settings, "2026-12", {line: 14})
        counted = figures.of_round(session, OPERATOR, second, settings=settings)
        notice = papers(session, second, "circular")[0]
        paper = composed(session, settings, notice, now=on(31, month=12))
    (row,) = paper.annexes[2].rows
    assert row[6:9] == ("已销号", "接通并受理", "受理不规范")
    assert (counted.total.lines, counted.total.passed) == (1, 0)
    assert "上期下达整改1项，已销号1项；已到期1项，其中按期销号1项" in words_of(paper)


@pytest.mark.parametrize(
    ("state", "why"), [("held", "申诉正在处理"), ("revoked", "经申诉撤销认定")]
)
def test_a_disputed_or_revoked_finding_is_counted_but_not_named(
    database, settings, case, state, why
):
    with database.write() as session:
        case.finding(session).state = state
        session.flush()
        words = words_of(composed(session, settings, the(session, "circular")))
        number = case.check(session).number
    assert number not in words
    assert f"原因：{why}（1条）。" in words


def test_a_reader_sees_only_their_own_lines_in_annex_3(database, settings):
    with database.write() as session:
        make_areas(session)
        own = make_line(session, area_code="130102")
        other = make_line(session, area_code="130202")
        a_round_of(session, settings, "2026Q2", {own: 14, other: 14})
        found = a_round_of(session, settings, "2026Q3", {own: None, other: None})
        city = actor_for(session, "city_admin", area_code="130100")
        seen = circulars.facts(session, city, found, settings=settings, now=ISSUED)
    assert [row.number for row in seen.again] == [own.number]


def test_a_talks_papers(database, settings):
    with database.write() as session:
        make_areas(session)
        line = make_line(session)
        a_round_of(session, settings, "2026-10", {line: 14})
        (talk,) = every_talk(session)
        arranged(session, settings, talk, OPERATOR)
        notice = the(session, "talk")
        told = composed(session, settings, notice, GIVEN)
        issue_paper(session, settings, notice, now=TUESDAY)
        minutes = Minutes(
            on(24, "09:40"),
            "三楼",
            "局长 王某\n# 科长 李某",
            "值守不到位。\n@slot opening",
            "按期整改。",
            (Promise("双人值守", on(30).date(), "王某"),),
        )
        talk_records.record(
            session, OPERATOR, talk.id, minutes, settings=settings, now=on(24, "11:00")
        )
        record = composed(session, settings, the(session, "talk_record"), GIVEN)
    words = words_of(told)
    assert told.addressee == "长安区水利局"
    assert (
        f"监督电话{line.number}：2026年10月8日9:30拨测，接通后直接挂断（2026年10月抽查）。" in words
    )
    assert "2026年11月24日（星期二）9:30。" in words
    assert "（一）被约谈人：局长 王某。" in words
    assert "4. 本人到会，带整改措施。" in words
    assert told.annexes[0].rows[0][1] == line.number
    said = words_of(record)
    assert "局长 王某；# 科长 李某" in said
    assert "值守不到位。\n@slot opening\n" in said
    assert "双人值守\n2026年11月30日\n王某" in said
    assert "约谈通知书（" in said
    assert not record.sealed
    assert record.addressee == record.signature == ""
    assert len(record.signers) == 3


def test_a_talk_names_all_failures_up_to_its_own(database, settings):
    with database.write() as session:
        make_areas(session)
        line, other = make_line(session), make_line(session)
        a_round_of(session, settings, "2026-08", {line: 14, other: 14})
        a_round_of(session, settings, "2026-09", {line: 14, other: None})
        talk = every_talk(session)[0]
        arranged(session, settings, talk, OPERATOR)
        issue_paper(session, settings, the(session, "talk"), now=TUESDAY)
        a_round_of(session, settings, "2026-10", {line: 14, other: None})
        first = composed(session, settings, session.get_one(Notice, talk.notice_id))
    rows = [row[1:3] for row in first.annexes[0].rows]
    assert rows == [
        (line.number, "2026年8月"),
        (line.number, "2026年9月"),
        (other.number, "2026年8月"),
    ]
    assert "不合格共3条次" in words_of(first)


def test_a_circular_calls_nobody_to_a_talk_that_was_cancelled(database, settings):
    with database.write() as session:
        make_areas(session)
        line, other = make_line(session), make_line(session, area_code="130104")
        a_round_of(session, settings, "2026-10", {line: 14, other: 14})
        first, _ = every_talk(session)
        before = words_of(composed(session, settings, the(session, "circular")))
        talks.cancel(session, OPERATOR, first.id, reason="另案处理", now=TUESDAY)
        after = words_of(composed(session, settings, the(session, "circular")))
    called = [f"（{one.number}）：2026年10月8日9:30拨测" for one in (line, other)]
    assert [said in before for said in called] == [True, True]
    assert [said in after for said in called] == [False, True]


def test_who_did_not_come_is_named_to_all(database, settings):
    with database.write() as session:
        make_areas(session)
        a_round_of(session, settings, "2026-10", {make_line(session): 14})
        (talk,) = every_talk(session)
        arranged(session, settings, talk, OPERATOR)
        issue_paper(session, settings, the(session, "talk"), now=TUESDAY)
        talks.no_show(session, OPERATOR, talk.id, reason="未说明", now=on(24, "10:00"))
        paper = composed(session, settings, the(session, "no_show"), GIVEN)
    assert paper.form == "file"
    assert paper.title == "关于长安区水利局\n未按要求参加约谈的通报"
    assert paper.addressee == "各县（市、区）水利局"
    assert "未参加的情况：未说明。" in words_of(paper)


def test_a_city_is_called_by_its_office(database, settings):
    with database.write() as session:
        make_areas(session)
        lines = {make_line(session, area_code="130102"): 14 for _ in range(5)}
        a_round_of(session, settings, "2026Q3", lines)
        talk = next(one for one in every_talk(session) if one.unit_id is None)
        arranged(session, settings, talk, OPERATOR)
        paper = composed(session, settings, the(session, "talk"))
    assert paper.addressee == "石家庄市水利局"
    assert "合格率0.00%（实测5条，合格0条），低于70.00%" in words_of(paper)
    assert len(paper.annexes[0].rows) == 5


def test_what_is_overdue_is_told_with_its_working_days(database, settings):
    with database.write() as session:
        case = a_case(session, settings, MACHINE)
        called = reminders.call_for_overdue(
            session, settings=settings, now=on(28, "09:00"), draft=True
        )
        paper = composed(session, settings, called.notices[0], now=on(28, "09:00"))
        number = case.check(session).number
        session.execute(update(Rectification).values(state="reported"))
        after = composed(session, settings, called.notices[0], now=on(28, "09:00"))
    assert "截至2026年11月28日，你单位有1项监督电话整改事项未按期报送" in words_of(paper)
    (items,) = [block for block in paper.body if hasattr(block, "rows")]
    assert items.rows[0][1] == number
    assert items.rows[0][5] == 3  # from Tuesday the 24th to a Saturday
    assert "没有逾期的整改事项" in words_of(after)
