"""Importing calls on screen: preview, confirm, every refusal."""

from __future__ import annotations

import io

import openpyxl
from sqlalchemy import func, select

from hotline.models.inspection import Call, Check
from tests.factories import actor_for
from tests.web.browsing import text_of

HEAD = "号码,拨打时间,第几次,结果,振铃秒数,天气\n"


def numbers(found) -> list[str]:
    with found.database.read() as session:
        return list(session.scalars(select(Check.number).order_by(Check.id)))


def stored(found) -> int:
    with found.database.read() as session:
        return session.scalar(select(func.count(Call.id)))


def sending(rows: str, name: str = "拨测.csv", **more: str) -> dict[str, object]:
    return {"file": (io.BytesIO((HEAD + rows).encode()), name), **more}


def seen(page) -> str:
    return page.text.split('name="seen" value="')[1].split('"')[0]


def address(found) -> str:
    return f"/rounds/{found.code}/calls/import"


def test_a_preview_stores_nothing_and_shows_what_would_change(city_round):
    rows = f"{numbers(city_round)[0]},2026-11-09 09:00,1,无人接听,,晴\n"
    browser = city_round.browser(city_round.inspector)
    page = browser.send(address(city_round), sending(rows))
    said = text_of(page)
    assert page.status_code == 200
    assert "新登记 1 次" in said
    assert "天气" in said
    assert "打不通" in said
    assert stored(city_round) == 0


def test_confirmed_it_is_stored_and_a_second_time_changes_nothing(city_round):
    rows = f"{numbers(city_round)[0]},2026-11-09 09:00,1,无人接听,,晴\n"
    browser = city_round.browser(city_round.inspector)
    given = seen(browser.send(address(city_round), sending(rows)))
    answer = browser.send(address(city_round), sending(rows, seen=given))
    assert (answer.status_code, answer.location) == (303, f"/rounds/{city_round.code}")
    assert stored(city_round) == 1
    again = text_of(browser.send(address(city_round), sending(rows)))
    assert "不用导入" in again


def test_a_file_changed_since_the_preview_is_shown_again(city_round):
    rows = f"{numbers(city_round)[0]},2026-11-09 09:00,1,无人接听,,\n"
    browser = city_round.browser(city_round.inspector)
    given = seen(browser.send(address(city_round), sending(rows)))
    more = rows + f"{numbers(city_round)[1]},2026-11-09 09:10,1,23,,\n"
    answer = browser.send(address(city_round), sending(more, seen=given))
    assert answer.status_code == 409
    assert "有了变化" in text_of(answer)
    assert stored(city_round) == 0


def test_every_mistake_with_row_column_and_value_and_nothing_stored(city_round):
    good, bad = numbers(city_round)[:2]
    rows = f"{good},2026-11-09 09:00,1,21,,\n{bad},2026-11-09,x,没人,-5,\n0311-1,,,,,\n"
    page = city_round.browser(city_round.inspector).send(address(city_round), sending(rows))
    said = text_of(page)
    assert page.status_code == 400
    for piece in ("第 3 行 [拨打时间]", "第 3 行 [第几次]", "第 3 行 [结果]", "第 4 行 [号码]"):
        assert piece in said
    assert "没有存入任何一行" in said
    assert stored(city_round) == 0


def test_no_file_an_empty_file_and_a_word_file_are_refused_in_words(city_round):
    browser = city_round.browser(city_round.inspector)
    for fields, words in (
        ({}, "请先选择文件"),
        ({"file": (io.BytesIO(b""), "空.csv")}, "空"),
        ({"file": (io.BytesIO(b"PK\x03\x04 not really"), "文档.xlsx")}, "文档"),
    ):
        page = browser.send(address(city_round), fields)
        assert page.status_code == 400
        assert "有 1 处需要改正" in text_of(page), words


def test_the_template_has_the_rubrics_items(city_round):
    browser = city_round.browser(city_round.inspector)
    data = browser.get(f"{address(city_round)}/template.xlsx").data
    heads = [cell.value for cell in openpyxl.load_workbook(io.BytesIO(data)).worksheets[0][1]]
    assert "B1 使用问候语" in heads
    assert "号码*" in heads


def test_rounds_out_of_sight_do_not_exist(city_round):
    with city_round.database.write() as session:
        others = [
            actor_for(session, "city_admin", area_code="130200"),
            actor_for(session, "city_inspector"),
        ]
    for actor in others:
        browser = city_round.browser(actor)
        assert browser.get(address(city_round)).status_code == 404
        assert browser.get(f"{address(city_round)}/template.xlsx").status_code == 404
        assert browser.send(address(city_round), sending("")).status_code == 404


def test_the_form_says_which_round(city_round):
    page = city_round.browser(city_round.inspector).get(address(city_round))
    assert "石家庄市 2026年11月 市级抽查" in text_of(page)
