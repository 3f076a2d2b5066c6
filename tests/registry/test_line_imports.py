"""Importing lines: matching, the plan, what changes hands, rights."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from hotline import audit
from hotline.errors import Conflict
from hotline.models.journal import AuditEntry
from hotline.models.registry import Line, LineChange, Unit
from hotline.registry.line_imports import apply_plan, plan_import
from tests.factories import NOW, OPERATOR, make_line
from tests.registry.files import lines_file
from tests.registry.importing import (
    FULL,
    HEAD,
    LATER,
    ONE,
    bring,
    counted,
    entries,
    lines_of,
    look,
    refusals,
)


def test_a_new_line_with_all_it_has(hebei):
    row = "０３１１-８６０５１２３４转801,A&B公司<b>,市级,130100,甲-1,130181,𠮷野,13812345678,"
    plan = bring(hebei, FULL, row + "每天 8:30-12:00、14:00-18:00,停用")
    assert counted(plan) == (1, 0, 0)
    with hebei.read() as session:
        line = session.scalars(select(Line)).one()
        assert {name: getattr(line, name) for name in (
            "line_id", "number", "level", "area_code", "report_group", "group_code", "owner",
            "owner_phone", "duty_hours", "status", "created_at",
        )} == {
            "line_id": "甲-1",
            "number": "0311-86051234转801",
            "level": "city",
            "area_code": "130100",
            "report_group": "130181",
            "group_code": "130181",
            "owner": "𠮷野",
            "owner_phone": "13812345678",
            "duty_hours": "每天 08:30-12:00,14:00-18:00",
            "status": "suspended",
            "created_at": NOW,
        }  # fmt: skip
        assert (line.unit.name, line.unit.area_code) == ("A&B公司<b>", "130100")
        entry = session.scalars(select(AuditEntry)).one()
        assert (entry.action, entry.subject_id, entry.actor) == ("line.add", "甲-1", "cli:tester")
        assert entry.new["number"] == "0311-86051234转801"
        assert entry.new["unit"] == "A&B公司<b>"
        assert entry.old is None
        assert entry.reason == "线路.csv"
        assert session.scalars(select(LineChange)).all() == []


def test_what_is_not_said_of_a_new_line(hebei):
    bring(hebei, HEAD, ONE)
    names = ("status", "owner", "owner_phone", "duty_hours", "report_group", "group_code")
    assert lines_of(hebei, *names) == [("active", None, None, None, None, "130100")]


def test_the_same_file_twice_changes_nothing(hebei):
    row = f"{ONE},,,张三,0311-86050000,8:30-12:00,在用"
    assert counted(bring(hebei, FULL, row)) == (1, 0, 0)
    before = entries(hebei)
    assert counted(bring(hebei, FULL, row, now=LATER)) == (0, 0, 1)
    assert entries(hebei) == before
    with hebei.read() as session:
        assert session.scalars(select(LineChange)).all() == []


def test_units_of_one_name_in_two_areas_are_two(hebei):
    bring(
        hebei,
        HEAD,
        "0311-86051111,桥西区水利局,县级,130104",
        "0313-2051111,桥西区水利局,县级,130703",
        "0313-2052222,桥西区水利局,县级,130703",
    )
    with hebei.read() as session:
        units = session.execute(select(Unit.area_code, Unit.name).order_by(Unit.area_code)).all()
    assert [tuple(unit) for unit in units] == [
        ("130104", "桥西区水利局"),
        ("130703", "桥西区水利局"),
    ]


def test_a_change_keeps_the_old_value_with_its_dates(hebei):
    bring(hebei, FULL, f"{ONE},L1,,张三,,,")
    bring(hebei, FULL, f"{ONE},L1,,李四,,,停用", now=LATER)
    last = LATER + timedelta(days=1)
    plan = bring(hebei, FULL, f"{ONE},L1,,王五,,,停用", now=last)
    assert counted(plan) == (0, 1, 0)
    assert str(plan.rows[0]) == ("第 2 行 变更 L1 0311-86051234 长安区水利局：责任人 李四 → 王五")
    with hebei.read() as session:
        changes = session.scalars(select(LineChange).order_by(LineChange.id)).all()
        assert [
            (c.field, c.old_value, c.new_value, c.since, c.changed_at, c.changed_by)
            for c in changes
        ] == [
            ("owner", "张三", "李四", NOW, LATER, "cli:tester"),
            ("status", "active", "suspended", NOW, LATER, "cli:tester"),
            ("owner", "李四", "王五", LATER, last, "cli:tester"),
        ]
        told = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        assert [(e.action, e.old, e.new) for e in told[1:]] == [
            (
                "line.change",
                {"owner": "张三", "status": "active"},
                {"owner": "李四", "status": "suspended"},
            ),
            ("line.change", {"owner": "李四"}, {"owner": "王五"}),
        ]


def test_an_absent_column_leaves_values_alone_and_a_blank_cell_empties_them(hebei):
    bring(hebei, FULL, f"{ONE},L1,130181,张三,13812345678,8:00-12:00,停用")
    assert counted(bring(hebei, HEAD, ONE)) == (0, 0, 1)
    assert counted(bring(hebei, FULL, f"{ONE},,,,,,")) == (0, 1, 0)
    names = ("owner", "owner_phone", "duty_hours", "report_group", "group_code", "status")
    assert lines_of(hebei, *names) == [(None, None, None, None, "130100", "suspended")]


def test_a_changed_number_needs_the_line_id(hebei):
    bring(hebei, HEAD + ",线路编号", f"{ONE},L1")
    unit = "长安区水利局,县级,130102"
    plan = look(hebei, HEAD, f"0311-86059999,{unit}")
    assert counted(plan) == (1, 0, 0)
    [warning] = plan.warnings
    assert str(warning) == (
        "第 2 行（0311-86059999）：按新线路登记；若是改号请填线路编号（line_id）。"
    )
    assert look(hebei, HEAD, "0311-86059999,桥西区水利局,县级,130104").warnings == []
    plan = bring(hebei, HEAD + ",line_id", f"0311-86059999,{unit},L1")
    assert (counted(plan), plan.warnings) == ((0, 1, 0), [])
    assert lines_of(hebei, "line_id", "number") == [("L1", "0311-86059999")]


def test_two_lines_swap_their_numbers(hebei):
    head, unit = HEAD + ",线路编号", "长安区水利局,县级,130102"
    bring(hebei, head, f"0311-86051111,{unit},A", f"0311-86052222,{unit},B")
    plan = bring(hebei, head, f"0311-86052222,{unit},A", f"0311-86051111,{unit},B", now=LATER)
    assert counted(plan) == (0, 2, 0)
    assert lines_of(hebei, "line_id", "number") == [("A", "0311-86052222"), ("B", "0311-86051111")]
    with hebei.read() as session:
        changes = session.execute(select(LineChange.old_value, LineChange.new_value)).all()
        assert set(map(tuple, changes)) == {
            ("0311-86051111", "0311-86052222"),
            ("0311-86052222", "0311-86051111"),
        }


def test_a_number_given_up_in_the_file_can_be_a_new_lines(hebei):
    head, unit = HEAD + ",线路编号", "长安区水利局,县级,130102"
    bring(hebei, head, f"0311-86051111,{unit},A")
    plan = bring(hebei, head, f"0311-86051111,{unit},", f"0311-86052222,{unit},A")
    assert counted(plan) == (1, 1, 0)
    assert lines_of(hebei, "number") == [("0311-86052222",), ("0311-86051111",)]
    assert lines_of(hebei, "line_id")[0] == ("A",)


def test_a_number_in_use_is_refused(hebei):
    head, unit = HEAD + ",线路编号", "长安区水利局,县级,130102"
    bring(hebei, head, f"0311-86051111,{unit},A")
    assert refusals(hebei, head, f"0311-86051111,{unit},B") == [
        "第 2 行 [号码] “0311-86051111”：这个号码已是线路 A 的号码，请核对线路编号。"
    ]


def test_generated_ids_never_collide(hebei):
    unit = "长安区水利局,县级,130102"
    bring(hebei, HEAD, f"0311-86051111,{unit}")
    [(first,)] = lines_of(hebei, "line_id")
    assert first == "L00001"
    rows = [f"0311-8605222{n},{unit},{line_id}" for n, line_id in enumerate(["", "L00003", ""])]
    bring(hebei, HEAD + ",line_id", *rows)
    ids = [line_id for (line_id,) in lines_of(hebei, "line_id")]
    assert ids == ["L00001", "L00002", "L00003", "L00004"]
    bring(hebei, HEAD + ",line_id", f"0311-86053333,{unit},L00006")
    bring(hebei, HEAD, f"0311-86054444,{unit}")
    assert lines_of(hebei, "line_id")[-2:] == [("L00006",), ("L00006-2",)]


def test_a_plan_writes_nothing(hebei):
    plan = look(hebei, FULL, f"{ONE},,,张三,,,")
    assert counted(plan) == (1, 0, 0)
    assert [str(change) for change in plan.rows[0].changes][:2] == [
        "号码 （空） → 0311-86051234",
        "责任单位 （空） → 长安区水利局",
    ]
    assert plan.rows[0].line_id is None
    assert lines_of(hebei, "id") == []
    assert entries(hebei) == 0


def test_a_lost_connection_half_way_leaves_nothing(hebei, monkeypatch):
    rows = [f"0311-860500{n:02d},单位{n},县级,130102" for n in range(20)]
    told = []
    record = audit.record

    def fails_at_the_tenth(*args, **more):
        told.append(1)
        if len(told) == 10:
            raise ConnectionError("lost")
        record(*args, **more)

    monkeypatch.setattr(audit, "record", fails_at_the_tenth)
    with pytest.raises(ConnectionError):
        bring(hebei, HEAD, *rows)
    assert lines_of(hebei, "id") == []
    with hebei.read() as session:
        assert session.scalar(select(func.count()).select_from(Unit)) == 0
    assert entries(hebei) == 0
    monkeypatch.undo()
    assert counted(bring(hebei, HEAD, *rows)) == (20, 0, 0)


def test_someone_else_was_quicker(hebei):
    with hebei.write() as session:
        plan = plan_import(session, OPERATOR, lines_file(HEAD, ONE))
    bring(hebei, HEAD, ONE)

    def save():
        with hebei.write() as session:
            apply_plan(session, OPERATOR, plan, now=LATER)

    with pytest.raises(Conflict):
        save()
    assert len(lines_of(hebei, "id")) == 1


def test_a_retired_line_stays_retired_and_that_is_said(hebei):
    bring(hebei, FULL, f"{ONE},L1,,,,,注销")
    plan = look(hebei, HEAD, ONE)
    assert counted(plan) == (0, 0, 1)
    assert "已注销" in str(plan.warnings[0])
    assert look(hebei, FULL, f"{ONE},L1,,,,,在用").warnings == []


def test_demo_numbers_only_when_asked_for(hebei):
    row = "0311-00000001,长安区水利局,县级,130102"
    assert "演示号码" in refusals(hebei, HEAD, row)[0]
    assert counted(bring(hebei, HEAD, row, demo_numbers=True)) == (1, 0, 0)


def test_the_longest_unit_fits(hebei):
    bring(hebei, HEAD, f"0311-86051234,{'𠮷' * 200},县级,130102")
    with hebei.read() as session:
        assert session.scalars(select(Unit.name)).one() == "𠮷" * 200


def test_a_composed_and_a_decomposed_name_are_one(hebei):
    bring(hebei, HEAD, "0311-86051234,Café水务,县级,130102")
    assert counted(bring(hebei, HEAD, "0311-86051234,Cafe\u0301水务,县级,130102")) == (0, 0, 1)


def test_a_line_known_from_elsewhere_is_found_by_its_number(hebei):
    with hebei.write() as session:
        make_line(session, number="0311-86051234", line_id="OLD")
    assert counted(bring(hebei, HEAD, ONE)) == (0, 0, 1)
