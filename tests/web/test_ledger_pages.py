"""The ledgers on screen: filters and order in the address, files, and a unit's own page."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest
import time_machine

from hotline.app import create_app
from tests.factories import actor_for
from tests.issuing.closed_rounds import close_a_round
from tests.ledgers.followed import LATER, follow, statements
from tests.web.browsing import Browser, text_of

ADDRESSES = ("/problems", "/notices", "/talks")


@pytest.fixture
def followed(sqlite_database, settings):
    """Three lines that hung up, of two units; their papers issued; it is the 23rd."""
    with time_machine.travel(LATER, tick=False):
        yield follow(close_a_round(sqlite_database, settings))


def browser(followed, actor=None, **more) -> Browser:
    app = create_app(followed.closed.settings, followed.database, "k" * 40)
    return Browser(app, actor or followed.closed.chief, **more)


def test_problems_say_where_they_stand(followed):
    page = browser(followed).get("/problems")
    said = text_of(page)
    assert page.text.count('class="row-link num"') == 3
    assert "未销号 3 共 3 条" in said
    assert "整改完成率 0.00% 0/2 项到期" in said
    assert "整改中" not in said
    assert "退回 1" in said
    assert "整改完成率：期限内报送并已销号的项数" in said
    assert "逾期" in said


def test_filters_and_order_live_in_the_address(followed):
    office = browser(followed)
    page = office.get("/problems?state=returned&sort=-unit&class=IRREGULAR").text
    assert page.count('class="row-link num"') == 1
    assert 'aria-sort="descending"' in page
    assert 'href="/problems?state=returned&amp;class=IRREGULAR&amp;sort=unit"' in page
    assert 'href="/problems/export.xlsx?state=returned&amp;sort=-unit&amp;class=IRREGULAR"' in page
    assert '<input type="hidden" name="state" value="returned">' in page
    assert "没有符合条件的问题" in office.get("/problems?state=closed").text
    for address in ADDRESSES:
        assert office.get(f"{address}?sort=<b>&state=<b>&page=99&all=1").status_code == 200


def test_the_ledger_whole_is_one_page_to_print(followed, monkeypatch):
    monkeypatch.setattr("hotline.web.ledgers.PAGE_SIZE", 2)
    office = browser(followed)
    first = office.get("/problems?q=水利局")
    assert first.text.count('class="row-link num"') == 2
    assert "第 1/2 页" in text_of(first)
    assert 'href="/problems?q=%E6%B0%B4%E5%88%A9%E5%B1%80&amp;all=1"' in first.text
    whole = office.get("/problems?q=水利局&all=1")
    assert whole.text.count('class="row-link num"') == 3
    assert "分页列出" in whole.text
    assert office.get("/problems?page=2").text.count('class="row-link num"') == 1


def test_the_file_says_what_the_page_says(followed):
    office = browser(followed)
    for address, rows in zip(ADDRESSES, (3, 3, 2), strict=True):
        answer = office.get(f"{address}/export.xlsx")
        [sheet] = openpyxl.load_workbook(BytesIO(answer.data)).worksheets
        assert sheet["A1"].value in text_of(office.get(address))
        assert f"共{rows}" in sheet["A2"].value
        below = [row for row in sheet.iter_rows(min_row=4, values_only=True) if row[1]]
        assert len(below) == rows
    only = office.get("/problems/export.xlsx?state=returned")
    [sheet] = openpyxl.load_workbook(BytesIO(only.data)).worksheets
    assert "整改完成率0.00%（0/2）" in sheet["A2"].value


def test_today_counts_what_the_ledgers_list(followed):
    office = browser(followed)
    page = office.get("/")
    assert "整改待核 1" in text_of(page)
    assert "约谈待安排 2" in text_of(page)
    for address, n in (
        ("/problems?state=reported&own=1", 1),
        ("/problems?flag=overdue&own=1", 1),
        ("/talks?state=due&own=1", 2),
        ("/notices?state=draft&own=1", 0),
    ):
        assert f'href="{address.replace("&", "&amp;")}"' in page.text
        assert office.get(address).text.count('class="row-link') == n, address


def test_who_may_issue_is_told_apart(sqlite_database, settings):
    with time_machine.travel(LATER, tick=False):
        closed = close_a_round(sqlite_database, settings)
        closed.accept()
        closed.submit(closed.circular.id)
        app = create_app(settings, sqlite_database, "k" * 40)
        assert "待我签发 0 另有 1 份由我经手" in text_of(Browser(app, closed.drafter).get("/"))
        assert "待我签发 1 整改待核" in text_of(Browser(app, closed.chief).get("/"))


def test_a_unit_finds_everything_of_its_own_on_its_page(followed):
    page = browser(followed, followed.reader).get("/unit")
    said = text_of(page)
    assert "长安区水利局" in said
    assert "桥西区" not in said
    assert page.text.count("<meter") == 2
    assert "未销号 2 逾期 1 未签收文书 1" in said
    assert "报送整改情况" in said
    assert 'href="/unit"' in page.text
    assert "看本单位的线路" in text_of(browser(followed, followed.reader).get("/"))


def test_an_administrator_looks_at_it_and_reports_nothing(followed):
    page = browser(followed).get(f"/unit/{followed.reader.unit_id}")
    assert page.status_code == 200
    assert ">报送整改情况</a>" not in page.text
    assert browser(followed, followed.closed.other).get(page.request.path).status_code == 404
    with followed.database.write() as session:
        lost = actor_for(session, "unit_reader")
    assert browser(followed, lost).get("/unit").status_code == 404


def test_a_units_page_costs_the_same_for_few_and_many(followed):
    costs = []
    for actor in (followed.reader, followed.rival):
        visitor = browser(followed, actor)
        visitor.get("/unit")
        with statements(followed.database) as sent:
            visitor.get("/unit")
        costs.append(len(sent))
    assert costs[0] == costs[1] <= 20


def test_in_english_too(followed):
    for address in (*ADDRESSES, "/", f"/unit/{followed.reader.unit_id}"):
        page = browser(followed, language="en").get(address)
        assert page.status_code == 200
    assert "Completion rate" in browser(followed, language="en").get("/problems").text
