"""The main job through the command line, as another program would drive it.

The published figures are of Fujian's city table (see tests/data); the lines, times and answers
behind them are invented, and so the round is closed as it is.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pdfplumber
import pytest
from click.testing import CliRunner
from python_calamine import CalamineWorkbook

from hotline.cli import main
from tests.inspection.spot_checks import ITEMS

ROOT = Path(__file__).resolve().parent.parent
TABLE = json.loads((ROOT / "tests/data/fujian_city_table.json").read_text(encoding="utf-8"))
ROUND = "P-350000-2012Q4"
AREAS = {
    "福州": ("350100", "0591-000000"),
    "宁德": ("350900", "0593-00000"),
    "泉州": ("350500", "0595-000000"),
    "龙岩": ("350800", "0597-00000"),
    "三明": ("350400", "0598-00000"),
    "南平": ("350700", "0599-00000"),
    "平潭综合区": ("350128", "0591-010000"),
}
OUTCOMES = {
    "电话正确": "11",
    "不是补贴咨询投诉联系电话": "WRONG_POST",
    "不是农机管理部门电话": "非本单位/号码错误",
    "接通后直接挂断": "14",
    "无人接听": "无人接听",
    "始终占线": "BUSY",
    "空号或停机": "空号",
}


@pytest.fixture
def hotline(tmp_path, monkeypatch):
    """Run the command in its own folder and database; gives exit code, output and errors."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOTLINE_CONFIG", str(ROOT / "config.yaml"))
    monkeypatch.setenv("HOTLINE_DATABASE_URL", f"sqlite:///{tmp_path}/hotline.db")

    def run(*words: str):
        return CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)

    return run


def published():
    return [row for row in TABLE["rows"] if row["area"] in AREAS]


@pytest.fixture
def files(tmp_path) -> Path:
    """areas.csv, lines.csv and calls.csv that say what the seven balanced rows say."""
    lines, calls = [], []
    for row in published():
        code, prefix = AREAS[row["area"]]
        serial = 0
        for column, outcome in OUTCOMES.items():
            for _ in range(row[column]):
                serial += 1
                number = f"{prefix}{serial:02d}"
                lines.append([number, f"{row['area']}农机站", "市级", code])
                connected = outcome not in ("无人接听", "BUSY", "空号")
                answers = ["是" if outcome == "11" else ""] * len(ITEMS)
                when = f"2012-10-29 09:{serial:02d}"
                calls.append([number, when, 1, outcome, "12.0" if connected else "", *answers])
    tables = {
        "areas.csv": [
            ["code", "name", "level", "parent"],
            ["350000", "福建省", "province", ""],
            *([code, name, "city", "350000"] for name, (code, _) in AREAS.items()),
        ],
        "lines.csv": [["号码", "责任单位", "层级", "行政区划代码"], *lines],
        "calls.csv": [["号码", "拨打时间", "第几次", "结果", "振铃秒数", *ITEMS], *calls],
    }
    for name, rows in tables.items():
        with (tmp_path / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
    return tmp_path


@pytest.fixture
def closed(hotline, files):
    """The round, filled and closed; the command to ask about it."""
    for words in (
        ("init",),
        ("areas", "import", files / "areas.csv"),
        ("lines", "import", files / "lines.csv", "--demo-numbers"),
        ("rounds", "open", "--level", "province", "--area", "350000", "--period", "2012Q4"),
        ("calls", "import", files / "calls.csv", "--round", ROUND),
        ("rounds", "close", ROUND, "--as-is", "据公开数据核算"),
    ):
        done = hotline(*words)
        assert done.exit_code == 0, done.stderr
    return hotline


def test_the_published_rates_come_out(closed):
    figures = json.loads(closed("rounds", "figures", ROUND, "--format", "json").stdout)
    assert figures["balanced"] is True
    rates = {row["name"]: row["valid_rate"] for row in figures["areas"]}
    assert rates == {row["area"]: pytest.approx(row["有效率"], abs=5e-5) for row in published()}
    total = figures["total"]
    counts = ("pass", "slow", "irregular", "slow_irregular", "unreachable", "wrong_number")
    assert sum(total[name] for name in counts) == total["tested"] == 69
    assert sum(figures["outcomes"].values()) == 69
    assert figures["outcomes"]["WRONG_POST"] == 12


def test_the_papers_are_drawn_with_their_annexes(closed, tmp_path):
    listed = json.loads(closed("notices", "list", "--round", ROUND, "--format", "json").stdout)
    assert [notice["kind"] for notice in listed].count("circular") == 1
    assert {n["unit"] for n in listed if n["kind"] == "rectification"} == {
        f"{name}农机站" for name in ("福州", "宁德", "龙岩", "三明", "南平")
    }
    made = closed("notices", "render", "--round", ROUND, "--out", tmp_path / "out")
    assert made.exit_code == 0
    (circular,) = (tmp_path / "out").glob("*通报.pdf")
    with pdfplumber.open(circular) as pdf:
        text = "".join(page.extract_text() for page in pdf.pages)
        fonts = {char["fontname"] for page in pdf.pages for char in page.chars}
    plain = "".join(text.split())
    assert "关于2012年第四季度" in plain
    assert "79.71%（55/69）" in plain
    assert "据公开数据核算" in plain
    assert all("+" in name for name in fonts), "every face is embedded as a subset"
    (annexes,) = (tmp_path / "out").glob("*.xlsx")
    book = CalamineWorkbook.from_path(str(annexes))
    cells = {str(c) for row in book.get_sheet_by_index(0).to_python() for c in row}
    assert {"福州", "泉州", "合计"} <= cells


def test_importing_again_changes_nothing(hotline, files, closed):
    again = closed("lines", "import", files / "lines.csv", "--demo-numbers")
    assert "新增 0，变更 0，不变 69" in again.stdout
    assert closed("verify").exit_code == 0
    assert closed("audit", "verify").exit_code == 0


def test_a_refusal_names_the_lines_and_exits_with_1(hotline, files):
    for words in (
        ("init",),
        ("areas", "import", files / "areas.csv"),
        ("lines", "import", files / "lines.csv", "--demo-numbers"),
        ("rounds", "open", "--level", "province", "--area", "350000", "--period", "2012Q4"),
    ):
        hotline(*words)
    refused = hotline("rounds", "close", ROUND)
    assert refused.exit_code == 1
    assert refused.stderr.count("尚未拨测") == 69
    assert "0591-00000001" in refused.stderr


def test_one_bad_row_keeps_the_whole_file_out(hotline, files, closed):
    for words in (
        ("init",),
        ("rounds", "open", "--level", "city", "--area", "350100", "--period", "2012-10"),
    ):
        assert closed(*words).exit_code == 0
    rows = (files / "calls.csv").read_text(encoding="utf-8").splitlines()
    own = [row for row in rows if row.startswith(("号码", "0591-0000"))]
    own[3] = own[3].replace("12.0", "121")
    (files / "bad.csv").write_text("\n".join(own), encoding="utf-8")
    refused = closed("calls", "import", files / "bad.csv", "--round", "C-350100-2012-10")
    assert refused.exit_code == 1
    assert "第 4 行 [振铃秒数] “121”" in refused.stderr
    figures = closed("rounds", "figures", "C-350100-2012-10", "--format", "json")
    assert json.loads(figures.stdout)["total"]["untested"] == 9


def test_csv_is_one_row_a_line(closed):
    rows = list(
        csv.DictReader(closed("rounds", "figures", ROUND, "--format", "csv").stdout.splitlines())
    )
    assert len(rows) == 69
    assert rows[0].keys() >= {"number", "unit", "class", "score", "attempts", "outcome", "reasons"}


@pytest.mark.parametrize(
    "words",
    [
        ("rounds", "open", "--level", "village", "--area", "1", "--period", "2026-11"),
        ("calls", "import", "no-such-file.csv", "--round", "X"),
        ("users", "add", "x", "--role", "auditor", "--password-env", "HOTLINE_NO_SUCH_VARIABLE"),
        ("nonsense",),
    ],
)
def test_wrong_usage_exits_with_2(hotline, words):
    hotline("init")
    assert hotline(*words).exit_code == 2


def test_a_database_that_was_never_made_is_told_so(hotline):
    refused = hotline("verify")
    assert refused.exit_code == 1
    assert "hotline init" in refused.stderr


def test_help_imports_nothing_heavy():
    script = "import sys, hotline.cli; print(*sorted(m.partition('.')[0] for m in sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.split()
    heavy = {"sqlalchemy", "flask", "pandas", "reportlab", "pydantic", "alembic", "rich", "yaml"}
    assert not heavy & set(loaded)
