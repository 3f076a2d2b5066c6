"""The list of lines: what is found, counted and shown of each."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event, select

from hotline.models.inspection import Check
from hotline.models.registry import Line
from hotline.registry.line_lists import UNTESTED, Sought, find, find_all, status_counts
from tests.factories import NOW, OPERATOR, actor_for, make_areas, make_line, make_unit
from tests.inspection.spot_checks import a_round


@pytest.fixture
def hebei(database):
    with database.write() as session:
        make_areas(session)
        make_line(session, line_id="S1", number="0311-86051234", owner="张三")
        make_line(session, line_id="S2", area_code="130104", status="suspended")
        make_line(session, line_id="S3", area_code="130100", owner="100%_李")
        make_line(session, line_id="T1", area_code="130202", number="0315-2051234")
        make_line(session, line_id="Z1", area_code="130703", status="retired")
        unit = make_unit(session, "130102", "A&B公司<b>")
        make_line(session, line_id="S4", unit=unit, number="12314")
    return database


def ids(database, actor=OPERATOR, **sought):
    with database.read() as session:
        found = find(session, actor, Sought(**sought))
        assert found.total == len(found.lines)
        return [line.line_id for line in found.lines]


def test_all_lines_by_group_area_and_id(hebei):
    assert ids(hebei) == ["S3", "S1", "S4", "S2", "T1", "Z1"]
    with hebei.read() as session:
        [line] = find(session, OPERATOR, Sought(search="S2")).lines
        assert (line.unit, line.area, line.group, line.level, line.status) == (
            "桥西区水利局",
            "桥西区",
            "石家庄市",
            "county",
            "suspended",
        )
        assert (line.klass, line.score_tenths, line.round_code) == (None, None, None)


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("8605", ["S1"]),
        ("031186051234", ["S1"]),
        ("0311-86051234", ["S1"]),
        ("051234", ["S1", "T1"]),
        ("12314", ["S4"]),
        ("桥西区", ["S2", "Z1"]),
        ("桥西区 s2", ["S2"]),
        ("  桥西区   水利局 ", ["S2", "Z1"]),
        ("张三", ["S1"]),
        ("a&b公司<B>", ["S4"]),
        ("%", ["S3"]),
        ("_", ["S3"]),
        ("'; --", []),
        ("没有的", []),
    ],
)
def test_search(hebei, search, found):
    assert ids(hebei, search=search) == found


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        ({"group": "130100"}, ["S3", "S1", "S4", "S2"]),
        ({"level": "city"}, ["S3"]),
        ({"status": "retired"}, ["Z1"]),
        ({"group": "130100", "level": "county", "status": "active"}, ["S1", "S4"]),
        ({"group": "", "status": ""}, ["S3", "S1", "S4", "S2", "T1", "Z1"]),
    ],
)
def test_filters(hebei, sought, found):
    assert ids(hebei, **sought) == found


@pytest.mark.parametrize(
    ("role", "found"),
    [
        ("province_inspector", ["S3", "S1", "S4", "S2", "T1", "Z1"]),
        ("city_admin", ["S3", "S1", "S4", "S2"]),
        ("city_inspector", ["S3", "S1", "S4", "S2"]),
        ("unit_reader", ["S1"]),
        ("auditor", []),
    ],
)
def test_scope(hebei, role, found):
    with hebei.write() as session:
        unit = make_unit(session, "130102", "长安区水利局") if role == "unit_reader" else None
        actor = actor_for(session, role, unit=unit)
    assert ids(hebei, actor) == found
    assert ids(hebei, actor, search="0315") == (["T1"] if "T1" in found else [])


def test_pages(hebei):
    with hebei.read() as session:
        pages = [find(session, OPERATOR, Sought(), page=n, size=4) for n in (1, 2, 3, 0)]
        assert [[line.line_id for line in page.lines] for page in pages] == [
            ["S3", "S1", "S4", "S2"],
            ["T1", "Z1"],
            ["T1", "Z1"],
            ["S3", "S1", "S4", "S2"],
        ]
        assert [(page.page, page.pages, page.total) for page in pages[:3]] == [
            (1, 2, 6),
            (2, 2, 6),
            (2, 2, 6),
        ]
        nothing = find(session, OPERATOR, Sought(search="没有的"))
        assert (nothing.lines, nothing.total, nothing.page, nothing.pages) == ((), 0, 1, 1)
        assert len(find_all(session, OPERATOR, Sought())) == 6


def test_counts_by_status_ignore_the_status_asked_for(hebei):
    with hebei.read() as session:
        assert status_counts(session, OPERATOR, Sought(status="retired")) == {
            "active": 4,
            "suspended": 1,
            "retired": 1,
        }
        assert status_counts(session, OPERATOR, Sought(group="130100")) == {
            "active": 3,
            "suspended": 1,
        }


# ---- the last result


@pytest.fixture
def checked(hebei, settings):
    """S1 passed in September, was slow in the closed round of October; the province's is open."""
    with hebei.write() as session:
        for level, area, period, closed, klass in (
            ("city", "130100", "2026-09", True, "PASS"),
            ("city", "130100", "2026-10", True, "SLOW"),
            ("city", "130100", "2026-11", False, None),
            ("province", "130000", "2026Q4", False, "UNREACHABLE"),
        ):
            opened = a_round(session, settings, level=level, area=area, period=period)
            opened.closed_at = NOW + timedelta(days=1) if closed else None
            check = session.scalars(
                select(Check)
                .join(Line, Line.id == Check.line_id)
                .where(Check.round_id == opened.id, Line.line_id == "S1")
            ).one()
            check.klass, check.score_tenths = klass, 875
    return hebei


@pytest.mark.parametrize(
    ("role", "klass", "code"),
    [
        ("province_admin", "UNREACHABLE", "P-130000-2026Q4"),
        ("city_admin", "SLOW", "C-130100-2026-10"),
        ("province_inspector", "SLOW", "C-130100-2026-10"),
        ("city_inspector", "SLOW", "C-130100-2026-10"),
    ],
)
def test_the_last_result_is_the_last_that_one_may_see(checked, role, klass, code):
    with checked.write() as session:
        actor = actor_for(session, role)
    with checked.read() as session:
        [line] = find(session, actor, Sought(search="S1")).lines
        assert (line.klass, line.score_tenths, line.round_code) == (klass, 875, code)
        assert session.get_one(Check, line.check_id).klass == klass
    assert ids(checked, actor, klass=klass) == ["S1"]
    assert ids(checked, actor, klass="PASS") == []
    assert "S1" not in ids(checked, actor, klass=UNTESTED)
    assert "S2" in ids(checked, actor, klass=UNTESTED)


def test_a_longer_list_takes_no_more_queries(checked):
    asked = []
    event.listen(checked.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    counts = []
    for size in (1, 50):
        asked.clear()
        with checked.read() as session:
            find(session, OPERATOR, Sought(), size=size)
        counts.append(sum(sql.startswith("SELECT") for sql in asked))
    assert counts == [2, 2]
