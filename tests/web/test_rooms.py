"""Lines, rounds, figures, home, journal: what their pages show and do."""

from __future__ import annotations

import io
import re
from pathlib import Path
from shutil import copyfile

import openpyxl
import pytest
import time_machine
import xlsxwriter
from sqlalchemy import select

from hotline.app import create_app
from hotline.db import Database
from hotline.models.inspection import Check, Round
from hotline.models.registry import Line
from hotline.web import journal_words
from tests.factories import actor_for, make_areas, make_line
from tests.inspection.spot_checks import a_round, dial, on
from tests.web.browsing import Browser, text_of
from tests.web.calling import CityRound

ROOT = Path(__file__).resolve().parents[2]
LINE_HEAD = ("号码", "责任单位", "层级", "行政区划代码")


def sheet(*rows: tuple[str, ...], head: tuple[str, ...] = LINE_HEAD) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet()
        for y, row in enumerate((head, *rows)):
            for x, cell in enumerate(row):
                page.write_string(y, x, cell)
    return out.getvalue()


def the_line(found: CityRound, number: str) -> Line | None:
    with found.database.read() as session:
        return session.scalar(select(Line).where(Line.number == number))


class TestLines:
    def test_the_list_finds_and_filters_by_its_address(self, city_round):
        browser = city_round.browser(city_round.admin)
        everything = text_of(browser.get("/lines"))
        assert "共 5 条" in everything
        assert "共 2 条" in text_of(browser.get("/lines?q=桥西区"))
        assert "共 0 条" in text_of(browser.get("/lines?status=retired"))
        assert "没有符合条件的线路" in text_of(browser.get("/lines?status=retired"))
        city_round.log(city_round.checks[0], dial(on(10, "09:00"), outcome=14))
        assert "共 1 条" in text_of(browser.get("/lines?class=IRREGULAR"))
        assert "共 4 条" in text_of(browser.get("/lines?class=untested"))

    def test_one_is_added_changed_and_shows_its_past(self, city_round):
        browser = city_round.browser(city_round.admin)
        said = {
            "number": "0311-86051234",
            "unit": "A&B公司<b>",
            "level": "county",
            "area_code": "130102",
            "report_group": "",
            "owner": "王伟",
            "owner_phone": "13812345678",
            "duty_hours": "",
            "status": "active",
        }
        answer = browser.post("/lines/new", **said)
        assert answer.status_code == 302
        page = browser.get(answer.location)
        assert "A&amp;B公司&lt;b&gt;" in page.text
        assert "13812345678" in text_of(page)
        browser.post(f"{answer.location}/edit", **(said | {"number": "0311-86059999"}))
        shown = text_of(browser.get(answer.location))
        assert "号码 0311-86051234 0311-86059999" in shown
        inspector = text_of(city_round.browser(city_round.inspector).get(answer.location))
        assert "138****5678" in inspector
        assert "13812345678" not in inspector

    def test_mistakes_are_all_named_and_what_was_typed_stays(self, city_round):
        answer = city_round.browser(city_round.admin).post(
            "/lines/new", number="12", unit="", level="", area_code="130102", status="active"
        )
        assert answer.status_code == 400
        for field in ("number", "unit", "level"):
            assert f'href="#{field}"' in answer.text
        assert 'value="12"' in answer.text

    def test_a_city_cannot_take_a_line_into_its_group(self, city_round):
        browser = city_round.browser(city_round.admin)
        said = {"number": "0315-2345678", "unit": "某局", "level": "county", "status": "active"}
        answer = browser.post("/lines/new", **said, area_code="130202")
        assert answer.status_code == 403
        assert the_line(city_round, "0315-2345678") is None

    def test_the_export_can_be_read_back(self, city_round):
        browser = city_round.browser(city_round.admin)
        data = browser.get("/lines/export.xlsx").data
        rows = list(openpyxl.load_workbook(io.BytesIO(data)).active.values)
        assert len([row for row in rows if row[0] and str(row[0]).startswith("0311-86")]) == 5
        answer = browser.send("/lines/import", {"file": (io.BytesIO(data), "back.xlsx")})
        assert answer.status_code == 200
        assert "文件与名录一致" in text_of(answer)

    def test_the_template_has_the_columns(self, city_round):
        data = city_round.browser(city_round.admin).get("/lines/import/template.xlsx").data
        head = [
            cell.value.rstrip("*") for cell in openpyxl.load_workbook(io.BytesIO(data)).active[1]
        ]
        assert head[:4] == list(LINE_HEAD)


class TestLineImport:
    NEW = sheet(("0311-86051234", "新单位", "县级", "130102"))

    def send(self, browser: Browser, data: bytes, **more: str):
        return browser.send("/lines/import", {"file": (io.BytesIO(data), "lines.xlsx"), **more})

    def seen(self, answer) -> str:
        return re.search(r'name="seen" value="([0-9a-f]+)"', answer.text)[1]

    def test_previews_without_saving_then_saves_what_was_seen(self, city_round):
        browser = city_round.browser(city_round.admin)
        preview = self.send(browser, self.NEW)
        assert "新增 1 条，变更 0 条，不变 0 条" in text_of(preview)
        assert the_line(city_round, "0311-86051234") is None
        answer = self.send(browser, self.NEW, seen=self.seen(preview))
        assert answer.location == "/lines"
        assert the_line(city_round, "0311-86051234") is not None
        again = self.send(browser, self.NEW)
        assert "文件与名录一致" in text_of(again)

    def test_another_file_than_the_one_seen_is_shown_again(self, city_round):
        browser = city_round.browser(city_round.admin)
        seen = self.seen(self.send(browser, self.NEW))
        other = sheet(("0311-86054321", "新单位", "县级", "130102"))
        answer = self.send(browser, other, seen=seen)
        assert answer.status_code == 409
        assert "请再看一遍" in text_of(answer)
        assert the_line(city_round, "0311-86054321") is None

    def test_mistakes_name_row_column_and_value(self, city_round):
        bad = sheet(("0311-86051234", "甲", "县级", "130102"), ("12", "乙", "乡级", "999999"))
        answer = self.send(city_round.browser(city_round.admin), bad)
        assert answer.status_code == 400
        said = text_of(answer)
        for part in (
            "第 3 行 [号码] “12”",
            "第 3 行 [层级] “乡级”",
            "第 3 行 [行政区划代码] “999999”",
        ):
            assert part in said
        assert the_line(city_round, "0311-86051234") is None

    @pytest.mark.parametrize("data", [b"", b"PK\x03\x04 not really", b"\xff\xfe\x00"])
    def test_a_file_that_is_none_is_refused(self, city_round, data):
        answer = self.send(city_round.browser(city_round.admin), data)
        assert answer.status_code == 400

    def test_no_file_is_said_to_be_none(self, city_round):
        answer = city_round.browser(city_round.admin).post("/lines/import")
        assert "请先选择文件" in text_of(answer)


class TestRounds:
    def test_one_is_opened_assigned_and_seen_by_whom_it_concerns(self, city_round):
        browser = city_round.browser(city_round.admin)
        with city_round.database.write() as session:
            other = actor_for(session, "city_inspector")
        answer = browser.post(
            "/rounds/new",
            level="city",
            area_code="130100",
            period="2026-10",
            inspectors=[str(other.user_id)],
        )
        assert answer.location == "/rounds/C-130100-2026-10"
        assert city_round.browser(other).get(answer.location).status_code == 200
        browser.post(f"{answer.location}/inspectors", inspectors=[])
        assert city_round.browser(other).get(answer.location).status_code == 404

    @pytest.mark.parametrize(
        ("given", "status", "said"),
        [
            ({"period": "2026Q4"}, 400, "市级按月"),
            ({"period": "x"}, 400, "市级按月"),
            ({"period": "2026-11"}, 409, "已有这一轮抽查"),
            ({"period": "2026-10", "numbers": "0311-1"}, 400, "不是本轮范围内的线路"),
            ({"period": "2026-10", "coverage": "sample"}, 400, "抽样只用于省级抽查"),
            ({"period": "2026-10", "starts_on": "2026-9-30"}, 400, "日期写作"),
            ({"period": "2026-10", "ends_on": "2026-11-01"}, 400, "起止日期须在抽查期之内"),
        ],
    )
    def test_says_why_one_cannot_be_opened(self, city_round, given, status, said):
        answer = city_round.browser(city_round.admin).post(
            "/rounds/new", **{"level": "city", "area_code": "130100", **given}
        )
        assert answer.status_code == status
        assert said in text_of(answer)

    def test_a_list_of_lines_is_enough(self, city_round):
        with city_round.database.read() as session:
            number = session.scalar(select(Check.number).where(Check.id == city_round.checks[0]))
        city_round.browser(city_round.admin).post(
            "/rounds/new", level="city", area_code="130100", period="2026-10", numbers=f"{number}\n"
        )
        page = city_round.browser(city_round.admin).get("/rounds/C-130100-2026-10")
        assert "共 1 条" in text_of(page)

    def test_shows_how_far_it_has_come(self, city_round):
        first, second = city_round.checks[:2]
        city_round.log(first, dial(on(10, "09:00"), outcome=14))
        city_round.log(second, dial(on(10, "09:00"), outcome=21))
        browser = city_round.browser(city_round.admin)
        address = f"/rounds/{city_round.code}"
        said = text_of(browser.get(address))
        assert "尚未拨测 3" in said
        assert "可以复拨 1" in said
        assert "待复核 1" in said
        assert "值班时间内须拨 3 次，现有 1 次" in said
        assert "共 1 条" in text_of(browser.get(f"{address}?state=pending"))
        assert "共 3 条" in text_of(browser.get(f"{address}?class=untested"))
        assert "共 2 条" in text_of(browser.get(f"{address}?area=130104"))
        assert "共 0 条" in text_of(browser.get(f"{address}?area=130104&class=IRREGULAR"))

    def test_leads_to_the_next_line_to_dial(self, city_round):
        page = city_round.browser(city_round.inspector).get(f"/rounds/{city_round.code}")
        assert re.search(rf'data-next href="/checks/{city_round.checks[0]}"', page.text)

    def test_refuses_to_close_naming_the_lines_then_closes_as_it_is(self, city_round):
        browser, address = city_round.browser(city_round.admin), f"/rounds/{city_round.code}"
        for check_id in city_round.checks[1:]:
            city_round.log(check_id, dial(on(10, "09:00")))
        page = browser.get(f"{address}/close")
        assert "还有 1 条线路不能关闭" in text_of(page)
        refused = browser.post(f"{address}/close", as_is_reason=" ")
        assert refused.status_code == 409
        assert "尚未拨测" in text_of(refused)
        answer = browser.post(f"{address}/close", as_is_reason="线路改造，下月补测")
        assert answer.location == address
        closed = text_of(browser.get(address))
        assert "线路改造，下月补测" in closed
        assert "已关闭，文书草稿已生成" in closed
        assert browser.get(f"{address}/close").status_code == 409

    def test_closes_without_more_words_when_all_is_done(self, city_round):
        for check_id in city_round.checks:
            city_round.log(check_id, dial(on(10, "09:00")))
        browser, address = city_round.browser(city_round.admin), f"/rounds/{city_round.code}"
        assert "所有线路都已测完" in text_of(browser.get(f"{address}/close"))
        assert browser.post(f"{address}/close").location == address
        with city_round.database.read() as session:
            found = session.scalar(select(Round).where(Round.code == city_round.code))
            assert found.closed_at is not None
            assert found.as_is_reason is None


class TestFigures:
    def test_shows_rates_with_their_n_and_their_definitions(self, city_round):
        for check_id, outcome in zip(city_round.checks, (11, 11, 14, 23), strict=False):
            city_round.log(check_id, dial(on(10, "09:00"), outcome=outcome))
        page = city_round.browser(city_round.admin).get(f"/figures/{city_round.code}")
        said = text_of(page)
        assert "50.00% 2/4" in said
        assert "共 5 条 · 不计 0 · 未测 1" in said
        assert "合格 ÷ 抽查数" in said
        assert "23 空号 1" in said
        assert "进行中，数字会变" in said

    def test_the_workbook_holds_both_annexes(self, city_round):
        browser = city_round.browser(city_round.admin)
        answer = browser.get(f"/figures/{city_round.code}/export.xlsx")
        book = openpyxl.load_workbook(io.BytesIO(answer.data))
        assert book.sheetnames == ["附件1", "附件2"]

    def test_the_chart_is_data_not_code(self, city_round):
        city_round.log(city_round.checks[0], dial(on(10, "09:00")))
        city_round.log(city_round.checks[4], dial(on(10, "09:00")))
        page = city_round.browser(city_round.admin).get(f"/figures/{city_round.code}")
        assert "data-chart=" in page.text
        assert "合 合格" in page.text

    def test_no_chart_where_no_row_has_two_lines(self, city_round):
        browser = city_round.browser(city_round.province)
        numbers = [text_of(browser.get(f"/checks/{city_round.checks[n]}")) for n in (0, 4)]
        found = "\n".join(re.search(r"0311-\d{8}", said)[0] for said in numbers)
        sent = {"level": "city", "area_code": "130100", "period": "2026-10", "numbers": found}
        assert browser.post("/rounds/new", **sent).status_code == 302
        page = browser.get("/figures/C-130100-2026-10")
        assert "data-chart=" not in page.text
        assert "echarts" not in page.text


class TestHome:
    def test_counts_what_awaits_each(self, city_round):
        city_round.log(city_round.checks[0], dial(on(10, "09:00"), outcome=14))
        city_round.log(city_round.checks[1], dial(on(10, "09:00"), outcome=21))
        inspector = text_of(city_round.browser(city_round.inspector).get("/"))
        assert "尚未拨测 3" in inspector
        assert "现在可以复拨 1" in inspector
        assert "待我复核" not in inspector
        assert "待我复核 1" in text_of(city_round.browser(city_round.admin).get("/"))

    def test_shows_the_last_figures_once_a_round_is_closed(self, city_round):
        browser = city_round.browser(city_round.admin)
        assert "还没有已关闭的抽查" in text_of(browser.get("/"))
        for check_id in city_round.checks:
            city_round.log(check_id, dial(on(10, "09:00")))
        browser.post(f"/rounds/{city_round.code}/close")
        assert "100.00% 5/5" in text_of(browser.get("/"))


class TestJournal:
    def test_shows_each_their_own_and_the_auditor_everything(self, city_round):
        city_round.log(city_round.checks[0], dial(on(10, "09:00")))
        with city_round.database.write() as session:
            auditor = actor_for(session, "auditor")
        own = text_of(city_round.browser(city_round.inspector).get("/journal"))
        assert "登记拨测" in own
        assert "开始一轮" not in own
        everything = text_of(city_round.browser(auditor).get("/journal"))
        assert "登记拨测" in everything
        assert "开始一轮" in everything
        nobody = text_of(city_round.browser(city_round.admin).get("/journal"))
        assert "没有符合条件的记录" in nobody

    def test_filters(self, city_round):
        city_round.log(city_round.checks[0], dial(on(10, "09:00")))
        with city_round.database.write() as session:
            auditor = actor_for(session, "auditor")
        browser = city_round.browser(auditor)
        for query, n in (
            ("subject=call", 1),
            ("subject=call&until=2026-11-09", 0),
            ("subject=call&since=2026-11-10&until=2026-11-10", 1),
            (f"by={city_round.inspector.name}", 1),
            ("since=nonsense&subject=round", 1),
        ):
            said = text_of(browser.get(f"/journal?{query}"))
            assert (f"共 {n} 条" in said) if n else ("没有符合条件的记录" in said), query

    def test_every_deed_that_the_house_journals_has_words(self):
        files = sorted((ROOT / "hotline").rglob("*.py"))
        source = "".join(path.read_text(encoding="utf-8") for path in files)
        deeds = set(re.findall(r'action="([^"]+)"', source))
        deeds |= set(re.findall(r'"(user\.\w+|sign_in|sign_in\.refused|sign_out)"', source))
        assert len(deeds) > 20
        assert deeds - set(journal_words.ACTIONS) == set()


class TestQueries:
    """A page costs the same whatever the number of lines, and never reads the calls."""

    @pytest.fixture
    def sized(self, sqlite_template, tmp_path, settings):
        opened = []

        def build(lines: int) -> CityRound:
            path = tmp_path / f"{lines}.db"
            copyfile(sqlite_template, path)
            database = Database(f"sqlite:///{path}")
            opened.append(database)
            with database.write() as session:
                make_areas(session)
                for n in range(lines):
                    make_line(session, area_code=("130102", "130104")[n % 2])
                admin = actor_for(session, "city_admin")
                found = a_round(session, settings)
                ids = list(session.scalars(select(Check.id)))
            app = create_app(settings, database, "k" * 40)
            made = CityRound(app, database, settings, found.code, ids, admin, admin, admin)
            made.log(ids[0], dial(on(10, "09:00"), outcome=14))
            return made

        with time_machine.travel(on(10, "10:00"), tick=False):
            yield build
        for database in opened:
            database.close()

    def asked(self, made: CityRound, address: str) -> list[str]:
        browser = made.browser(made.admin)
        with made.queries() as asked:
            assert browser.get(address).status_code == 200
        return [said for said in asked if not said.startswith("PRAGMA")]

    @pytest.mark.parametrize("page", ["/rounds/{}", "/figures/{}", "/lines", "/rounds"])
    def test_the_same_for_one_line_and_for_196(self, sized, page):
        small, large = (self.asked(made, page.format(made.code)) for made in (sized(1), sized(196)))
        assert not [said for said in small + large if re.search(r"\bcalls\b", said)]
        assert len(small) == len(large)
        assert len(large) <= 10
