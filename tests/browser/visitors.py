"""Someone at a browser. Whatever a page complains about to its console fails the test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Error, Page, expect

from tests.browser.office import PASSWORD

_REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error("securitypolicyviolation " + event.violatedDirective + " " + event.blockedURI);
});
"""


class Visitor:
    """One person with one window. `complaints`: what the pages visited said to the console."""

    def __init__(self, browser: Browser, address: str, **window: Any):
        self.complaints: list[str] = []
        self._expected: str | None = None
        self.context = browser.new_context(
            base_url=address, locale="zh-CN", timezone_id="Asia/Shanghai", **window
        )
        self.context.set_default_timeout(10_000)
        if window.get("java_script_enabled", True):
            self.context.add_init_script(_REPORT_VIOLATIONS)
        self.context.on("console", self._hear)
        self.context.on("weberror", lambda wrong: self.complaints.append(str(wrong.error)))
        self.page: Page = self.context.new_page()

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type not in ("error", "warning"):
            return
        if self._expected and f"status of {self._expected}" in said.text:
            return
        self.complaints.append(f"{said.page.url if said.page else ''}: {said.text}")

    @contextmanager
    def refused_with(self, status: int) -> Iterator[None]:
        """The server refuses meanwhile, which the console mentions."""
        self._expected = str(status)
        yield
        self._expected = None

    def sign_in(self, name: str, password: str) -> None:
        self.page.goto("/")
        self.page.get_by_label("用户名").fill(name)
        self.page.get_by_label("密码").fill(password)
        self.page.get_by_role("button", name="登录").click()

    def sign_in_first(self, name: str, password: str) -> None:
        """With the password that the administrator gave, which has to be changed at once."""
        self.sign_in(name, PASSWORD)
        expect(self.page.get_by_role("heading", level=1)).to_have_text("修改密码")
        self.page.goto("/lines")
        expect(self.page.get_by_role("heading", level=1)).to_have_text("修改密码")
        self.page.get_by_label("当前密码").fill(PASSWORD)
        self.page.get_by_label("新密码", exact=True).fill(password)
        self.page.get_by_label("再输一次").fill(password)
        self.page.get_by_role("button", name="保存新密码").click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text("今日")

    def tab_to(self, selector: str) -> None:
        """Go on with Tab until this has the focus."""
        for _ in range(60):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("s => document.activeElement.matches(s)", selector):
                return
        raise AssertionError(f"Tab never reaches {selector}")

    def leave(self) -> None:
        try:
            self.context.close()
        except Error as wrong:
            self.complaints.append(str(wrong))
        assert not self.complaints, "\n".join(self.complaints)
