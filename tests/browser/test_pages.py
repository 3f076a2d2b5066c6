"""Every page that a link leads to: nothing scrolls sideways, nothing complains, keys work."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import this_month
from tests.browser.office import Office, Server
from tests.browser.visitors import Visitor

ROUND = f"C-130100-{this_month()}"
CLOSED = "C-130100-2026-01"
WIDTHS = (1440, 1024, 768, 360)
ALIKE = 2  # so many pages of one kind are opened
CHINESE = re.compile(r"[\u4e00-\u9fff]+")
FILES = (".pdf", ".docx", ".xlsx", "/zip", "/print", "/export")
ITEMS = [*(f"B{n}" for n in range(1, 9)), *(f"D{n}" for n in range(1, 5))]


@pytest.fixture(scope="module")
def server(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Calls of every kind logged, one round closed with its papers issued, one open."""
    folder = tmp_path_factory.mktemp("worked") / "office"
    shutil.copytree(prepared, folder)
    office = Office(folder)
    office.hotline("rounds", "open", "--level", "city", "--area", "130100", "--period", "2026-01")
    yes = ["是"] * 11 + [""]
    for code, day in ((CLOSED, "2026-01-13"), (ROUND, f"{this_month()}-01")):
        rows = [
            ["号码", "拨打时间", "第几次", "结果", "振铃秒数", "备注", *ITEMS],
            ["0311-00000001", f"{day} 00:01", 1, "11", 12, "长" * 300, *yes],
            ["0311-00000002", f"{day} 00:02", 1, "21", "", "", *[""] * 12],
            ["0311-00000003", f"{day} 00:03", 1, "14", 8, "A&B公司<b>𠮷", *[""] * 12],
            ["0311-00000005", f"{day} 00:04", 1, "11", 30, "", *["否"] * 2, *yes[2:]],
        ]
        office.hotline("calls", "import", office.write("calls.csv", rows), "--round", code)
    office.hotline("rounds", "close", CLOSED, "--as-is", "演示")
    office.hotline("rounds", "review", CLOSED, "--accept-all", "--as", "zhao-lin")
    office.hotline("notices", "submit", "--round", CLOSED, "--as", "zhao-lin")
    office.hotline("notices", "issue", "--round", CLOSED, "--as", "qian-wei")
    running = office.serve()
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="module")
def signed_in(chromium: Browser, server: Server) -> Callable[[str], object]:
    """The cookies of someone who has signed in, so that each person need do it only once."""
    known: dict[str, object] = {}

    def cookies(name: str) -> object:
        if name not in known:
            visitor = Visitor(chromium, server.address)
            visitor.sign_in_first(name, "walk-through-2026")
            known[name] = visitor.context.storage_state()
            visitor.leave()
        return known[name]

    return cookies


@pytest.fixture
def come(visit, signed_in) -> Callable[[str], Visitor]:
    """Let someone come who has signed in already."""
    return lambda name: visit(storage_state=signed_in(name))


def kind(address: str) -> str:
    """The path with what is one of many left open; filters make no new kind."""
    path = re.sub(r"[CP]-\d{6}-[\dQ-]+", "CODE", urlsplit(address).path)
    path = re.sub(r"^/verify/.+", "/verify/CODE", path)
    return re.sub(r"\d+", "N", path)


def walk(visitor: Visitor, look: Callable[[Page], None], code: str = ROUND) -> set[str]:
    """Open what links lead to, a few pages of each kind, and look; returns the kinds.

    It starts at that round and at the closed one, so that their checks and papers are among those
    opened.
    """
    page = visitor.page
    page.goto("/")
    starts = (f"/rounds/{code}", f"/rounds/{CLOSED}", "/")
    todo, opened, seen = [urljoin(page.url, start) for start in starts], {}, set()
    while todo:
        address = todo.pop(0)
        what = kind(address)
        if address in seen or opened.get(what, 0) >= ALIKE:
            continue
        seen.add(address)
        if what.endswith(FILES):
            answer = visitor.context.request.get(address)
            assert answer.status == 200
            assert len(answer.body()) > 500, address
        else:
            answer = page.goto(address)
            assert answer.status == 200, f"{address}: {answer.status}"
            look(page)
            links = page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
            todo += [urlsplit(link)._replace(fragment="").geturl() for link in links]
        opened[what] = opened.get(what, 0) + 1
    return set(opened)


def stays_within(page: Page, widths: tuple[int, ...] = WIDTHS) -> None:
    """The page is never wider than the window, on a desk or on a phone."""
    for width in widths:
        page.set_viewport_size({"width": width, "height": 740})
        over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert over <= 0, f"{page.url} is {over} px too wide at {width}"


def speaks_english(page: Page) -> None:
    """No Chinese but what people typed and the names of places."""
    assert not CHINESE.search(page.title().rpartition("·")[2]), page.url
    said = page.locator("nav, thead th, dt, .btn, legend, label:not(.form-check-label)")
    found = [text for text in said.all_inner_texts() if CHINESE.search(text)]
    assert not found, f"{page.url}: {found}"


def test_no_page_of_an_administrator_scrolls_sideways(come):
    kinds = walk(come("zhao-lin"), stays_within)
    assert {
        "/", "/rounds", "/rounds/new", "/rounds/CODE", "/rounds/CODE/close", "/checks/N",
        "/calls/N/correct", "/rounds/CODE/inspectors", "/reviews", "/notices", "/notices/N",
        "/notices/N.pdf", "/notices/N.docx", "/verify/CODE", "/problems",
        "/rectifications/N", "/talks", "/talks/N", "/units", "/units/N", "/rounds/CODE/papers",
        "/lines", "/lines/N", "/lines/new", "/lines/import",
        "/figures", "/figures/CODE", "/users", "/users/new", "/journal", "/keys", "/password",
    } <= kinds  # fmt: skip


@pytest.mark.parametrize(("name", "code"), [("zhao-lin", ROUND), ("qiao-xi", CLOSED)])
def test_in_english_nothing_is_left_in_chinese(come, name, code):
    visitor = come(name)
    page = visitor.page
    page.goto("/")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")

    def look(page: Page) -> None:
        stays_within(page, (1024, 360))
        speaks_english(page)

    walk(visitor, look, code)
    page.goto("/")
    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")


def test_keys(come):
    inspector = come("sun-hao")
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
