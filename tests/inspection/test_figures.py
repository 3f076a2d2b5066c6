"""Figures of a round: who sees which rows, and what they cost."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from sqlalchemy import event

from hotline.inspection import figures, rounds
from hotline.papers import round_closings
from tests.factories import OPERATOR, actor_for, make_areas, make_line, make_unit
from tests.inspection.spot_checks import (
    NOON_OF_THE_LAST,
    a_round,
    checks_of,
    dial,
    log,
    on,
)


@contextmanager
def statements(database):
    """What is sent to the database meanwhile."""
    sent: list[str] = []

    def listen(_connection, _cursor, statement, *_rest):
        sent.append(statement)

    event.listen(database.engine, "before_cursor_execute", listen)
    yield sent
    event.remove(database.engine, "before_cursor_execute", listen)


def a_province_round(session, settings, *, areas=("130102", "130202"), each=5, failing=("130202",)):
    """A closed round of the province: in `failing` areas every second line is a wrong post."""
    make_areas(session)
    for area in areas:
        for _ in range(each):
            make_line(session, area_code=area)
    found = a_round(session, settings, level="province", area="130000", period="2026Q4")
    for n, check in enumerate(checks_of(session, found)):
        if check.area_code in failing and n % 2:
            for attempt, day in ((1, 3), (2, 4)):
                raw = dial(on(day), outcome="12", ring_s="8", attempt=attempt)
                log(session, settings, check, raw)
        else:
            log(session, settings, check, dial())
    return round_closings.close(
        session,
        OPERATOR,
        found.code,
        as_is_reason=None,
        settings=settings,
        now=NOON_OF_THE_LAST,
    )


def test_rows_ranks_and_total(sqlite_database, settings):
    with sqlite_database.write() as session:
        found = a_province_round(session, settings)
        counted = figures.of_round(session, OPERATOR, found, settings=settings)
    rows = {row.code: row for row in counted.areas}
    assert set(rows) == {"130100", "130200"}
    assert (rows["130100"].rank, rows["130200"].rank) == (1, 2)
    assert counted.balanced
    assert counted.total.tested == 10
    assert (
        counted.total.pass_rate
        == rows["130100"].tally.passed / 10 + rows["130200"].tally.passed / 10
    )


def test_an_area_with_few_lines_has_no_rank(sqlite_database, settings):
    with sqlite_database.write() as session:
        found = a_province_round(session, settings, each=4)
        counted = figures.of_round(session, OPERATOR, found, settings=settings)
    assert [row.rank for row in counted.areas] == [None, None]


def test_a_city_sees_its_own_row_and_the_provinces_total(sqlite_database, settings):
    with sqlite_database.write() as session:
        found = a_province_round(session, settings)
        city = actor_for(session, "city_admin", area_code="130200")
        counted = figures.of_round(session, city, found, settings=settings)
    assert [row.code for row in counted.areas] == ["130200"]
    assert {line.group_code for line in counted.lines} == {"130200"}
    assert counted.total.tested == 10


def test_a_citys_inspector_sees_its_own_group_alone(sqlite_database, settings):
    with sqlite_database.write() as session:
        found = a_province_round(session, settings)
        inspector = actor_for(session, "city_inspector", area_code="130200")
        counted = figures.of_round(session, inspector, found, settings=settings)
    assert [row.code for row in counted.areas] == ["130200"]
    assert counted.areas[0].rank == 2
    assert counted.total.tested == 5


def test_a_unit_sees_its_own_lines_alone(sqlite_database, settings):
    with sqlite_database.write() as session:
        found = a_province_round(session, settings)
        unit = make_unit(session, "130202", "路南区水利局")
        reader = actor_for(session, "unit_reader", unit=unit)
        counted = figures.of_round(session, reader, found, settings=settings)
    assert {line.unit for line in counted.lines} == {"路南区水利局"}
    assert counted.total.lines == 5


def test_change_is_taken_on_the_lines_tested_in_both(sqlite_database, settings):
    with sqlite_database.write() as session:
        make_areas(session)
        kept, _gone = make_line(session), make_line(session)
        for period, month in (("2026-09", 9), ("2026-10", 10)):
            found = a_round(session, settings, period=period)
            for check in checks_of(session, found):
                failed = month == 9 and check.line_id == kept.id
                more = {"ring_s": "16"} if failed else {}
                log(session, settings, check, dial(on(14, month=month), **more))
            round_closings.close(
                session,
                OPERATOR,
                found.code,
                as_is_reason=None,
                settings=settings,
                now=NOON_OF_THE_LAST,
            )
            _gone.status = "retired"
            session.flush()
        counted = figures.of_round(session, OPERATOR, found, settings=settings)
    assert counted.previous == "C-130100-2026-09"
    assert (counted.change.n, counted.change.points) == (1, 100.0)


def test_the_self_check_of_a_city_is_held_against_the_provinces(sqlite_database, settings):
    with sqlite_database.write() as session:
        found = a_province_round(session, settings)
        city = a_round(session, settings, area="130200", period="2026-11")
        for check in checks_of(session, city):
            log(session, settings, check, dial(on(10)))
        round_closings.close(
            session,
            OPERATOR,
            city.code,
            as_is_reason=None,
            settings=settings,
            now=NOON_OF_THE_LAST,
        )
        held = figures.self_check(session, found)
    agreed = held["130200"]
    assert (agreed.both, agreed.city_passed) == (5, 5)
    assert agreed.province_failed in (2, 3)
    assert agreed.false_pass_rate > settings.figures.false_pass_rate_above


@pytest.mark.parametrize("lines", [1, 196])
def test_figures_take_the_same_queries_for_one_line_as_for_196(sqlite_database, settings, lines):
    with sqlite_database.write() as session:
        make_areas(session)
        for _ in range(lines):
            make_line(session)
        found = a_round(session, settings)
    with sqlite_database.read() as session:
        found = rounds.get_for(session, OPERATOR, found.code)
        with statements(sqlite_database) as sent:
            figures.of_round(session, OPERATOR, found, settings=settings)
    selects = [s for s in sent if s.startswith("SELECT")]
    assert len(selects) == 2
    assert not any("FROM calls" in s or "JOIN calls" in s for s in selects)
