"""A real Chromium and a real server, each with an office set up through the command line."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from hotline import clock
from tests.browser.office import Office, Server
from tests.browser.visitors import Visitor

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AREAS = [
    ["code", "name", "level", "parent", "report_group"],
    ["130000", "河北省", "province", "", ""],
    ["130100", "石家庄市", "city", "130000", ""],
    ["130102", "长安区", "county", "130100", ""],
    ["130104", "桥西区", "county", "130100", ""],
    ["130171", "石家庄高新技术产业开发区", "zone", "130100", ""],
]
# Staffed day and night, so that what may be dialled does not hang on when the tests run.
LINES = [
    ["号码", "责任单位", "层级", "行政区划代码", "责任人", "联系电话", "值班时间"],
    ["0311-00000001", "石家庄市水利局", "市级", "130100", "张示例", "0311-00000091", "24小时"],
    ["0311-00000002", "长安区水利局", "县级", "130102", "李示例", "0311-00000092", "24小时"],
    ["0311-00000003", "桥西区水利局", "县级", "130104", "王示例", "0311-00000093", "24小时"],
    ["0311-00000004", "桥西区农村供水服务中心", "县级", "130104", "", "", "24小时"],
    ["0311-00000005", "高新区农业农村和水利局", "县级", "130171", "", "", "24小时"],
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    assert path, "no Chromium: install it, or name one with CHROMIUM=/path/to/chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """An office with lines, people, and the city's round of this month; nothing dialled yet.

    Made once a run: of several worker processes the first makes it, and the others wait.
    """
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "prepared"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            making = folder.with_suffix(".part")
            making.mkdir()
            _prepare(Office(making))
            making.rename(folder)
    return folder


def _prepare(office: Office) -> None:
    office.hotline("init")
    office.hotline("areas", "import", office.write("areas.csv", AREAS))
    office.hotline("lines", "import", office.write("lines.csv", LINES), "--demo-numbers")
    city = ("--area", "130100")
    office.add_user("zhao-lin", "赵琳", "city_admin", *city)
    office.add_user("qian-wei", "钱伟", "city_admin", *city)
    office.add_user("sun-hao", "孙浩", "city_inspector", *city)
    office.add_user("qiao-xi", "桥西区值班室", "unit_reader", "--unit", "桥西区水利局")
    office.hotline(
        "rounds", "open", "--level", "city", "--period", this_month(), *city,
        "--inspector", "sun-hao",
    )  # fmt: skip


@pytest.fixture
def office(prepared: Path, tmp_path: Path) -> Office:
    shutil.copytree(prepared, tmp_path / "office")
    return Office(tmp_path / "office")


@pytest.fixture
def server(office: Office) -> Iterator[Server]:
    running = office.serve()
    yield running
    assert running.stop() == 0


@pytest.fixture
def visit(chromium: Browser, server: Server) -> Iterator[Callable[..., Visitor]]:
    """Let someone come with a browser of their own."""
    here: list[Visitor] = []

    def come(**window: object) -> Visitor:
        here.append(Visitor(chromium, server.address, **window))
        return here[-1]

    yield come
    for visitor in here:
        visitor.leave()


def this_month() -> str:
    return f"{clock.local(clock.now()):%Y-%m}"
