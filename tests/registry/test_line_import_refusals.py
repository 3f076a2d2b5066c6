"""Importing lines: whose they are, and what is wrong with a file."""

from __future__ import annotations

import io

import pytest
import xlsxwriter
from sqlalchemy import select

from hotline.errors import Forbidden, Invalid
from hotline.models.journal import AuditEntry
from hotline.registry.line_imports import import_lines
from tests.factories import NOW, OPERATOR, actor_for
from tests.registry.files import read
from tests.registry.importing import (
    FULL,
    HEAD,
    ONE,
    bring,
    counted,
    lines_of,
    look,
    refusals,
)

# ---- whose lines


def city_admin(database, area_code="130100"):
    with database.write() as session:
        return actor_for(session, "city_admin", area_code=area_code)


def test_a_city_imports_its_own_lines(hebei):
    actor = city_admin(hebei)
    assert counted(bring(hebei, HEAD, ONE, actor=actor)) == (1, 0, 0)
    with hebei.read() as session:
        assert session.scalars(select(AuditEntry)).one().actor == actor.name


@pytest.mark.parametrize(
    "row",
    [
        "0315-2051111,路南区水利局,县级,130202",
        "0311-83211111,辛集市水利局,县级,130181",
        "0311-86051111,河北省水利厅,省级,130000",
    ],
)
def test_a_city_does_not_add_lines_elsewhere(hebei, row):
    said = refusals(hebei, HEAD, ONE, row, actor=city_admin(hebei))
    assert len(said) == 1
    assert said[0].startswith("第 3 行 [号码]")
    assert "不是本市（分组）的线路" in said[0]


def test_a_city_neither_takes_nor_gives_away_lines(hebei):
    head = HEAD + ",线路编号"
    bring(hebei, head, "0315-2051111,路南区水利局,县级,130202,T1", f"{ONE},S1")
    actor = city_admin(hebei)
    taken = refusals(hebei, head, "0315-2051111,长安区水利局,县级,130102,T1", actor=actor)
    given = refusals(hebei, head, "0311-86051234,路南区水利局,县级,130202,S1", actor=actor)
    assert "不是本市" in taken[0]
    assert "不是本市" in given[0]
    same = refusals(hebei, head, "0315-2051111,路南区水利局,县级,130202,T1", actor=actor)
    assert "不是本市" in same[0]


def test_a_city_does_not_learn_whose_number_it_is(hebei):
    bring(hebei, HEAD + ",线路编号", "0315-2051111,路南区水利局,县级,130202,T1")
    said = refusals(
        hebei,
        HEAD + ",线路编号",
        "0315-2051111,长安区水利局,县级,130102,S9",
        actor=city_admin(hebei),
    )
    assert "其他分组" in said[0]
    assert "T1" not in said[0]


@pytest.mark.parametrize("role", ["province_inspector", "city_inspector", "unit_reader", "auditor"])
def test_others_import_nothing(hebei, role):
    with hebei.write() as session:
        actor = actor_for(session, role)
    with pytest.raises(Forbidden):
        look(hebei, HEAD, ONE, actor=actor)


# ---- what is wrong with a file


def test_every_mistake_at_once_in_the_words_of_the_file(hebei):
    unit = "长安区水利局,县级,130102"
    said = refusals(
        hebei,
        FULL,
        f"86051234,{unit},,,,,,",
        f"0311-8605123,{unit},,,,,,",
        "0311-86051235,,乡级,139999,,,,,,",
        f"0311-86051236,{unit},,999999,,12345678,早上,坏了",
        f"0311-86051237,{unit},有 空格,,,,,",
    )
    assert said == [
        "第 2 行 [号码] “86051234”：缺少区号，请写成 0311-86051234。",
        "第 3 行 [号码] “0311-8605123”：区号或号码位数不对，请核对区号及本地号码的位数。",
        "第 4 行 [责任单位] 请填写责任单位全称。",
        "第 4 行 [层级] “乡级”：请填省级、市级或县级。",
        "第 4 行 [行政区划代码] “139999”：系统里没有这个代码的行政区，请核对，或先导入行政区。",
        "第 5 行 [汇总分组] “999999”：系统里没有这个代码的行政区，请核对，或先导入行政区。",
        "第 5 行 [联系电话] “12345678”：缺少区号，请写成 0311-86051234。",
        "第 5 行 [值班时间] “早上”：看不懂值班时间，请写成 工作日 08:30-12:00,13:30-17:30。",
        "第 5 行 [状态] “坏了”：请填在用、停用或注销。",
        "第 6 行 [线路编号] “有 空格”：线路编号最多 40 个字，只能用文字、数字、点、横线和下划线。",
    ]
    assert lines_of(hebei, "id") == []


def test_repeats_name_both_rows(hebei):
    unit = "长安区水利局,县级,130102"
    said = refusals(
        hebei,
        HEAD + ",线路编号",
        f"0311-86051234,{unit},A",
        f"0311-86052222,{unit},B",
        f"(0311) 8605-1234,{unit},A",
        f"０３１１８６０５１２３４,{unit},",
    )
    assert said == [
        "第 4 行 [号码] “(0311) 8605-1234”：与第 2 行的号码相同，请只留一行。",
        "第 4 行 [线路编号] “A”：与第 2 行的线路编号相同，请只留一行。",
        "第 5 行 [号码] “０３１１８６０５１２３４”：与第 2 行的号码相同，请只留一行。",
    ]


@pytest.mark.parametrize(
    ("unit", "why"),
    [("水" * 201, "超过 200 个字"), ("甲\x07乙", "控制字符"), ("甲\u2028乙", "控制字符")],
)
def test_units_that_cannot_be(hebei, unit, why):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEAD.split(","))
        sheet.write_row(1, 0, ["0311-86051234", unit, "县级", "130102"])
    table = read(buffer.getvalue(), "线路.xlsx")
    with pytest.raises(Invalid, match="1 处") as refused, hebei.write() as session:
        import_lines(session, OPERATOR, table, now=NOW)
    assert why in str(refused.value.errors[0])
