"""The main job in a real browser: sign in, log calls, review, close the round, open the paper."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import this_month
from tests.browser.visitors import Visitor

INSPECTOR, ADMIN = "ring-and-wait-60", "look-twice-2026"
ROUND = f"C-130100-{this_month()}"
MOMENT = re.compile(r"\d{1,2}月\d{1,2}日 \d\d:\d\d")


def title(page: Page):
    return page.get_by_role("heading", level=1)


def tile(page: Page, name: str):
    return page.locator(".tile", has=page.get_by_text(name, exact=True))


def open_line(page: Page, number: str) -> None:
    page.goto(f"/rounds/{ROUND}")
    page.get_by_role("link", name=number).click()
    expect(title(page)).to_contain_text(number)


def choose(page: Page, outcome: str) -> None:
    page.locator(".outcomes label", has_text=outcome).click()


def test_from_the_first_sign_in_to_the_paper(visit):
    inspector = visit(viewport={"width": 1280, "height": 900})
    inspector.sign_in_first("sun-hao", INSPECTOR)
    page = inspector.page
    page.locator("table").get_by_role("link", name="石家庄市").click()
    expect(title(page)).to_contain_text("石家庄市")
    logs_an_answered_call_by_keyboard(inspector)
    logs_an_unanswered_call(page)
    logs_a_hang_up(inspector)

    admin = visit(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    admin.sign_in_first("zhao-lin", ADMIN)
    reviews(admin.page)
    corrects_what_was_returned(page)
    closes_the_round(admin)
    reads_the_paper(admin)


def logs_an_answered_call_by_keyboard(inspector: Visitor) -> None:
    page, keys = inspector.page, inspector.page.keyboard
    page.get_by_role("link", name="0311-00000001").click()
    inspector.tab_to("[name=outcome]")
    keys.press("Space")
    inspector.tab_to("[name=ring_s]")
    keys.type("12")
    inspector.tab_to("[name=answered_by]")
    keys.type("工号 03")
    inspector.tab_to("[name=B1]")
    for _ in range(11):
        keys.press("1")
    inspector.tab_to("[name=note]")
    inspector.tab_to(".form-deeds button:not([name])")
    keys.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("11 接通并受理")
    expect(tile(page, "类别")).to_contain_text("合格")
    expect(tile(page, "得分")).to_contain_text("100.0")
    expect(tile(page, "得分")).to_contain_text("暂定")
    expect(page.locator("table.score tbody tr")).to_have_count(15)
    expect(page.locator(".dials")).to_contain_text("工号 03")


def logs_an_unanswered_call(page: Page) -> None:
    open_line(page, "0311-00000002")
    choose(page, "无人接听")
    expect(page.locator("#f-ring_s")).to_be_hidden()
    page.get_by_role("button", name="保存拨测").click()
    expect(tile(page, "类别")).to_contain_text("打不通")
    expect(tile(page, "下一次可拨")).to_contain_text(MOMENT)
    expect(page.locator("main")).to_contain_text("还不能关闭")
    expect(page.locator("#f-attempt")).to_have_value("2")


def logs_a_hang_up(inspector: Visitor) -> None:
    page = inspector.page
    open_line(page, "0311-00000003")
    choose(page, "接通后直接挂断")
    page.get_by_label("振铃秒数").fill("121")
    with inspector.refused_with(400):
        page.get_by_role("button", name="保存拨测").click()
        expect(page.get_by_role("alert")).to_contain_text("0–120")
    page.get_by_label("振铃秒数").fill("8")
    page.get_by_role("button", name="保存拨测").click()
    expect(tile(page, "类别")).to_contain_text("受理不规范")
    expect(tile(page, "得分")).to_contain_text("41.7")


def reviews(page: Page) -> None:
    page.get_by_role("navigation", name="导航").get_by_role("link", name="复核").click()
    waiting = page.locator(".review")
    expect(waiting).to_have_count(2)
    failed, passed = waiting.nth(0), waiting.nth(1)
    expect(failed).to_contain_text("0311-00000003")
    expect(failed.locator("table.score").first).to_be_visible()
    expect(failed.locator("table.score").first).to_contain_text("B7 首问负责、不推诿")
    expect(passed).to_contain_text("100.0")
    expect(passed.locator("table.score")).to_be_hidden()
    passed.get_by_text("得分明细").click()
    expect(passed.locator("table.score")).to_be_visible()
    passed.get_by_role("button", name="复核通过").click()
    expect(page.get_by_role("status")).to_contain_text("已复核通过 1 条")
    only = page.locator(".review")
    only.get_by_text("退回检查员").click()
    only.get_by_label("退回原因").fill("录音里是自动语音，请核对结果")
    only.get_by_role("button", name="退回", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("已退回")
    expect(page.locator(".review")).to_have_count(0)


def corrects_what_was_returned(page: Page) -> None:
    open_line(page, "0311-00000003")
    expect(page.locator("main")).to_contain_text("已退回：录音里是自动语音，请核对结果")
    page.get_by_role("link", name="更正这次拨测").first.click()
    choose(page, "接通并受理")
    page.get_by_text("空项都填“是”").click()
    page.locator("#f-D1 input[value=no]").check()
    page.get_by_label("更正原因").fill("重听录音，值班员已受理")
    page.get_by_role("button", name="保存更正").click()
    expect(page.get_by_role("status")).to_contain_text("已更正")
    expect(tile(page, "类别")).to_contain_text("合格")
    correction = page.locator(".correction")
    expect(correction).to_contain_text("重听录音，值班员已受理")
    expect(correction).to_contain_text("14 接通后直接挂断")


def closes_the_round(admin: Visitor) -> None:
    page = admin.page
    page.goto(f"/rounds/{ROUND}")
    page.get_by_role("link", name="关闭本轮").click()
    in_the_way = page.locator(".columns-list")
    expect(in_the_way).to_contain_text("0311-00000002 长安区水利局")
    expect(in_the_way).to_contain_text("0311-00000004 桥西区农村供水服务中心：尚未拨测")
    expect(in_the_way.locator("li")).to_have_count(3)
    with admin.refused_with(409):
        page.get_by_role("button", name="照现状关闭本轮").click()
        expect(page.get_by_role("alert")).to_contain_text("请写明原因")
    page.get_by_label("照现状关闭的原因").fill("月末停电，三条线路来不及复拨")
    page.get_by_role("button", name="照现状关闭本轮").click()
    expect(page.get_by_role("status")).to_contain_text("已关闭")
    expect(page.locator("main")).to_contain_text("月末停电，三条线路来不及复拨")


def reads_the_paper(admin: Visitor) -> None:
    page = admin.page
    page.get_by_role("link", name="看文书").click()
    page.get_by_role("link", name=re.compile("^关于.*的通报$")).click()
    paper = page.get_by_role("link", name="打开 PDF")
    answer = admin.context.request.get(paper.get_attribute("href"))
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("inline")
    assert answer.body().startswith(b"%PDF-")
    with page.context.expect_page() as opened:
        paper.click()
    opened.value.wait_for_load_state()
    opened.value.close()
    with page.expect_download() as saved:
        page.get_by_role("link", name="下载 PDF").click()
    assert saved.value.path().read_bytes().startswith(b"%PDF-")
    assert saved.value.suggested_filename.endswith("通报.pdf")
    with page.expect_download() as saved:
        page.get_by_role("link", name="下载附件表格").click()
    assert saved.value.path().read_bytes().startswith(b"PK")
    assert saved.value.suggested_filename.endswith(".xlsx")


def test_a_call_is_logged_without_scripts(visit):
    inspector = visit(java_script_enabled=False)
    inspector.sign_in_first("sun-hao", INSPECTOR)
    page = inspector.page
    open_line(page, "0311-00000004")
    page.get_by_label("11 接通并受理").check()
    page.get_by_label("振铃秒数").fill("16.2")
    for item in ("B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8", "D1", "D2", "D3"):
        page.locator(f"#f-{item} input[value=yes]").check()
    page.get_by_role("button", name="保存拨测").click()
    expect(page.get_by_role("status")).to_contain_text("11 接通并受理")
    expect(tile(page, "类别")).to_contain_text("接转不及时")
    expect(tile(page, "得分")).to_contain_text("96.9")
    open_line(page, "0311-00000005")
    page.get_by_label("21 无人接听").check()
    page.get_by_role("button", name="保存并拨下一条").click()
    expect(title(page)).to_contain_text("0311-0000000")
    expect(title(page)).not_to_contain_text("0311-00000005")


def test_the_server_ends_in_order_when_told_to(office):
    server = office.serve()
    assert server.stop() == 0
