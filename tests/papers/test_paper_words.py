"""How papers name units, and how they put reasons."""

import pytest
from sqlalchemy import select

from hotline.models.papers import Notice
from hotline.models.registry import Area
from hotline.papers import paper_words
from hotline.rules.reasons import Reason
from tests.factories import make_areas, make_line
from tests.loop.called import a_round_of
from tests.papers.test_notice_documents import composed, papers
from tests.reports.test_circular import words_of


@pytest.mark.parametrize(
    ("name", "area", "city", "said"),
    [
        ("长安区水利局", "长安区", "", "长安区水利局"),
        ("水利局", "长安区", "", "长安区水利局"),
        ("长安区水利局", "长安区", "石家庄市", "石家庄市长安区水利局"),
        ("定州市水利局", "定州市", "定州市", "定州市水利局"),
        ("石家庄高新区社会事务局", "石家庄高新区", "石家庄市", "石家庄高新区社会事务局"),
        ("石家庄市水利局", "石家庄市", "石家庄市", "石家庄市水利局"),
    ],
)
def test_neither_area_nor_city_is_said_twice(name, area, city, said):
    assert paper_words.full_name(name, area, city) == said


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (Reason("talk.months", {"n": 3, "rounds": 6}), "近6个月度抽查中3次不合格"),
        (
            Reason("talk.city", {"rate": 0.5, "n": 14, "limit": 0.7}),
            "合格率50.00%（实测14条，合格7条），低于70.00%",
        ),
        (Reason("slow.ring", {"s": 16.0, "limit": 15.0}), "振铃16.0秒，超过15.0秒"),
        (Reason("irregular.majors", {"n": 2, "items": ["D1", "D2"]}), "2个主要项目不合格：D1、D2"),
        (
            Reason("talk.critical", {"what": ["B6", "B8"], "at": "2026-11-03T09:05+08:00"}),
            "2026年11月3日9:05拨测，B6出现忌语或辱骂、B8一票否决",
        ),
        (
            Reason("talk.no_report", {"due": "2026-10-08"}),
            "到期（2026年10月8日）未报送整改情况",
        ),
    ],
)
def test_a_paper_has_no_blanks_around_numbers(reason, said):
    assert paper_words.reason(reason) == said


@pytest.mark.parametrize(
    ("code", "city"),
    [
        ("130102", "石家庄市"),
        ("130171", "石家庄市"),
        ("130181", "辛集市"),
        ("130682", "定州市"),
        ("130100", "石家庄市"),
        ("130000", ""),
    ],
)
def test_an_area_is_counted_under_its_city(sqlite_database, code, city):
    with sqlite_database.write() as session:
        make_areas(session)
        assert paper_words.city_of(session, session.get_one(Area, code)) == city


def test_two_units_of_one_name_are_told_apart_in_the_provinces_papers(database, settings):
    with database.write() as session:
        make_areas(session)
        lines = {make_line(session, area_code=code): 14 for code in ("130104", "130703", "130682")}
        lines |= {make_line(session, area_code="130102"): None for _ in range(8)}
        found = a_round_of(session, settings, "2026Q3", lines)
        circular = composed(session, settings, papers(session, found, "circular")[0])
        letters = session.scalars(select(Notice).where(Notice.kind == "rectification"))
        addressees = {composed(session, settings, letter).addressee for letter in letters}
    words = words_of(circular)
    assert "石家庄市桥西区水利局（" in words
    assert "张家口市桥西区水利局（" in words
    assert "；定州市水利局（" in words or "：定州市水利局（" in words
    assert addressees == {"石家庄市桥西区水利局", "张家口市桥西区水利局", "定州市水利局"}
    talked = words.split("约谈。对下列单位进行约谈：")[1]
    assert "张家口市桥西区水利局（" in talked
    assert {row[3] for row in circular.annexes[1].rows} == {
        "石家庄市桥西区",
        "石家庄市长安区",
        "张家口市桥西区",
        "定州市",
    }


def test_a_citys_own_papers_do_not_say_the_city(database, settings):
    with database.write() as session:
        make_areas(session)
        found = a_round_of(session, settings, "2026-10", {make_line(session): 14})
        circular = composed(session, settings, papers(session, found, "circular")[0])
    assert "：长安区水利局（" in words_of(circular)
