"""Papers on screen: who sees which, their files, and their way through review to issue."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest
from docx import Document as WordFile
from sqlalchemy import select

from hotline import clock
from hotline.inspection import reviews
from hotline.issuing import approval
from hotline.models.papers import Finding, Notice
from hotline.models.registry import Unit
from hotline.papers import round_closings
from tests.factories import actor_for
from tests.inspection.spot_checks import dial, on
from tests.reports.readers import text_of as pdf_text
from tests.web.browsing import field, text_of


@pytest.fixture
def closed(city_round):
    """The round after it closed: one hang-up, one wrong number, three passes."""
    ids = city_round.checks
    city_round.log(ids[0], dial(on(9, "09:00"), outcome=14))
    city_round.log(ids[3], dial(on(9, "09:00"), outcome=23))
    city_round.log(ids[3], dial(on(9, "09:20"), outcome=23, attempt=2))
    for one in (ids[1], ids[2], ids[4]):
        city_round.log(one, dial(on(9, "10:00")))
    with city_round.database.write() as session:
        round_closings.close(
            session,
            city_round.admin,
            city_round.code,
            as_is_reason=None,
            settings=city_round.settings,
            now=clock.now(),
        )
    return city_round


def papers(found) -> dict[str, Notice]:
    with found.database.read() as session:
        return {one.key: one for one in session.scalars(select(Notice).order_by(Notice.id))}


def the_circular(found) -> Notice:
    return papers(found)["circular"]


def letters(found) -> list[Notice]:
    return [notice for key, notice in papers(found).items() if key != "circular"]


def accept_all(found) -> None:
    with found.database.write() as session:
        reviews.accept_all(
            session, found.province, found.code, settings=found.settings, now=clock.now()
        )


def issue(found, notice: Notice) -> None:
    """Submitted by the city's administrator, issued by the province's."""
    accept_all(found)
    with found.database.write() as session:
        approval.submit(session, found.admin, notice.id, now=clock.now())
        approval.issue(session, found.province, notice.id, settings=found.settings, now=clock.now())


def test_a_draft_says_what_it_is_and_shows_its_evidence(closed):
    letter = letters(closed)[0]
    said = text_of(closed.browser(closed.admin).get(f"/notices/{letter.id}"))
    assert "〔2026〕草稿" in said
    assert "草稿 ·" in said
    assert "列入的问题（1）" in said
    assert "2026-11-09 09:00:00" in said
    assert "14 接通后直接挂断" in said
    assert "待复核" in said
    assert (
        f"/checks/{closed.checks[0]}"
        in closed.browser(closed.admin).get(f"/notices/{letter.id}").text
    )


def test_the_pdf_opens_in_a_tab_or_comes_as_a_file(closed):
    browser, notice = closed.browser(closed.admin), the_circular(closed)
    shown = browser.get(f"/notices/{notice.id}.pdf")
    assert shown.mimetype == "application/pdf"
    assert shown.headers["Content-Disposition"].startswith("inline")
    assert "通报" in pdf_text(shown.data)
    saved = browser.get(f"/notices/{notice.id}.pdf?download=1")
    assert saved.headers["Content-Disposition"].startswith("attachment")
    assert "%E9%80%9A%E6%8A%A5.pdf" in saved.headers["Content-Disposition"]


def test_the_word_file_has_the_words_of_the_pdf(closed):
    browser, notice = closed.browser(closed.admin), letters(closed)[0]
    answer = browser.get(f"/notices/{notice.id}.docx")
    said = "".join(one.text for one in WordFile(io.BytesIO(answer.data)).paragraphs)
    assert notice.title.replace(" ", "") in said.replace(" ", "").replace("\n", "")


def test_the_annexes_come_as_excel_where_there_are_any(closed):
    browser, notice = closed.browser(closed.admin), the_circular(closed)
    answer = browser.get(f"/notices/{notice.id}-annexes.xlsx")
    sheets = openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets
    assert len(sheets) >= 2
    letter = letters(closed)[0]
    assert browser.get(f"/notices/{letter.id}-annexes.xlsx").status_code == 404
    assert "下载附件表格" not in text_of(browser.get(f"/notices/{letter.id}"))


def test_drafts_are_for_those_who_may_approve_them(closed):
    address = f"/notices/{the_circular(closed).id}"
    with closed.database.write() as session:
        other = actor_for(session, "city_admin", area_code="130200")
    for actor, status in (
        (closed.admin, 200),
        (closed.province, 200),
        (closed.inspector, 404),
        (other, 404),
    ):
        browser = closed.browser(actor)
        for end in ("", ".pdf", ".docx", "-annexes.xlsx"):
            assert browser.get(address + end).status_code == status, (actor.role, end)


def test_a_unit_reads_the_letter_issued_to_it_and_nothing_of_its_making(closed):
    own, others = letters(closed)
    with closed.database.write() as session:
        reader = actor_for(session, "unit_reader", unit=session.get_one(Unit, own.unit_id))
    browser = closed.browser(reader)
    assert browser.get(f"/notices/{own.id}").status_code == 404
    for letter in (own, others):
        issue(closed, letter)
    assert browser.get(f"/notices/{own.id}.pdf").status_code == 200
    assert browser.get(f"/notices/{others.id}.pdf").status_code == 404
    said = text_of(browser.get(f"/notices/{own.id}"))
    assert papers(closed)[own.key].number in said
    assert "列入的问题" not in said
    assert "经手" not in said


def test_from_draft_to_issue_on_screen(closed):
    letter = letters(closed)[0]
    address = f"/notices/{letter.id}"
    drafter, chief = closed.browser(closed.admin), closed.browser(closed.province)
    page = drafter.get(address)
    assert "送审" in text_of(page)
    assert "签发文书" not in text_of(page)
    assert drafter.post(f"{address}/submit").status_code == 303
    said = text_of(drafter.get(address))
    assert "您参与过拟稿、修改或送审，须由另一位管理员签发" in said
    assert "签发文书" not in said
    page = chief.get(address)
    assert "待复核" in text_of(page)
    assert re.search(r"<button[^>]* disabled>签发文书", page.text)
    seen = field(page, "seen")
    refused = chief.post(f"{address}/issue", seen=seen)
    assert refused.status_code == 409
    assert "长安区水利局：待复核" in text_of(refused)
    accept_all(closed)
    assert chief.post(f"{address}/issue", seen=seen).status_code == 303
    issued = papers(closed)[letter.key]
    said = text_of(chief.get(address))
    for word in (issued.number, issued.file, f"/verify/{issued.verification_code}"):
        assert word in said
    stored = chief.get(f"{address}.pdf").data
    assert stored == chief.get(f"{address}.pdf?download=1").data
    assert chief.post(f"{address}/submit").status_code == 409


def test_a_reason_that_is_missing_leaves_the_form_open(closed):
    letter = letters(closed)[0]
    browser = closed.browser(closed.admin)
    with closed.database.read() as session:
        finding = session.scalars(select(Finding).order_by(Finding.id)).first()
    for deed, place in (
        ("withdraw", "reason-withdraw"),
        (f"findings/{finding.id}/drop", f"reason-drop-{finding.id}"),
    ):
        answer = browser.post(f"/notices/{letter.id}/{deed}", reason="  ")
        assert answer.status_code == 400
        assert re.search(rf'id="{place}"[^>]*aria-invalid="true"', answer.text)
        assert f'id="{place}-wrong"' in answer.text


def test_dropping_a_finding_shows_who_and_why_and_can_be_undone(closed):
    letter = letters(closed)[0]
    browser = closed.browser(closed.province)
    with closed.database.read() as session:
        finding = session.scalars(select(Finding).order_by(Finding.id)).first()
    deed = f"/notices/{letter.id}/findings/{finding.id}"
    assert browser.post(f"{deed}/drop", reason="<b>录音</b>存疑").status_code == 303
    page = browser.get(f"/notices/{letter.id}")
    assert "剔除：<b>录音</b>存疑" in text_of(page)
    assert "<b>录音</b>" not in page.text
    assert "列入的问题均已剔除" in text_of(page)
    assert browser.post(f"{deed}/restore").status_code == 303
    assert "恢复列入" not in text_of(browser.get(f"/notices/{letter.id}"))


def test_text_of_ones_own_stands_in_the_paper_and_stays_when_refused(closed):
    letter = letters(closed)[0]
    browser = closed.browser(closed.admin)
    address = f"/notices/{letter.id}/edit"
    page = browser.get(address)
    (first, *_) = re.findall(r'<textarea id="(\w+)"', page.text)
    refused = browser.send(address, {first: "长" * 3001})
    assert refused.status_code == 400
    assert "长" * 3001 in refused.text
    assert browser.send(address, {first: "请分管负责人到会。"}).status_code == 303
    assert "请分管负责人到会。" in browser.get(address).text
    shown = pdf_text(browser.get(f"/notices/{letter.id}.pdf").data)
    assert "请分管负责人到会" in "".join(shown.split())


def test_a_rounds_papers_are_submitted_and_issued_together(closed):
    address = f"/rounds/{closed.code}/papers"
    drafter, chief = closed.browser(closed.admin), closed.browser(closed.province)
    said = text_of(drafter.get(address))
    assert "全部送审（3）" in said
    assert "桥西区水利局：待复核" in said
    assert drafter.post(f"{address}/submit").status_code == 303
    said = text_of(drafter.get(address))
    assert "有 3 份您参与过" in said
    assert "全部签发" not in said
    assert chief.post(f"{address}/issue").status_code == 409
    accept_all(closed)
    page = chief.get(address)
    assert "全部签发（3）" in text_of(page)
    assert chief.post(f"{address}/issue", seen=field(page, "seen")).status_code == 303
    said = text_of(chief.get(address))
    assert [f"水监电〔2026〕{n}号" in said for n in (1, 2, 3, 4)] == [True, True, True, False]


def test_what_changed_since_the_page_was_opened_is_shown_and_not_issued(closed):
    letter = letters(closed)[0]
    address, all_of_them = f"/notices/{letter.id}", f"/rounds/{closed.code}/papers"
    drafter, chief = closed.browser(closed.admin), closed.browser(closed.province)
    accept_all(closed)
    drafter.post(f"{all_of_them}/submit")
    opened = {page: field(chief.get(page), "seen") for page in (address, all_of_them)}
    assert drafter.send(f"{address}/edit", {"opening": "请分管负责人到会。"}).status_code == 303
    for page, seen in opened.items():
        refused = chief.post(f"{page}/issue", seen=seen)
        assert refused.status_code == 409
        said = text_of(refused)
        assert "文书在您打开页面以后有改动，没有签发" in said
        assert f"{letter.title}：内容有改动" in said
        now = field(refused, "seen")
        assert now not in ("", seen)
        assert now == field(chief.get(page), "seen")
    assert {paper.state for paper in papers(closed).values()} == {"submitted"}
    again = chief.get(address)
    assert "有改动" not in text_of(again)
    assert chief.post(f"{address}/issue", seen=field(again, "seen")).status_code == 303
    assert papers(closed)[letter.key].state == "issued"


def test_a_page_that_carries_no_mark_issues_nothing(closed):
    letter = letters(closed)[0]
    accept_all(closed)
    closed.browser(closed.admin).post(f"/rounds/{closed.code}/papers/submit")
    chief = closed.browser(closed.province)
    for address in (f"/notices/{letter.id}", f"/rounds/{closed.code}/papers"):
        assert chief.post(f"{address}/issue").status_code == 409
    assert {paper.state for paper in papers(closed).values()} == {"submitted"}
