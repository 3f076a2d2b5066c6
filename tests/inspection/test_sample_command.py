"""`hotline rounds open --sample` and `rounds sample CODE --verify`, as someone types them."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select, update

from hotline.cli import main
from hotline.models.inspection import Check, Round
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
