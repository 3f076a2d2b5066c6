"""The commands where nothing is set up yet, or set up wrongly: a sentence, never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotline.cli import main
from hotline.commands.user_commands import ROLES
from hotline.models import people

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def hotline(tmp_path: Path):
    def run(*words: str, **environ: str) -> Result:
        usual = {
            "HOTLINE_CONFIG": str(ROOT / "config.yaml"),
            "HOTLINE_DATABASE_URL": f"sqlite:///{tmp_path}/hotline.db",
        }
        return CliRunner().invoke(main, list(words), env=usual | environ)

    return run


@pytest.mark.parametrize(
    "url",
    [
        "nowhere",
        "sqlite://",
        "mysql://x/y",
        "oddbase://x/y",
        "postgresql+psycopg://x@127.0.0.1:1/x",
    ],
)
def test_a_database_that_cannot_be_used_is_said_in_a_sentence(hotline, url):
    told = hotline("verify", HOTLINE_DATABASE_URL=url)
    assert told.exit_code == 1
    assert "请核对" in told.stderr
    assert "Traceback" not in told.output


def test_the_first_administrator_may_come_before_the_areas(hotline):
    assert hotline("init").exit_code == 0
    add = ("users", "add", "admin", "--role", "province_admin", "--password-env", "FIRST")
    assert hotline(*add, FIRST="Long-enough-1").exit_code == 0


def test_a_city_account_needs_an_area_that_is_there(hotline):
    hotline("init")
    add = ("users", "add", "wang", "--role", "city_admin", "--password-env", "FIRST")
    assert hotline(*add, FIRST="Long-enough-1").exit_code == 1


def test_a_list_of_lines_without_a_header_is_told_which_headers(hotline, tmp_path):
    hotline("init")
    file = tmp_path / "lines.csv"
    file.write_text("0311-86050001\n", encoding="utf-8")
    told = hotline(
        *("rounds", "open", "--level", "city", "--area", "130100", "--period", "2026-11"),
        *("--lines", str(file)),
    )
    assert told.exit_code == 1
    assert "号码/线路编号" in told.stderr


def test_the_roles_of_the_command_are_those_of_the_accounts():
    assert set(people.ROLES) == set(ROLES)
