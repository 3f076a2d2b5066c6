"""A problem's whole life in a real browser, with a real mail server: named, reported, struck off.

One line passes its re-check; another fails, fails again, and ends in a talk with its record.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from PIL import Image
from playwright.sync_api import Page, expect

from hotline import clock
from hotline.clock import Calendar
from tests.browser.conftest import this_month
from tests.browser.office import Office, Server, free_port
from tests.browser.test_main_job import title
from tests.browser.test_pages import stays_within
from tests.browser.visitors import Visitor

ROUND = f"C-130100-{this_month()}"
MAILBOX = "changan@example.invalid"
PASSED, FAILED = "0311-00000002", "0311-00000003"
UNIT = "桥西区水利局"
ITEMS = [*(f"B{n}" for n in range(1, 9)), *(f"D{n}" for n in range(1, 5))]
WORDS = "walk-through-2026"


@dataclass
class Postbox:
    """What a mail server was handed."""

    letters: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
        content = envelope.content  # type: ignore[attr-defined]
        self.letters.append(message_from_bytes(content, policy=policy.default))
        return "250 taken"


@pytest.fixture
def postbox() -> Iterator[tuple[Postbox, int]]:
    box, port = Postbox(), free_port()
    running = Controller(box, hostname="127.0.0.1", port=port)
    running.start()
    yield box, port
    running.stop()


@pytest.fixture
def office(prepared: Path, tmp_path: Path, postbox: tuple[Postbox, int]) -> Office:
    """The month's calls are logged and reviewed: three lines pass, two answer carelessly."""
    shutil.copytree(prepared, tmp_path / "office")
    made = Office(tmp_path / "office")
    well = ["是"] * 11 + [""]
    careless = ["是"] * 8 + ["否", "否", "是", ""]
    numbers = [f"0311-0000000{n}" for n in range(1, 6)]
    rows = [["号码", "拨打时间", "第几次", "结果", "振铃秒数", *ITEMS]]
    for number in numbers:
        heard = careless if number in (PASSED, FAILED) else well
        rows.append([number, f"{this_month()}-01 00:01", 1, "11", 12, *heard])
    made.hotline("calls", "import", made.write("calls.csv", rows), "--round", ROUND)
    made.hotline("rounds", "review", ROUND, "--accept-all", "--as", "zhao-lin")
    return made


@pytest.fixture
def server(office: Office, postbox: tuple[Postbox, int]) -> Iterator[Server]:
    port = free_port()
    office.configure(
        public_url=f"http://127.0.0.1:{port}",
        mail={"host": "127.0.0.1", "port": postbox[1], "security": "none"},
    )
    running = office.serve(port)
    yield running
    assert running.stop() == 0


def test_from_a_closed_round_to_the_last_striking_off(chromium, office, postbox, visit):
    names = ("zhao-lin", "qian-wei", "sun-hao", "qiao-xi")
    people = [visit(viewport={"width": 1280, "height": 900}) for _ in names]
    for visitor, name in zip(people, names, strict=True):
        visitor.sign_in_first(name, WORDS)
    drafter, second, inspector, unit = people
    tells_where_mail_goes(drafter.page)
    closes_and_submits(drafter.page)
    issues_what_waits(second.page, 3)
    link = receives_the_letter(office, postbox[0])
    passes(visit, link, drafter.page, inspector.page)
    fails_and_is_talked_to(drafter.page, second.page, inspector.page, unit.page)


def tells_where_mail_goes(page: Page) -> None:
    page.goto("/units")
    page.get_by_role("link", name="长安区水利局").first.click()
    page.get_by_label("邮箱").fill(MAILBOX)
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("status")).to_be_visible()


def closes_and_submits(page: Page) -> None:
    page.goto(f"/rounds/{ROUND}/close")
    page.get_by_role("button", name="关闭本轮").click()
    expect(page.get_by_role("status")).to_contain_text("已关闭")
    page.get_by_role("link", name="看文书").click()
    for _ in range(3):
        page.goto(f"/notices?round={ROUND}&state=draft")
        page.locator("a.row-link").first.click()
        page.get_by_role("button", name="送审").click()
        expect(page.get_by_role("status")).to_be_visible()
    expect(page.get_by_role("button", name="签发文书")).to_have_count(0)


def issues_what_waits(page: Page, n: int) -> None:
    """By the way of the first page, which counts what waits for this person."""
    for left in range(n, 0, -1):
        page.goto("/")
        waiting = page.locator("a.tile", has_text="待我签发")
        expect(waiting.locator(".value")).to_have_text(str(left))
        waiting.click()
        page.locator("a.row-link").first.click()
        page.get_by_role("button", name="签发文书").click()
        expect(page.locator("main")).to_contain_text("SHA-256")


def receives_the_letter(office: Office, postbox: Postbox) -> str:
    """Sends what is queued; the link in the letter that brings the 整改通知书."""
    office.hotline("notices", "deliver")
    letters = {str(letter["Subject"]): letter for letter in postbox.letters}
    [letter] = [one for subject, one in letters.items() if "整改通知书" in subject]
    assert letter["To"] == MAILBOX
    [paper] = [part for part in letter.walk() if part.get_content_type() == "application/pdf"]
    assert paper.get_content().startswith(b"%PDF-")
    text = letter.get_body(("plain",)).get_content()
    return re.search(r"http://127\.0\.0\.1:\d+(/n/\S+)", text)[1]


def passes(visit, link: str, office: Page, inspector: Page) -> None:
    guest: Visitor = visit(viewport={"width": 390, "height": 800})
    page = guest.page
    page.goto(link)
    expect(title(page)).to_contain_text("整改通知书")
    stays_within(page, (390,))
    page.get_by_label("签收人").fill("李示例")
    page.get_by_role("button", name="签收文书").click()
    expect(page.locator("main")).to_contain_text("签收时间")
    page.get_by_label("整改情况").fill("已换人值守，组织培训，附值班室照片。")
    page.get_by_label("报送人").fill("李示例")
    page.locator("input[type=file]").first.set_input_files(
        {"name": "值班室.png", "mimeType": "image/png", "buffer": a_photo()}
    )
    page.get_by_role("button", name="报送整改情况").click()
    expect(page.locator("main")).to_contain_text("李示例 报送于")
    expect(page.locator("main")).to_contain_text("值班室.png")

    calls_again(office, PASSED)
    dials(inspector, PASSED, well=True)
    accepts(office)
    settles(office, PASSED)
    office.locator("summary", has_text="销号").click()
    office.get_by_role("button", name="确认销号").click()
    expect(office.locator("dd", has_text="已销号")).to_be_visible()
    office.goto("/problems?state=closed")
    expect(office.locator(".list tbody tr")).to_have_count(1)
    expect(office.locator(".list tbody")).to_contain_text(PASSED)
    page.reload()
    expect(page.locator("main")).to_contain_text("已销号")


def fails_and_is_talked_to(office: Page, second: Page, inspector: Page, unit: Page) -> None:
    unit.goto("/notices?receipt=unsigned")
    unit.locator("a.row-link").click()
    unit.get_by_role("link", name="签收文书").click()
    unit.get_by_label("签收人").fill("王示例")
    unit.get_by_role("button", name="签收文书").click()
    expect(unit.locator("main")).to_contain_text("签收时间")
    for times in (1, 2):
        unit.goto("/unit")
        unit.get_by_role("link", name="报送整改情况").first.click()
        unit.get_by_label("整改情况").fill(f"第 {times} 次整改：已要求值班人员规范受理。")
        unit.get_by_label("报送人").fill("王示例")
        unit.get_by_role("button", name="报送整改情况").click()
        expect(unit.locator("main")).to_contain_text("已报送")
        calls_again(office, FAILED)
        dials(inspector, FAILED, well=False)
        accepts(office)
        settles(office, FAILED)
        expect(office.locator("main")).to_contain_text(f"退回 {times} 次")

    office.goto("/talks?state=due")
    expect(office.locator(".list tbody")).to_contain_text("整改后复查仍不合格")
    office.locator("a.row-link").click()
    meeting = Calendar().add(clock.local(clock.now()).date(), 6)
    fill(
        office,
        "arrange",
        person="局长 王示例",
        meets_at=f"{meeting}T09:30",
        place="市水利局三楼会议室",
        host="石家庄市水利局分管负责人",
    )
    office.get_by_role("button", name="保存并拟通知书").click()
    submits(office, "约谈")
    issues_what_waits(second, 1)

    office.goto("/talks?state=notified")
    office.locator("a.row-link").click()
    office.locator("summary", has_text="登记约谈记录").click()
    fill(
        office,
        "record",
        held_at=f"{clock.local(clock.now()):%Y-%m-%dT%H:%M:%S}",
        place="市水利局三楼会议室",
        present="分管负责人\n局长 王示例",
        account="承认培训不到位。",
        demands="换人值守，月底前重训。",
    )
    office.locator("[name=promise-what]").first.fill("更换值班人员并重新培训")
    office.locator("[name=promise-due_on]").first.fill(f"{meeting + timedelta(days=7)}")
    office.locator("[name=promise-person]").first.fill("王示例")
    office.get_by_role("button", name="保存约谈记录").click()
    submits(office, "约谈")
    issues_what_waits(second, 1)

    office.goto("/talks")
    row = office.locator(".list tbody tr", has_text=UNIT)
    expect(row).to_contain_text("已约谈")
    expect(row).to_contain_text("0/1 已销号")
    unit.goto("/unit")
    expect(unit.locator("main")).to_contain_text("更换值班人员并重新培训")


def calls_again(page: Page, number: str) -> None:
    page.goto("/problems?state=reported")
    page.get_by_role("link", name=number).click()
    page.locator("summary", has_text="安排复查").click()
    page.get_by_label("孙浩").check()
    page.get_by_role("button", name="安排复查").click()
    expect(page.locator("main")).to_contain_text("复查中")


def dials(page: Page, number: str, *, well: bool) -> None:
    page.goto("/")
    page.get_by_role("link", name=re.compile(r"R-\d+-\d+")).click()
    page.locator("main").get_by_role("link", name=number).first.click()
    page.locator(".outcomes label", has_text="接通并受理" if well else "拒绝受理").click()
    page.get_by_label("振铃秒数").fill("9")
    if well:
        page.get_by_text("空项都填“是”").click()
    page.get_by_role("button", name="保存拨测").click()
    expect(page.get_by_role("status")).to_be_visible()


def accepts(page: Page) -> None:
    page.goto("/reviews")
    page.locator(".review").get_by_role("button", name="复核通过").click()
    expect(page.get_by_role("status")).to_contain_text("已复核通过 1 条")


def settles(page: Page, number: str) -> None:
    page.goto("/problems?state=rechecking")
    page.get_by_role("link", name=number).click()
    page.locator("summary", has_text="认定复查结果").click()
    page.get_by_role("button", name="认定复查结果").click()
    expect(page.get_by_role("status")).to_be_visible()


def submits(page: Page, what: str) -> None:
    page.goto("/notices?state=draft")
    page.locator("a.row-link", has_text=what).first.click()
    page.get_by_role("button", name="送审").click()
    expect(page.get_by_role("status")).to_be_visible()


def fill(page: Page, form: str, **typed: str) -> None:
    for name, value in typed.items():
        page.locator(f"[name={form}-{name}]").fill(value)


def a_photo() -> bytes:
    file = BytesIO()
    Image.new("RGB", (320, 240), (11, 95, 165)).save(file, "PNG")
    return file.getvalue()
