"""Importing areas, and the group that each is counted under."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from hotline import audit
from hotline.errors import Forbidden, Invalid
from hotline.models.journal import AuditEntry
from hotline.models.registry import Area, Line, LineChange
from hotline.registry.area_imports import COLUMNS, import_areas
from hotline.registry.areas import all_areas, group_of, groups
from tests.conftest import ROOT
from tests.factories import AREAS, NOW, OPERATOR, actor_for, make_areas, make_line
from tests.registry.files import areas_file, read

HEAD = "行政区划代码,名称,层级,上级代码"
HEBEI = ROOT / "hotline" / "data" / "hebei_areas.csv"
LATER = NOW + timedelta(days=1)


def bring(database, table, actor=OPERATOR, now=NOW):
    with database.write() as session:
        return import_areas(session, actor, table, now=now)


def refusal(database, *rows, header=HEAD):
    with pytest.raises(Invalid) as refused:
        bring(database, areas_file(header, *rows))
    return [str(error) for error in refused.value.errors]


def test_hebei_as_it_ships(database):
    table = read(HEBEI.read_bytes(), HEBEI.name, COLUMNS)
    result = bring(database, table)
    assert (result.added, result.changed, result.unchanged) == (203, 0, 0)
    assert result.ignored == ("dial_prefix", "subscriber_digits", "source", "in_demo_196")
    with database.read() as session:
        known = all_areas(session)
        groups_known = groups(known)
    assert len(known) == 203
    assert len(groups_known) == 15
    cities = {code for code, area in known.items() if area.level == "city"}
    assert set(groups_known) == cities | {"130000", "130181", "130682", "133100"}
    own = {code: group_of(code, known) for code in ("130102", "130181", "130682", "130629")}
    assert own == {
        "130102": "130100",
        "130181": "130181",
        "130682": "130682",
        "130629": "133100",
    }


def test_the_same_file_twice_changes_nothing(database):
    table = read(HEBEI.read_bytes(), HEBEI.name, COLUMNS)
    bring(database, table)
    result = bring(database, table, now=LATER)
    assert (result.added, result.changed, result.unchanged) == (0, 0, 203)
    with database.read() as session:
        entries = session.scalars(select(AuditEntry)).all()
        assert len(entries) == 203
        assert {entry.at for entry in entries} == {NOW}
        assert audit.verify(session) == (203, [])


@pytest.mark.parametrize(
    ("code", "group"),
    [
        ("130000", "130000"),
        ("130100", "130100"),
        ("130102", "130100"),
        ("130171", "130100"),
        ("130181", "130181"),
        ("130703", "130700"),
    ],
)
def test_group_of_an_area(sqlite_database, code, group):
    with sqlite_database.write() as session:
        assert group_of(code, make_areas(session)) == group


def test_an_area_with_no_city_above_is_its_own_group():
    areas = {
        "130000": Area(code="130000", level="province"),
        "133100": Area(code="133100", level="zone", parent_code="130000"),
        "133101": Area(code="133101", level="zone", parent_code="133100"),
    }
    assert group_of("133100", areas) == "133100"
    assert group_of("133101", areas) == "133101"


def test_parents_may_stand_below_their_children(database):
    rows = [f"{code},{name},{level},{parent or ''}" for code, name, level, parent, _ in AREAS]
    result = bring(database, areas_file(HEAD, *reversed(rows)))
    assert result.added == len(AREAS)
    with database.read() as session:
        assert session.get_one(Area, "130102").parent_code == "130100"


@pytest.mark.parametrize(
    ("word", "level"),
    [
        ("省", "province"),
        ("province", "province"),
        ("市", "city"),
        ("CITY", "city"),
        ("县", "county"),
        ("区", "county"),
        ("功能区", "zone"),
        ("Ｚｏｎｅ", "zone"),
    ],
)
def test_levels_in_either_language(sqlite_database, word, level):
    with sqlite_database.write() as session:
        make_areas(session)
    parent = "" if level == "province" else "130000"
    bring(sqlite_database, areas_file(HEAD, f"139900,新的,{word},{parent}"))
    with sqlite_database.read() as session:
        assert session.get_one(Area, "139900").level == level


def test_a_change_is_journalled_with_old_and_new(database):
    with database.write() as session:
        make_areas(session)
    result = bring(database, areas_file(HEAD, "130102,长安新区,功能区,130100"))
    assert (result.added, result.changed) == (0, 1)
    with database.read() as session:
        entry = session.scalars(select(AuditEntry)).one()
        assert (entry.action, entry.subject_id) == ("area.change", "130102")
        assert entry.old == {"name": "长安区", "level": "county"}
        assert entry.new == {"name": "长安新区", "level": "zone"}
        assert entry.actor == "cli:tester"


def test_without_the_column_groups_stay_and_a_blank_cell_clears_them(database):
    with database.write() as session:
        make_areas(session)
    bring(database, areas_file(HEAD, "130181,辛集市,县,130100"))
    with database.read() as session:
        assert session.get_one(Area, "130181").report_group == "130181"
    bring(database, areas_file(HEAD + ",汇总分组", "130181,辛集市,县,130100,"))
    with database.read() as session:
        assert session.get_one(Area, "130181").report_group is None


def test_lines_follow_their_area_to_its_new_group(database):
    with database.write() as session:
        make_areas(session)
        moved = make_line(session, area_code="130682", line_id="moved")
        fixed = make_line(session, area_code="130682", line_id="fixed", report_group="130682")
        make_line(session, area_code="130102", line_id="other")
        assert moved.group_code == fixed.group_code == "130682"
    bring(
        database,
        areas_file(HEAD + ",汇总分组", "130682,定州市,县,130600,"),
        now=LATER,
    )
    with database.read() as session:
        lines = session.execute(select(Line.line_id, Line.group_code).order_by(Line.id)).all()
        groups_now = dict(lines)
        assert groups_now == {"moved": "130600", "fixed": "130682", "other": "130100"}
        change = session.scalars(select(LineChange)).one()
        assert (change.field, change.old_value, change.new_value) == (
            "group_code",
            "130682",
            "130600",
        )
        assert (change.since, change.changed_at) == (NOW, LATER)
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        assert [(e.subject, e.subject_id) for e in entries] == [
            ("line", "moved"),
            ("area", "130682"),
        ]


@pytest.mark.parametrize(
    "role",
    ["city_admin", "province_inspector", "city_inspector", "unit_reader", "auditor"],
)
def test_only_the_province_imports_areas(sqlite_database, role):
    with sqlite_database.write() as session:
        make_areas(session)
        actor = actor_for(session, role)
    with pytest.raises(Forbidden):
        bring(sqlite_database, areas_file(HEAD, "130199,新区,县,130100"), actor)


def test_every_mistake_at_once_and_nothing_is_kept(database):
    with database.write() as session:
        make_areas(session)
    said = refusal(
        database,
        "13010,长安区,县,130100",
        "130105,,县,130100",
        "130106,裕华区,乡,130100",
        "140000,山西省,省,130000",
        "130107,井陉矿区,县,",
        "130108,元氏县,县,139999",
        "130109,甲,县,130100",
        "130109,乙,县,130100",
    )
    assert said == [
        "第 2 行 [行政区划代码] “13010”：须为 6 位数字的行政区划代码，如 130102。",
        "第 3 行 [名称] 请填写名称。",
        "第 4 行 [层级] “乡”：请填省、市、县或功能区。",
        "第 5 行 [上级代码] “130000”：省级没有上级，请留空。",
        "第 6 行 [上级代码] 请填上级行政区的代码。",
        "第 7 行 [上级代码] “139999”：文件和系统里都没有这个代码的行政区。",
        "第 9 行 [行政区划代码] “130109”：与第 8 行的代码相同，请只留一行。",
    ]
    with database.read() as session:
        assert len(all_areas(session)) == len(AREAS)
        assert session.scalars(select(AuditEntry)).all() == []


def test_an_area_cannot_stand_above_itself(database):
    with database.write() as session:
        make_areas(session)
    assert refusal(database, "130100,石家庄市,市,130102") == [
        "第 2 行 [上级代码] “130102”：上级关系绕回了自己，请核对上级代码。"
    ]
    said = refusal(database, "130901,甲,县,130902", "130902,乙,县,130901")
    assert [line[:5] for line in said] == ["第 2 行", "第 3 行"]
    assert len(refusal(database, "130901,甲,县,130901")) == 1


def test_an_unknown_group(database):
    with database.write() as session:
        make_areas(session)
    said = refusal(database, "130102,长安区,县,130100,139999", header=HEAD + ",report_group")
    assert said == ["第 2 行 [report_group] “139999”：文件和系统里都没有这个代码的行政区。"]


def test_names_too_long_or_with_controls(sqlite_database):
    with sqlite_database.write() as session:
        make_areas(session)
    long = "区" * 61
    said = refusal(sqlite_database, f"130901,{long},县,130100", "130902,甲\x07乙,县,130100")
    assert "超过 60 个字" in said[0]
    assert "控制字符" in said[1]
