"""Papers on screen: who sees which, the list's filters, PDF and Excel."""

from __future__ import annotations

import io

import openpyxl
import pytest
from sqlalchemy import select, update

from hotline import clock, rounds
from hotline.models.papers import Notice
from hotline.models.registry import Unit
from tests.factories import actor_for
from tests.inspection.spot_checks import dial, on
from tests.reports.readers import text_of as pdf_text
from tests.web.browsing import text_of


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
        rounds.close(
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
        return {notice.key: notice for notice in session.scalars(select(Notice))}


def the_circular(found) -> Notice:
    return papers(found)["circular"]


def issue(found, notice: Notice) -> None:
    """As if signed and numbered."""
    with found.database.write() as session:
        session.execute(
            update(Notice)
            .where(Notice.id == notice.id)
            .values(state="issued", number=f"冀水监电〔2026〕{notice.id}号", issued_at=clock.now())
        )


def test_the_list_names_every_paper_and_says_it_is_a_draft(closed):
    said = text_of(closed.browser(closed.admin).get("/notices"))
    assert said.count("整改通知书 长安区水利局") == said.count("整改通知书 桥西区水利局") == 1
    assert "共 3 条" in said
    assert "草稿" in said


@pytest.mark.parametrize(
    ("query", "n"),
    [
        ("kind=circular", 1),
        ("kind=rectification", 2),
        ("state=draft", 3),
        ("state=issued", 0),
        ("round=C-130100-2026-11", 3),
        ("round=C-130100-2026-10", 0),
        ("kind=<b>", 3),
    ],
)
def test_filters_live_in_the_address(closed, query, n):
    page = closed.browser(closed.admin).get(f"/notices?{query}")
    assert page.text.count('class="row-link"') == n
    assert n or "没有符合条件的文书" in text_of(page)


def test_a_draft_says_what_it_is(closed):
    said = text_of(closed.browser(closed.admin).get(f"/notices/{the_circular(closed).id}"))
    assert "〔2026〕草稿" in said
    assert "下载附件表格" in said


def test_the_pdf_opens_in_a_tab_or_comes_as_a_file(closed):
    browser, notice = closed.browser(closed.admin), the_circular(closed)
    shown = browser.get(f"/notices/{notice.id}.pdf")
    assert shown.mimetype == "application/pdf"
    assert shown.headers["Content-Disposition"].startswith("inline")
    assert "通报" in pdf_text(shown.data)
    saved = browser.get(f"/notices/{notice.id}.pdf?download=1")
    assert saved.headers["Content-Disposition"].startswith("attachment")
    assert "%E9%80%9A%E6%8A%A5.pdf" in saved.headers["Content-Disposition"]


def test_the_annexes_come_as_excel_for_a_circular_only(closed):
    browser, found = closed.browser(closed.admin), papers(closed)
    answer = browser.get(f"/notices/{found['circular'].id}-annexes.xlsx")
    sheets = openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets
    assert len(sheets) == 2
    letter = next(notice for key, notice in found.items() if key != "circular")
    assert browser.get(f"/notices/{letter.id}-annexes.xlsx").status_code == 404


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
        for end in ("", ".pdf", "-annexes.xlsx"):
            assert browser.get(address + end).status_code == status, (actor.role, end)


def test_a_unit_reads_the_letter_issued_to_it(closed):
    found = papers(closed)
    letters = [notice for key, notice in found.items() if key != "circular"]
    with closed.database.write() as session:
        reader = actor_for(session, "unit_reader", unit=session.get_one(Unit, letters[0].unit_id))
    browser = closed.browser(reader)
    assert browser.get(f"/notices/{letters[0].id}").status_code == 404
    for letter in letters:
        issue(closed, letter)
    assert browser.get(f"/notices/{letters[0].id}.pdf").status_code == 200
    assert browser.get(f"/notices/{letters[1].id}.pdf").status_code == 404
    page = browser.get("/notices")
    assert page.text.count('class="row-link"') == 1
    assert letters[0].title in page.text


def test_how_many_queries_it_takes_does_not_follow_the_list(closed):
    browser = closed.browser(closed.admin)
    with closed.queries() as many:
        browser.get("/notices")
    with closed.queries() as few:
        browser.get("/notices?kind=circular")
    assert len(many) == len(few)
