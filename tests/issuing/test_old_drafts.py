"""Drafts of a database of before: after the upgrade they can be issued like any other."""

from __future__ import annotations

import pytest
from alembic import command
from sqlalchemy import select, text

from hotline.db import Database
from hotline.models.papers import Notice, NoticeFinding
from hotline.operations import schema
from tests.postgresql import Place

_ROWS = """
INSERT INTO areas (code, name, level) VALUES ('130000', '河北省', 'province');
INSERT INTO units (id, area_code, name) VALUES (1, '130000', '甲'), (2, '130000', '乙');
INSERT INTO rubrics (id, version, digest, body, created_at)
    VALUES (1, '1', 'd', '{}', '2026-01-01');
INSERT INTO rounds (id, code, level, area_code, period, starts_on, ends_on, coverage, rubric_id,
        opened_at, opened_by)
    VALUES (1, 'P', 'province', '130000', '2026Q4', '2026-10-01', '2026-12-31', 'full', 1,
        '2026-10-01', 'x');
INSERT INTO notices (id, round_id, key, kind, unit_id, title, snapshot, drafted_at, drafted_by)
    VALUES (1, 1, 'circular', 'circular', NULL, '通报', '{}', '2026-10-01', 'cli:o"k'),
           (2, 1, 'rectification:1', 'rectification', 1, '通知', '{}', '2026-10-01', 'wang');
"""
_LINE = """
INSERT INTO lines (id, line_id, number, unit_id, level, area_code, group_code, status, created_at)
    VALUES ({id}, 'L{id}', '0311-8600000{id}', {unit}, 'province', '130000', '130000', 'active',
        '2026-01-01');
INSERT INTO checks ({columns}) VALUES ({values});
INSERT INTO findings (id, round_id, check_id, klass, evidence, repeated, state, created_at)
    VALUES ({id}, 1, {id}, 'SLOW', '[]', {no}, 'new', '2026-10-01');
"""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def empty(request: pytest.FixtureRequest, tmp_path):
    """A database in which nothing has been made yet."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path}/old.db")
    else:
        place: Place = request.getfixturevalue("postgresql_place")
        database = place.cleared()
        with database.engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    yield database
    database.close()


def check_row(database: Database, id_: int, unit: int) -> str:
    """A check with something in each column that must have something."""
    no = "0" if database.is_sqlite else "false"
    row = {
        "id": id_,
        "round_id": 1,
        "line_id": id_,
        "number": f"'0311-8600000{id_}'",
        "unit_id": unit,
        "area_code": "'130000'",
        "group_code": "'130000'",
        "duty_hours": "'每天 00:00-24:00'",
        "critical": no,
        "majors_failed": "'[]'",
        "reasons": "'[]'",
        "parts": "'[]'",
        "provisional": no,
        "calls_made": 1,
        "closable": no,
        "redials": 0,
        "review": "'pending'",
    }
    with database.engine.connect() as connection:
        known = {
            found[0]
            for found in connection.execute(
                text("SELECT name FROM pragma_table_info('checks')")
                if database.is_sqlite
                else text(
                    "SELECT column_name FROM information_schema.columns WHERE table_name = 'checks'"
                )
            )
        }
    kept = {name: value for name, value in row.items() if name in known}
    return _LINE.format(
        id=id_, unit=unit, no=no, columns=", ".join(kept), values=", ".join(map(str, kept.values()))
    )


def test_an_old_draft_knows_its_findings_and_its_hands(empty):
    config = schema._config()
    with empty.restructure() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001_first_floor")
    script = _ROWS + check_row(empty, 1, 1) + check_row(empty, 2, 1) + check_row(empty, 3, 2)
    # Of the lines of unit 1 only the first is on the ladder's step.
    script += """INSERT INTO measures (round_id, step, trigger, line_id, unit_id, area_code)
        VALUES (1, 'rectify', '[]', 1, 1, '130000'), (1, 'circular', '[]', 2, 1, '130000'),
               (1, 'rectify', '[]', 3, 2, '130000');"""
    with empty.engine.begin() as connection:
        for statement in filter(str.strip, script.split(";\n")):
            connection.execute(text(statement.replace(":00", "\\:00")))
    schema.upgrade(empty)
    with empty.read() as session:
        named = session.execute(
            select(NoticeFinding.notice_id, NoticeFinding.finding_id).order_by(
                NoticeFinding.notice_id, NoticeFinding.finding_id
            )
        ).all()
        drafts = session.scalars(select(Notice).order_by(Notice.id)).all()
    assert named == [(1, 1), (1, 2), (1, 3), (2, 1)]
    assert [(draft.state, draft.hands) for draft in drafts] == [
        ("draft", ['cli:o"k']),
        ("draft", ["wang"]),
    ]
