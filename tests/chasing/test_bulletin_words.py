"""What a 周报 or 月报 says: counts that add up, full names, natural words; and its e-mail."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import delete, select

from hotline.chasing import bulletins
from hotline.chasing.bulletin_facts import Span, facts
from hotline.models.inspection import Check, Round
from hotline.models.loop import RectificationReport, RectificationStep
from hotline.models.messages import Message
from hotline.models.papers import Finding
from hotline.models.registry import Area
from reports.document import Grid, Heading
from reports.titles import turned
from tests.chasing.late import a_late_repair
from tests.factories import make_areas, make_line
from tests.inspection.spot_checks import a_round, checks_of, dial, log, on
from tests.issuing.closed_rounds import close_a_round
from tests.ledgers.followed import LATER, follow, struck_off
from tests.loop.disputed import close

MONDAY = on(23, "08:40")


def text_of(document) -> str:
    return "\n".join(
        block.text if not isinstance(block, Grid) else block.caption for block in document.body
    )


@pytest.fixture
def repair(sqlite_database, settings):
    with sqlite_database.write() as session:
        return a_late_repair(session, settings)


@pytest.mark.parametrize("code", ["130000", "130100"])
@pytest.mark.parametrize(
    ("state", "row"),
    [("new", "待下达"), ("issued", "仅通报"), ("dropped", "不予下达和已撤销")],
)
def test_every_problem_stands_in_one_row_of_the_sum(sqlite_database, settings, code, state, row):
    """One is struck off, one has nothing to put right, one is to be reported on."""
    followed = follow(close_a_round(sqlite_database, settings))
    with sqlite_database.write() as session:
        first, second, _ = followed.rows(session)
        struck_off(session, first, LATER)
        session.get_one(Finding, second.finding_id).state = state
        for step in (RectificationStep, RectificationReport):
            session.execute(delete(step).where(step.rectification_id == second.id))
        session.delete(second)
    with sqlite_database.read() as session:
        area = session.get_one(Area, code)
        made = facts(session, area, Span.parse("2026-W47"), settings=settings, now=LATER)
    n = {figure.name: figure.n for figure in made.standing}
    kinds = ("未销号", "已销号", "仅通报", "待下达", "不予下达和已撤销")
    parts = ("其中：待报送", "其中：待核", "其中：申诉中")
    assert {kind: n[kind] for kind in kinds if n[kind]} == {"未销号": 1, "已销号": 1, row: 1}
    assert sum(n[kind] for kind in kinds) == n["问题"] == made.problems.total == 3
    assert sum(n[part] for part in parts) == n["未销号"] == made.problems.open


@pytest.mark.parametrize(
    ("state", "row"),
    [
        ("issued", "其中：待报送"),
        ("in_progress", "其中：待报送"),
        ("returned", "其中：待报送"),
        ("reported", "其中：待核"),
        ("rechecking", "其中：待核"),
        ("held", "其中：申诉中"),
    ],
)
def test_what_is_open_stands_in_one_row_of_its_parts(sqlite_database, settings, repair, state, row):
    with sqlite_database.write() as session:
        found = repair.found(session)
        found.held = state == "held"
        found.state = "issued" if found.held else state
    with sqlite_database.read() as session:
        area = session.get_one(Area, "130100")
        made = facts(session, area, Span.parse("2026-W47"), settings=settings, now=MONDAY)
    n = {figure.name: figure.n for figure in made.standing if figure.n and "其中" in figure.name}
    assert n == {row: 1}


def test_papers_of_every_kind_are_counted_once(sqlite_database, settings, repair):
    with sqlite_database.read() as session:
        area = session.get_one(Area, "130100")
        made = facts(session, area, Span.parse("2026-W47"), settings=settings, now=MONDAY)
    issued = Counter({figure.name: figure.n for figure in made.deeds if "签发" in figure.name})
    assert issued == {
        "签发通报": 1,
        "签发整改通知书": 1,
        "签发约谈通知书": 0,
        "签发其他文书": 0,
    }


def test_the_province_reads_of_which_city_a_unit_is(sqlite_database, settings, repair):
    with sqlite_database.read() as session:
        for code, unit in (("130000", "石家庄市长安区水利局"), ("130100", "长安区水利局")):
            area = session.get_one(Area, code)
            [late] = facts(
                session, area, Span.parse("2026-W47"), settings=settings, now=MONDAY
            ).late
            assert late.unit == unit
            assert late.what.endswith(" 受理不规范")


def test_rounds_of_cities_have_a_sum_and_the_province_s_is_not_in_it(sqlite_database, settings):
    with sqlite_database.write() as session:
        make_areas(session)
        for area, lines in (("130102", 2), ("130202", 3)):
            for _ in range(lines):
                make_line(session, area_code=area)
        for level, area in (("city", "130100"), ("city", "130200"), ("province", "130000")):
            period = "2026-11" if level == "city" else "2026Q4"
            found = a_round(session, settings, level=level, area=area, period=period)
            checks = checks_of(session, found)
            for n, check in enumerate(checks):
                bad = {"ring_s": "25"} if n == 0 else {}
                log(session, settings, check, dial(on(10), **bad))
            close(session, settings, found)
        area, city = session.get_one(Area, "130000"), session.get_one(Area, "130200")
        span = Span.parse("2026-W47")
        made = facts(session, area, span, settings=settings, now=MONDAY)
        own = facts(session, city, span, settings=settings, now=MONDAY)
    rows = [(one.name, one.lines, one.tested, one.passed, one.rate) for one in made.closed]
    assert rows == [
        ("河北省2026年第四季度", 5, 5, 4, "80.00%（4/5）"),
        ("石家庄市2026年11月", 2, 2, 1, "50.00%（1/2）"),
        ("唐山市2026年11月", 3, 3, 2, "66.67%（2/3）"),
        ("各市2026年11月合计", 5, 5, 3, "60.00%（3/5）"),
    ]
    assert [one.name for one in own.closed] == ["唐山市2026年11月"]


def test_lines_that_are_tested_again_are_said_to_be_apart(sqlite_database, settings, repair):
    with sqlite_database.write() as session:
        area = session.get_one(Area, "130100")
        span = Span.parse("2026-W47")
        made = bulletins.compose(session, area, span, settings=settings, now=MONDAY)
        assert "另行统计" not in text_of(made)
        found = session.get_one(Round, repair.case.round_id)
        for check in session.scalars(select(Check).where(Check.round_id == found.id)):
            check.basis = "again"
        session.flush()
        again = bulletins.compose(session, area, span, settings=settings, now=MONDAY)
        assert "因上期不合格而复测的线路另行统计，不在其内。" in text_of(again)


@pytest.mark.parametrize(
    ("period", "said"),
    [
        ("2026-10", "2026年10月"),
        ("2026-W47", "2026年11月16日至22日"),
        ("2026-W49", "2026年11月30日至12月6日"),
        ("2026-W53", "2026年12月28日至2027年1月3日"),
        ("2026-W01", "2025年12月29日至2026年1月4日"),
    ],
)
@pytest.mark.parametrize("area", ["河北省", "石家庄市", "秦皇岛市", "雄安新区"])
def test_the_span_is_said_shortly_and_the_title_never_parts_the_kind(period, said, area):
    span = Span.parse(period)
    assert span.words == said
    title = f"{area}饮水安全监督电话抽查{span.kind_name}\n（{said}）"
    lines = turned(title, lambda part: sum(1 if ord(c) > 255 else 0.5 for c in part), 20)
    assert any(f"抽查{span.kind_name}" in line for line in lines)


def test_the_words_of_a_quiet_week_and_of_a_busy_one(sqlite_database, settings, repair):
    with sqlite_database.read() as session:
        city, other = session.get_one(Area, "130100"), session.get_one(Area, "130200")
        busy, quiet = (
            bulletins.compose(session, area, Span.parse("2026-W47"), settings=settings, now=MONDAY)
            for area in (city, other)
        )
    assert busy.title.split("\n") == [
        "石家庄市饮水安全监督电话抽查周报",
        "（2026年11月16日至22日）",
    ]
    said = text_of(busy)
    assert (
        "本期周报反映石家庄市本级2026年11月16日至22日的工作情况，"
        "台账数据截至2026年11月23日8时40分。"
    ) in said
    assert "本期签发通报1份，签发整改通知书1份，下达整改1项。" in said
    assert (
        "问题台账共有问题1项，已销号0项，未销号1项，其中逾期1项。整改完成率为0.00%（0/1）。"
    ) in said
    assert "到期没有报送整改情况的如下，逾期最久的在前。" in said
    headings = [block.text for block in busy.body if isinstance(block, Heading)]
    assert headings == [
        "一、本期工作情况",
        "二、问题整改和约谈情况",
        "三、抽查情况",
        "四、逾期未报送整改情况的事项",
    ]
    said = text_of(quiet)
    assert "本期没有拨测，没有签发文书，也没有办理整改、申诉和约谈。" in said
    assert "问题台账没有问题。" in said
    assert "整改完成率为" not in said
    assert "本期末没有进行中的抽查。" in said
    assert "没有逾期未报送整改情况的事项。" in said


def test_the_e_mail_says_what_it_brings_from_whom_and_where_the_rest_is(
    sqlite_database, settings, repair
):
    bulletins.draw_all(sqlite_database, "2026-W47", settings=settings, now=MONDAY)
    with sqlite_database.read() as session:
        query = select(Message).where(Message.recipient == "admin@example.cn")
        message = session.scalars(query).one()
    title = "石家庄市饮水安全监督电话抽查周报（2026年11月16日至22日）"
    assert message.subject == title
    assert message.file_name == "2026-W47-石家庄市-周报.pdf"
    assert message.body.splitlines() == [
        "您好：",
        "",
        f"现将《{title}》发给您，见附件。",
        f"往期请登录 {settings.public_url}/bulletins 查阅。",
        "",
        "石家庄市水利局",
        "2026年11月23日",
        "",
        "本邮件由系统发出，请勿直接回复。",
    ]
