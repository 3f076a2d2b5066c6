"""Every page that a link leads to: nothing scrolls sideways, nothing complains, keys work."""

from __future__ import annotations

import re
import shutil
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import this_month
from tests.browser.office import Office
from tests.browser.visitors import Visitor

ROUND = f"C-130100-{this_month()}"
PHONE = {"width": 360, "height": 740}
PASSWORD = "walk-through-2026"
ALIKE = 4  # so many pages of one kind are opened
CHINESE = re.compile(r"[\u4e00-\u9fff]+")


@pytest.fixture(scope="module")
def prepared(prepared, tmp_path_factory):
    """The office with calls of every kind, one round closed and its papers drafted, one open."""
    folder = tmp_path_factory.mktemp("worked") / "office"
    shutil.copytree(prepared, folder)
    office = Office(folder)
    office.hotline("rounds", "open", "--level", "city", "--area", "130100", "--period", "2026-01")
    day = "2026-01-13"
    yes = ["是"] * 11 + [""]
    rows = [
        ["号码", "拨打时间", "第几次", "结果", "振铃秒数", "备注", *ITEMS],
        ["0311-00000001", f"{day} 09:00", 1, "11", 12, "长" * 300, *yes],
        ["0311-00000002", f"{day} 09:10", 1, "21", "", "", *[""] * 12],
        ["0311-00000003", f"{day} 09:20", 1, "14", 8, "A&B公司<b>𠮷", *[""] * 12],
        ["0311-00000004", f"{day} 09:30", 1, "23", "", "", *[""] * 12],
        ["0311-00000005", f"{day} 09:40", 1, "11", 30, "", *["否"] * 2, *yes[2:]],
    ]
    for code, when in (("C-130100-2026-01", day), (ROUND, f"{this_month()}-01")):
        moved = [[str(cell).replace(day, when) for cell in row] for row in rows]
        office.hotline("calls", "import", office.write("calls.csv", moved), "--round", code)
    office.hotline("rounds", "close", "C-130100-2026-01", "--as-is", "演示")
    return folder


ITEMS = [*(f"B{n}" for n in range(1, 9)), *(f"D{n}" for n in range(1, 5))]


def kind(address: str) -> str:
    """The path with what is one of many left open; filters make no new kind."""
    path = re.sub(r"[CP]-\d{6}-[\dQ-]+", "CODE", urlsplit(address).path)
    return re.sub(r"\d+", "N", path)


def walk(visitor: Visitor, check) -> set[str]:
    """Open what links lead to, a few of each kind; returns the kinds. `check(page)` looks at each."""
    page = visitor.page
    todo, opened, seen = ["/"], {}, set()
    while todo:
        address = todo.pop(0)
        what = kind(address)
        if address in seen or opened.get(what, 0) >= ALIKE:
            continue
        seen.add(address)
        opened[what] = opened.get(what, 0) + 1
        answer = visitor.context.request.get(address, max_redirects=5)
        assert answer.status == 200, f"{address}: {answer.status}"
        if not answer.headers["content-type"].startswith("text/html"):
            assert len(answer.body()) > 500, address
            continue
        page.goto(address)
        check(page)
        links = page.eval_on_selector_all("a[href]", "all => all.map(a => a.getAttribute('href'))")
        todo += [urlsplit(urljoin(page.url, link))._replace(fragment="").geturl() for link in links]
    return set(opened)


def stays_within(visitor: Visitor):
    def check(page):
        over = visitor.sideways()
        assert over <= 0, f"{page.url} is {over} px too wide"

    return check


def test_no_page_of_an_administrator_scrolls_sideways_on_a_phone(visit):
    admin = visit(viewport=PHONE)
    admin.sign_in_first("zhao-lin", PASSWORD)
    kinds = walk(admin, stays_within(admin))
    assert {
        "/", "/rounds", "/rounds/new", "/rounds/CODE", "/rounds/CODE/close", "/checks/N",
        "/calls/N/correct", "/rounds/CODE/inspectors", "/reviews", "/notices", "/notices/N",
        "/notices/N.pdf", "/notices/talks", "/lines", "/lines/N", "/lines/new", "/lines/import",
        "/figures", "/figures/CODE", "/users", "/users/new", "/journal", "/keys", "/password",
    } <= kinds  # fmt: skip


@pytest.mark.parametrize("name", ["zhao-lin", "sun-hao", "qiao-xi"])
def test_english_pages_have_no_chinese_but_what_people_typed(visit, name):
    visitor = visit(viewport=PHONE)
    visitor.sign_in_first(name, PASSWORD)
    page = visitor.page
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    within = stays_within(visitor)

    def check(page):
        within(page)
        assert not CHINESE.findall(page.title().partition("·")[2]), page.url
        said = page.locator("nav.side, nav.bottom, thead th, label:not(.form-check-label), legend, .hint")
        found = [text for text in said.all_text_contents() if CHINESE.search(text)]
        assert not found, f"{page.url}: {found}"

    walk(visitor, check)
    page.goto("/")
    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")


def test_keys(visit):
    inspector = visit()
    inspector.sign_in_first("sun-hao", PASSWORD)
    page, keys = inspector.page, inspector.page.keyboard
    page.goto(f"/rounds/{ROUND}")
    keys.press("/")
    expect(page.locator("[data-search]")).to_be_focused()
    keys.type("?n")
    expect(page.locator("[data-search]")).to_have_value("?n")
    expect(page.locator("#keys")).to_be_hidden()
    page.goto(f"/rounds/{ROUND}")
    keys.press("?")
    expect(page.locator("#keys")).to_be_visible()
    keys.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    keys.press("n")
    page.wait_for_url("**/checks/*")
    before = page.url
    keys.press("n")
    page.wait_for_url(lambda url: url != before and "/checks/" in url)
