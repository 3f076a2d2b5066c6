"""Lines by hand: shown within the scope, added, altered, with their past."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from hotline import audit
from hotline.errors import Forbidden, Invalid, NotFound
from hotline.models.inspection import Check
from hotline.models.journal import AuditEntry
from hotline.models.registry import Line, LineChange
from hotline.registry import lines
from tests.factories import NOW, OPERATOR, actor_for, make_areas, make_line, make_unit
from tests.inspection.spot_checks import a_round

LATER = NOW + timedelta(days=30)
NEW = {
    "number": "0311-86051234",
    "unit": "长安区水利局",
    "level": "county",
    "area_code": "130102",
}


@pytest.fixture
def hebei(database):
    with database.write() as session:
        make_areas(session)
        make_line(session, line_id="S1", number="0311-86050001", owner="张三")
        make_line(session, line_id="T1", area_code="130202", number="0315-2050001")
        make_line(session, line_id="X1", area_code="130181", number="0311-83210001")
        make_line(session, line_id="P1", area_code="130000", number="0311-86050009")
    return database


def someone(database, role, **more):
    with database.write() as session:
        if role == "unit_reader":
            more["unit"] = make_unit(session)
        return actor_for(session, role, **more)


def change(database, key, actor=OPERATOR, now=LATER, reason="", **raw):
    with database.write() as session:
        return lines.update(session, actor, key, raw, now=now, reason=reason)


def add(database, actor=OPERATOR, **raw):
    with database.write() as session:
        return lines.add(session, actor, {**NEW, **raw}, now=NOW)


def refusal(function, *args, **raw):
    with pytest.raises(Invalid) as refused:
        function(*args, **raw)
    return {error.field: str(error.text) for error in refused.value.errors}


# ---- who may see


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("province_admin", {"S1", "T1", "X1", "P1"}),
        ("province_inspector", {"S1", "T1", "X1", "P1"}),
        ("city_admin", {"S1"}),
        ("city_inspector", {"S1"}),
        ("unit_reader", {"S1"}),
        ("auditor", set()),
    ],
)
def test_a_line_outside_the_scope_is_not_there(hebei, role, seen):
    actor = someone(hebei, role)
    found = set()
    with hebei.read() as session:
        for name in ("S1", "T1", "X1", "P1"):
            try:
                line = lines.get_for(session, actor, name)
                assert lines.get_for(session, actor, line.id) is line
                assert line.unit.name == f"{line.area.name}水利局"
                found.add(name)
            except NotFound:
                pass
    assert found == seen


def test_a_line_that_never_was(hebei):
    with hebei.read() as session:
        for key in ("1", "nothing", 999):
            with pytest.raises(NotFound):
                lines.get_for(session, OPERATOR, key)


# ---- altering


def test_a_change_by_hand_is_kept_with_reason_and_old_value(hebei):
    change(hebei, "S1", number="0311 8605 7777", owner="李四", reason=" 来函更正 ")
    with hebei.read() as session:
        line = lines.get_for(session, OPERATOR, "S1")
        assert (line.number, line.owner) == ("0311-86057777", "李四")
        past = lines.history(session, OPERATOR, line)
        assert {(p.field, str(p.label), p.old, p.new) for p in past} == {
            ("number", "号码", "0311-86050001", "0311-86057777"),
            ("owner", "责任人", "张三", "李四"),
        }
        assert {(p.since, p.until, p.by) for p in past} == {(NOW, LATER, "cli:tester")}
        entry = session.scalars(select(AuditEntry)).one()
        assert entry.old == {"number": "0311-86050001", "owner": "张三"}
        assert entry.new == {"number": "0311-86057777", "owner": "李四"}
        assert entry.reason == "来函更正"
        assert audit.verify(session) == (1, [])


def test_saving_what_is_already_so_leaves_no_trace(hebei):
    change(hebei, "S1", number="(0311)86050001", owner=" 张三 ", status="", level="县级")
    with hebei.read() as session:
        assert session.scalars(select(LineChange)).all() == []
        assert session.scalars(select(AuditEntry)).all() == []


def test_another_area_brings_another_unit_and_group(hebei):
    change(hebei, "S1", area_code="130202", unit="路南区水利局")
    with hebei.read() as session:
        line = lines.get_for(session, OPERATOR, "S1")
        other = lines.get_for(session, OPERATOR, "T1")
        assert line.unit_id == other.unit_id
        assert line.group_code == "130200"
        past = {p.field: (p.old, p.new) for p in lines.history(session, OPERATOR, line)}
        assert past == {
            "unit": ("长安区水利局", "路南区水利局"),
            "area_code": ("长安区（130102）", "路南区（130202）"),
            "group_code": ("石家庄市（130100）", "唐山市（130200）"),
        }


def test_statuses_and_levels_are_worded_in_the_past(hebei):
    change(hebei, "S1", status="停用", level="市级")
    with hebei.read() as session:
        line = lines.get_for(session, OPERATOR, "S1")
        past = {p.field: (str(p.old), str(p.new)) for p in lines.history(session, OPERATOR, line)}
        assert past == {"status": ("在用", "停用"), "level": ("县级", "市级")}


def test_the_latest_change_comes_first(hebei):
    change(hebei, "S1", owner="甲", now=LATER)
    change(hebei, "S1", owner="乙", now=LATER + timedelta(days=1))
    with hebei.read() as session:
        past = lines.history(session, OPERATOR, lines.get_for(session, OPERATOR, "S1"))
        assert [(p.old, p.new, p.since) for p in past] == [
            ("甲", "乙", LATER),
            ("张三", "甲", NOW),
        ]


def test_a_demo_line_keeps_its_number_but_gets_no_new_one(hebei):
    with hebei.write() as session:
        make_line(session, line_id="D1", number="0311-00000001", owner_phone="0311-00000002")
    same = {"number": "0311-00000001", "owner_phone": "0311-00000002"}
    assert change(hebei, "D1", owner="甲", **same).owner == "甲"
    said = refusal(change, hebei, "D1", number="0311-00000003")
    assert list(said) == ["number"]


def test_every_mistake_at_once_by_field(hebei):
    said = refusal(
        change,
        hebei,
        "S1",
        number="123456",
        unit="",
        level="乡",
        area_code="139999",
        owner="人" * 61,
        owner_phone="x",
        duty_hours="早上",
        status="坏了",
    )
    assert set(said) == {
        "number",
        "unit",
        "level",
        "area_code",
        "owner",
        "owner_phone",
        "duty_hours",
        "status",
    }
    assert said["owner"] == "超过 60 个字，请缩短。"
    with hebei.read() as session:
        assert lines.get_for(session, OPERATOR, "S1").number == "0311-86050001"


def test_a_number_in_use_is_refused_and_a_citys_admin_is_not_told_whose(hebei):
    assert refusal(change, hebei, "S1", number="0315-2050001") == {
        "number": "这个号码已是线路 T1 的号码。"
    }
    actor = someone(hebei, "city_admin")
    assert refusal(change, hebei, "S1", actor, number="0315-2050001") == {
        "number": "这个号码已由其他分组的线路使用。"
    }


def test_a_reason_has_an_end(hebei):
    assert list(refusal(change, hebei, "S1", owner="甲", reason="因" * 501)) == ["reason"]


@pytest.mark.parametrize("role", ["province_inspector", "city_inspector", "unit_reader"])
def test_those_who_read_do_not_write(hebei, role):
    actor = someone(hebei, role)
    with pytest.raises(Forbidden):
        change(hebei, "S1", actor, owner="甲")
    with pytest.raises(Forbidden):
        add(hebei, actor)


def test_a_citys_admin_alters_own_lines_only(hebei):
    actor = someone(hebei, "city_admin")
    assert change(hebei, "S1", actor, owner="甲").owner == "甲"
    for key in ("T1", "X1", "P1"):
        with pytest.raises(NotFound):
            change(hebei, key, actor, owner="甲")
    with pytest.raises(Forbidden):
        change(hebei, "S1", actor, area_code="130202")
    with pytest.raises(Forbidden):
        change(hebei, "S1", actor, report_group="130200")


# ---- adding


def test_a_new_line_by_hand(hebei):
    line = add(hebei, line_id="", owner="", status="停用")
    with hebei.read() as session:
        found = lines.get_for(session, OPERATOR, line.line_id)
        assert found.line_id == f"L{found.id:05d}"
        assert (found.number, found.owner, found.status) == ("0311-86051234", None, "suspended")
        assert found.group_code == "130100"
        entry = session.scalars(select(AuditEntry)).one()
        assert (entry.action, entry.subject_id) == ("line.add", found.line_id)


def test_what_a_new_line_must_say(hebei):
    with pytest.raises(Invalid) as refused, hebei.write() as session:
        lines.add(session, OPERATOR, {"owner": "甲"}, now=NOW)
    assert {error.field for error in refused.value.errors} == set(NEW)


def test_a_new_line_takes_neither_number_nor_id_of_another(hebei):
    said = refusal(add, hebei, number="0311-86050001", line_id="T1")
    assert set(said) == {"number", "line_id"}


def test_a_citys_admin_adds_own_lines_only(hebei):
    actor = someone(hebei, "city_admin")
    assert add(hebei, actor).group_code == "130100"
    with pytest.raises(Forbidden):
        add(hebei, actor, number="0315-2059999", area_code="130202")


# ---- the owner's telephone


@pytest.mark.parametrize(
    ("role", "whole"),
    [
        ("province_admin", True),
        ("city_admin", True),
        ("unit_reader", True),
        ("province_inspector", False),
        ("city_inspector", False),
    ],
)
def test_the_owners_telephone_is_whole_for_few(hebei, role, whole):
    change(hebei, "S1", owner_phone="13812345678")
    change(hebei, "S1", owner_phone="13987654321", now=LATER + timedelta(days=1))
    actor = someone(hebei, role)
    with hebei.read() as session:
        line = lines.get_for(session, actor, "S1")
        shown = lines.owner_phone(actor, line)
        assert shown == ("13987654321" if whole else "139****4321")
        past = {(p.old, p.new) for p in lines.history(session, actor, line)}
        old = "13812345678" if whole else "138****5678"
        assert past == {(None, old), (old, shown)}


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13812345678", "138****5678"),
        ("0311-86051234", "0311-****1234"),
        ("0313-2051234", "0313-****234"),
        ("0311-86051234转801", "0311-****1234转801"),
        ("4008123456", "400***3456"),
        ("12314", "***14"),
    ],
)
def test_masks(phone, masked):
    assert lines.mask(phone) == masked


def test_no_telephone_is_no_mask(hebei):
    with hebei.read() as session:
        line = lines.get_for(session, OPERATOR, "T1")
        assert lines.owner_phone(OPERATOR, line) is None


# ---- its checks


@pytest.fixture
def checked(hebei, settings):
    """S1 in a closed city round, an open one, a closed and an open round of the province."""
    with hebei.write() as session:
        for level, area, period, closed in (
            ("city", "130100", "2026-09", True),
            ("city", "130100", "2026-10", False),
            ("province", "130000", "2026Q2", True),
            ("province", "130000", "2026Q3", False),
        ):
            found = a_round(session, settings, level=level, area=area, period=period)
            found.closed_at = NOW if closed else None
    return hebei


@pytest.mark.parametrize(
    ("role", "periods"),
    [
        ("province_admin", ["2026-10", "2026Q3", "2026-09", "2026Q2"]),
        ("city_admin", ["2026-10", "2026-09", "2026Q2"]),
        ("province_inspector", ["2026-09", "2026Q2"]),
        ("city_inspector", ["2026-09", "2026Q2"]),
        ("unit_reader", ["2026-09", "2026Q2"]),
        ("auditor", []),
    ],
)
def test_open_rounds_show_in_no_history_of_those_they_surprise(checked, role, periods):
    actor = someone(checked, role)
    with checked.read() as session:
        line = session.scalars(select(Line).where(Line.line_id == "S1")).one()
        seen = lines.checks_of(session, actor, line)
        assert [check.round.period for check in seen] == periods


def test_checks_of_another_citys_line_are_not_shown(checked):
    actor = someone(checked, "city_admin", area_code="130200")
    with checked.read() as session:
        line = session.scalars(select(Line).where(Line.line_id == "S1")).one()
        assert session.scalars(select(Check).where(Check.line_id == line.id)).all()
        assert lines.checks_of(session, actor, line) == []
