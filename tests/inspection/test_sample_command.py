"""`hotline rounds open --sample` and `rounds sample CODE --verify`, as someone types them."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select, update

from hotline.cli import main
from hotline.models.inspection import Check, Round
from hotline.models.registry import Line
from tests.factories import make_areas, make_line

ROOT = Path(__file__).resolve().parents[2]
OPEN = ("rounds", "open", "--level", "province", "--area", "130000", "--period", "2026Q4")


@pytest.fixture
def hotline(sqlite_database):
    with sqlite_database.write() as session:
        make_areas(session)
        for _ in range(12):
            make_line(session)

    def run(*words: str) -> Result:
        usual = {
            "HOTLINE_CONFIG": str(ROOT / "config.yaml"),
            "HOTLINE_DATABASE_URL": f"sqlite:///{sqlite_database.url.database}",
        }
        return CliRunner().invoke(main, list(words), env=usual)

    return run


def test_a_sample_is_opened_and_verified(hotline, sqlite_database):
    dates = ("--from", "2026-11-02", "--to", "2026-12-17")
    assert hotline(*OPEN, "--sample", "--seed", "4711", *dates).stdout.strip() == "P-130000-2026Q4"
    with sqlite_database.read() as session:
        found = session.scalars(select(Round)).one()
        assert (found.coverage, found.seed) == ("sample", "4711")
        assert (str(found.starts_on), str(found.ends_on)) == ("2026-11-02", "2026-12-17")
        assert len(session.scalars(select(Check)).all()) == 4
    told = hotline("rounds", "sample", found.code, "--verify")
    assert told.exit_code == 0
    assert found.frame_hash in told.stdout
    assert "重抽结果一致" in told.stdout
    with sqlite_database.write() as session:
        session.execute(update(Check).where(Check.id == 1).values(basis="year"))
    told = hotline("rounds", "sample", found.code, "--verify")
    assert told.exit_code == 1
    assert "列入理由不同" in told.stderr


def test_a_window_outside_the_period_is_refused(hotline):
    told = hotline(*OPEN, "--sample", "--from", "2026-09-30")
    assert told.exit_code == 1
    assert "起止日期须在抽查期之内" in told.stderr


def test_of_a_round_over_some_lines_it_says_what_it_leaves_out(hotline, sqlite_database, tmp_path):
    with sqlite_database.read() as session:
        number = session.scalars(select(Line.number).order_by(Line.id)).first()
    file = tmp_path / "lines.csv"
    file.write_text(f"号码\n{number}\n", encoding="utf-8")
    city = ("rounds", "open", "--level", "city", "--area", "130100", "--period")
    told = hotline(*city, "2026-11", "--lines", str(file))
    assert told.stdout.strip() == "C-130100-2026-11"
    assert "在用线路 12 条，本轮只含 1 条；其余本期不会自动抽查。" in told.stderr
    assert hotline(*city, "2026-12").stderr == ""
    assert "一期只有一轮" in hotline("rounds", "open", "--help").stdout
