"""Calls out of a file: what files bring, and what they must not."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from hotline.errors import Conflict, Invalid
from hotline.files.spreadsheets import read_table
from hotline.inspection import calls
from hotline.inspection.call_imports import columns_for, import_calls
from hotline.models.inspection import Call, Check
from hotline.models.registry import Line, LineChange
from hotline.papers import round_closings
from tests.factories import OPERATOR, SHANGHAI, actor_for, make_areas, make_line, make_unit
from tests.inspection.spot_checks import ITEMS, NOON_OF_THE_LAST, a_round, on

NUMBERS = ("0311-86000101", "0311-86000102")
HEAD = "号码,拨打时间,第几次,结果,振铃秒数," + ",".join(ITEMS)
YES = ",是" * len(ITEMS)
BLANK = "," * len(ITEMS)


@pytest.fixture
def code(database, settings) -> str:
    with database.write() as session:
        make_areas(session)
        for number in NUMBERS:
            make_line(session, number=number)
        return a_round(session, settings).code


@pytest.fixture
def bring(database, settings, code):
    """Import rows (under `head`) into the round; `raw` brings a file as it is."""

    def run(*rows, head=HEAD, actor=OPERATOR, dry_run=False, raw=None):
        with database.read() as session:
            columns = columns_for(session, OPERATOR, code)
        data = raw if raw is not None else "\n".join([head, *rows]).encode()
        limits = settings.imports
        table = read_table(
            data,
            "calls.csv",
            columns,
            max_bytes=limits.max_bytes,
            max_rows=limits.max_rows,
        )
        with database.write() as session:
            return import_calls(
                session,
                actor,
                code,
                table,
                settings=settings,
                now=NOON_OF_THE_LAST,
                dry_run=dry_run,
            )

    return run


def stored(database) -> list[Call]:
    with database.read() as session:
        return list(session.scalars(select(Call).order_by(Call.started_at)))


GOOD = f"{NUMBERS[0]},2026-11-03 09:12,1,11,12.04{YES}"
DEAD = f"{NUMBERS[1]},2026-11-03 09:20,1,无人接听,60{BLANK}"


def test_rows_become_calls_and_classes(database, bring):
    plan = bring(GOOD, DEAD)
    assert (plan.created, plan.unchanged) == (2, 0)
    first, second = stored(database)
    assert first.ring_s == 12.0
    assert second.ring_s is None
    assert first.recorded_by == first.inspector == "cli:tester"
    with database.read() as session:
        assert [c.klass for c in session.scalars(select(Check).order_by(Check.id))] == [
            "PASS",
            "UNREACHABLE",
        ]


def test_the_same_file_twice_stores_nothing_more(database, bring):
    bring(GOOD, DEAD)
    plan = bring(GOOD, DEAD)
    assert (plan.created, plan.unchanged) == (0, 2)


def test_the_same_row_twice_in_one_file_is_one_call(database, bring):
    plan = bring(GOOD, GOOD)
    assert (plan.created, plan.unchanged) == (1, 1)


def test_a_dry_run_stores_nothing(database, bring):
    plan = bring(GOOD, dry_run=True)
    assert [(v.before, v.after) for v in plan.verdicts] == [(None, "PASS")]
    assert stored(database) == []


@pytest.mark.parametrize(
    "when",
    [
        "2026/11/3 9:12",
        "2026年11月3日 9时12分",
        "２０２６-１１-０３ ０９:１２",
        "2026-11-03T01:12:00Z",
        "46329.383333333",
    ],
)
def test_the_ways_a_moment_is_written(database, bring, when):
    bring(GOOD.replace("2026-11-03 09:12", when))
    assert stored(database)[0].started_at == datetime(2026, 11, 3, 9, 12, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    "number", ["(0311)8600 0101", "０３１１－８６０００１０１", "031186000101"]
)
def test_the_ways_a_number_is_written(database, bring, number):
    bring(GOOD.replace(NUMBERS[0], number))
    assert stored(database)[0].number_dialled == NUMBERS[0]


@pytest.mark.parametrize("outcome", ["21", "NO_ANSWER", "no answer", "无人接听", "２１"])
def test_the_ways_an_outcome_is_written(database, bring, outcome):
    bring(DEAD.replace("无人接听", outcome))
    assert stored(database)[0].outcome == 21


@pytest.mark.parametrize(
    ("row", "column", "value"),
    [
        (GOOD.replace("12.04", "-3"), "振铃秒数", "-3"),
        (GOOD.replace("12.04", "9999999999999999999"), "振铃秒数", "9999999999999999999"),
        (GOOD.replace("12.04", "=1+1"), "振铃秒数", "=1+1"),
        (GOOD.replace("12.04", ""), "振铃秒数", ""),
        (GOOD.replace(",11,", ",通了,"), "结果", "通了"),
        (GOOD.replace("2026-11-03 09:12", "昨天"), "拨打时间", "昨天"),
        (GOOD.replace("2026-11-03 09:12", "2026-11-03"), "拨打时间", "2026-11-03"),
        (GOOD.replace("2026-11-03", "2026-10-30"), "拨打时间", "2026-10-30 09:12"),
        (GOOD.replace(NUMBERS[0], "0311-86999999"), "号码", "0311-86999999"),
        (GOOD.replace(NUMBERS[0], "电话坏了"), "号码", "电话坏了"),
        (GOOD.replace(",1,11,", ",第一次,11,"), "第几次", "第一次"),
        (GOOD.replace(",1,11,", ",,11,"), "第几次", ""),
        (DEAD.removesuffix(",") + ",是", "D3", "是"),
    ],
)
def test_a_mistake_is_told_with_row_column_and_value_and_nothing_is_stored(
    database, bring, row, column, value
):
    with pytest.raises(Invalid) as refusal:
        bring(GOOD.replace("09:12", "08:50"), row)
    (error,) = refusal.value.errors
    assert (error.row, error.field, error.value) == (3, column, value)
    assert stored(database) == []


def test_all_mistakes_of_all_rows_are_told_at_once(bring):
    with pytest.raises(Invalid) as refusal:
        bring(GOOD.replace("12.04", "121"), DEAD.replace("无人接听", "99"), GOOD.replace("是", "?"))
    rows = [error.row for error in refusal.value.errors]
    assert rows == sorted(rows)
    assert set(rows) == {2, 3, 4}


def test_another_content_at_a_known_moment_is_an_error(bring):
    bring(GOOD)
    with pytest.raises(Invalid, match="1 处"):
        bring(GOOD.replace("12.04", "20"))


def test_a_dial_after_what_settled_the_check_is_an_error_in_any_order(database, bring):
    later = f"{NUMBERS[0]},2026-11-03 10:12,2,21,{BLANK}"
    for rows in ((GOOD, later), (later, GOOD)):
        with pytest.raises(Invalid):
            bring(*rows)
    assert stored(database) == []


def test_hostile_and_rare_text_is_kept_as_typed(database, bring):
    note = "A&B公司<b> =1+1 喆 𠮷 😀 <img src='/etc/passwd'/>"
    bring(f'{GOOD},"{note}"', head=f"{HEAD},备注")
    assert stored(database)[0].note == note


def test_a_note_of_5000_characters_is_kept_and_one_more_refused(database, bring):
    bring(f"{GOOD},{'长' * 5000}", head=f"{HEAD},备注")
    assert len(stored(database)[0].note) == 5000
    with pytest.raises(Invalid):
        bring(f"{DEAD},{'长' * 5001}", head=f"{HEAD},备注")


def test_unknown_columns_are_ignored_and_listed(bring):
    assert bring(f"{GOOD},晴", head=f"{HEAD},天气").ignored == ("天气",)


def test_an_inspector_is_found_by_full_name_and_spares_their_own_unit(database, settings, bring):
    with database.write() as session:
        actor_for(session, "city_inspector", name="li", full_name="李示例")
        actor_for(session, "city_inspector", name="wu", full_name="吴示例", unit=make_unit(session))
    bring(f"{GOOD},李示例", head=f"{HEAD},检查员")
    assert stored(database)[0].inspector == "li"
    with pytest.raises(Invalid) as refusal:
        bring(f"{DEAD},吴示例", head=f"{HEAD},检查员")
    assert refusal.value.errors[0].field == "检查员"


def test_a_connection_lost_in_mid_import_leaves_nothing(database, bring, monkeypatch):
    from hotline import audit

    def die(*_args, **_more):
        raise ConnectionError("gone")

    monkeypatch.setattr(audit, "record_all", die)
    with pytest.raises(ConnectionError):
        bring(GOOD, DEAD)
    assert stored(database) == []
    with database.read() as session:
        assert all(c.klass is None for c in session.scalars(select(Check)))


def test_a_closed_round_takes_no_calls(database, settings, bring, code):

    bring(GOOD)
    with database.write() as session:
        round_closings.close(
            session, OPERATOR, code, as_is_reason="演练", settings=settings, now=NOON_OF_THE_LAST
        )
    with pytest.raises(Conflict):
        bring(DEAD)


def test_the_order_of_rows_does_not_matter(database, settings, bring):
    rows = [
        f"{NUMBERS[0]},2026-11-03 09:00,1,22,{BLANK}",
        f"{NUMBERS[0]},2026-11-03 09:08,1,22,{BLANK}",
        f"{NUMBERS[0]},2026-11-03 15:00,2,21,{BLANK}",
        f"{NUMBERS[0]},2026-11-04 09:30,3,11,12{YES}",
    ]
    bring(*reversed(rows))
    with database.read() as session:
        check = session.scalars(select(Check).order_by(Check.id)).first()
    assert (check.klass, check.score_tenths, check.attempts) == ("SLOW", 875, 3)


def test_a_file_sent_again_after_a_start_was_set_right_stores_nothing_more(
    database, settings, bring
):
    row = f"{NUMBERS[0]},2026-11-03 09:30,1,21,{BLANK}"
    assert bring(row).created == 1
    with database.write() as session:
        call = session.scalars(select(Call)).one()
        calls.correct(
            session,
            OPERATOR,
            call.id,
            {"started_at": on(3, "10:30"), "attempt": 1, "outcome": 21},
            reason="时间写错",
            settings=settings,
            now=NOON_OF_THE_LAST,
        )
    plan = bring(row)
    assert (plan.created, plan.unchanged) == (0, 1)


@pytest.mark.parametrize("then", ["before", "meanwhile"])
def test_a_file_with_another_number_of_a_line_hears_which_one_the_round_has(
    database, settings, bring, code, then
):
    """`then`: when the line's number changed, as the round sees it."""
    other = "0311-86000999"
    with database.write() as session:
        line = session.query(Line).filter_by(number=NUMBERS[0]).one()
        old, new = (other, NUMBERS[0]) if then == "before" else (NUMBERS[0], other)
        line.number = new
        session.add(
            LineChange(
                line_id=line.id,
                field="number",
                old_value=old,
                new_value=new,
                since=on(1),
                changed_at=on(9),
                changed_by="x",
            )
        )
    with pytest.raises(Invalid) as refused:
        bring(f"{other},2026-11-10 09:30,1,无人接听,{BLANK}")
    (error,) = refused.value.errors
    assert (error.row, error.value) == (2, other)
    assert str(error.text) == f"该线路在本轮的号码是 {NUMBERS[0]}，请按此填写。"
    assert bring(f"{NUMBERS[0]},2026-11-10 09:30,1,无人接听,{BLANK}", dry_run=True).created == 1
