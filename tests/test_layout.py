"""The rules of the house: arrows of import, names, sizes, docstrings, what is never mentioned."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.import_rules import PLAIN, TABLES, TOP, USE_CASES, breaches, circles, floor, imports_of

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 400
VAGUE = {
    "utils",
    "util",
    "helpers",
    "helper",
    "manager",
    "managers",
    "base",
    "core",
    "common",
    "misc",
}
NOT_OURS = {
    ".git",
    ".venv",
    ".stamps",
    "node_modules",
    "var",
    "build",
    "dist",
    "vendor",
    "faces",
    "htmlcov",
    "__pycache__",
    ".hypothesis",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".import_linter_cache",
    "hotline.egg-info",
}
TEXT = {
    ".py",
    ".html",
    ".js",
    ".css",
    ".md",
    ".cfg",
    ".toml",
    ".yaml",
    ".yml",
    ".json",
    ".txt",
    ".csv",
    ".po",
    ".pot",
    ".ini",
    ".mako",
    ".sql",
    "",
}
NEVER_SAID = {
    "another folder": re.compile(r"\.\./shared\b|\bshared/(?:data|[a-z]+\.md)\b"),
    "a path of one machine": re.compile(r"/(?:work|root|opt/pypi|opt/wheels|home/\w+)/[\w.]"),
    "a package registry": re.compile(
        r"pypi\.org|pythonhosted\.org|registry\.(?:npm|yarn)|\"resolved\":\s"
    ),
    "an issue number": re.compile(r"\b(?:issue|ticket)s?\s+#?\d", re.IGNORECASE),
}


def our_files() -> Iterator[Path]:
    """Every file we wrote, relative to the root."""
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(set(folders) - NOT_OURS)
        for name in sorted(names):
            if not name.startswith(".coverage"):
                yield (Path(folder) / name).relative_to(ROOT)


FILES = list(our_files())
MODULES = [path for path in FILES if path.suffix == ".py"]
PACKAGED = [path for path in MODULES if path.parts[0] in ("hotline", "reports", "scheduler")]


def module_name(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def read(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def offenders(paths: list[Path], fault: Callable[[Path], object]) -> dict[str, object]:
    """Each path with its fault; a file another program took away meanwhile has none."""
    return {str(path): fault(path) for path in paths if (ROOT / path).exists() and fault(path)}


def found_breaches(path: Path) -> list[str]:
    return breaches(read(path), module_name(path), path.name == "__init__.py")


# ---- arrows of import


def test_a_module_imports_only_what_its_floor_may():
    assert offenders(PACKAGED, found_breaches) == {}


def test_no_module_reaches_itself():
    names = {module_name(path) for path in PACKAGED}
    graph = {}
    for path in PACKAGED:
        name = module_name(path)
        reached = set()
        for item in imports_of(read(path), name, path.name == "__init__.py"):
            parts = item.name.split(".")
            known = (".".join(parts[:n]) for n in range(len(parts), 0, -1))
            target = next((one for one in known if one in names), None)
            # A package's __init__ that gathers its own modules is no circle.
            if target and not name.startswith(target + "."):
                reached.add(target)
        graph[name] = reached - {name}
    assert circles(graph) == []


@pytest.mark.parametrize(
    ("module", "source", "named"),
    [
        ("reports.circular", "import hotline", "hotline"),
        ("reports.circular", "from hotline.rules import scoring", "hotline.rules.scoring"),
        ("reports.circular", "def f():\n    import flask", "flask"),
        ("reports.circular", "import sqlalchemy.orm", "sqlalchemy.orm"),
        ("reports.workbook", "import pandas", "pandas"),
        ("hotline.errors", "import flask", "flask"),
        ("hotline.errors", "from reports import circular", "reports.circular"),
        ("hotline.clock", "import yaml", "yaml"),
        ("hotline.settings", "import chinese_calendar", "chinese_calendar"),
        ("hotline.rules.scoring", "from ..models import Call", "hotline.models.Call"),
        ("hotline.rules.scoring", "from sqlalchemy import select", "sqlalchemy"),
        ("hotline.rules.scoring", "import yaml", "yaml"),
        ("hotline.db", "import flask", "flask"),
        ("hotline.models.inspection", "from hotline import audit", "hotline.audit"),
        (
            "hotline.models.inspection",
            "from hotline.inspection import calls",
            "hotline.inspection.calls",
        ),
        ("hotline.models.inspection", "import reports.circular", "reports.circular"),
        ("hotline.inspection.calls", "from flask import g", "flask"),
        (
            "hotline.inspection.calls",
            "def f():\n    from hotline.web import forms",
            "hotline.web.forms",
        ),
        ("hotline.inspection.calls", "from ..web import forms", "hotline.web.forms"),
        ("hotline.inspection.calls", "import scheduler.jobs", "scheduler.jobs"),
        ("hotline.inspection.calls", "import argon2", "argon2"),
        ("hotline.inspection.calls", "from hotline import cli", "hotline.cli"),
        (
            "hotline.inspection.calls",
            "from hotline.commands import office",
            "hotline.commands.office",
        ),
        (
            "hotline.inspection.rounds",
            "from hotline.ladder import findings",
            "hotline.ladder.findings",
        ),
        ("hotline.papers.notices", "import hotline.issuing.approval", "hotline.issuing.approval"),
        ("hotline.rights", "from hotline.registry import areas", "hotline.registry.areas"),
        ("hotline.commands.office", "from hotline import rights", "hotline.rights"),
        ("hotline.inspection.figures", "import pandas as pd", "pandas"),
        ("hotline.web.lines", "from scheduler import jobs", "scheduler.jobs"),
        ("hotline.cli", "import scheduler", "scheduler"),
        ("hotline.cli", "import sqlalchemy", "sqlalchemy"),
        ("hotline.cli", "from hotline.accounts import users", "hotline.accounts.users"),
        ("hotline.migrations.env", "from hotline import audit", "hotline.audit"),
        ("scheduler.jobs", "import flask", "flask"),
        ("scheduler.jobs", "from hotline.web import forms", "hotline.web.forms"),
        ("scheduler.jobs", "if TYPE_CHECKING:\n    import hotline.app", "hotline.app"),
        ("hotline", "import hotline.errors", "hotline.errors"),
    ],
)
def test_a_forbidden_import_is_named(module, source, named):
    said = breaches(source, module, is_package=module == "hotline")
    assert len(said) == 1
    assert re.match(rf"\d+: {re.escape(named)} \(", said[0])


@pytest.mark.parametrize(
    ("module", "source"),
    [
        (
            "reports.circular",
            "import json\nfrom reportlab.platypus import Table\nfrom . import gate",
        ),
        ("reports.workbook", "import xlsxwriter\ndef f():\n    import pandas"),
        ("hotline.settings", "import yaml, pydantic\nfrom hotline.errors import Invalid"),
        (
            "hotline.rules.scoring",
            "from .outcomes import Outcome\nfrom hotline.errors import Invalid",
        ),
        ("hotline.models.people", "from sqlalchemy.orm import Mapped\nfrom hotline.db import Base"),
        (
            "hotline.inspection.calls",
            "from hotline import audit\nfrom hotline.rules import scoring",
        ),
        ("hotline.papers.notices", "from reports import circular"),
        ("hotline.accounts.passwords", "import argon2"),
        ("hotline.inspection.figures", "def f():\n    import pandas"),
        ("hotline.web.lines", "from flask import Blueprint\nfrom hotline.registry import lines"),
        ("hotline.cli", "import click\ndef f():\n    from hotline.inspection import calls"),
        ("hotline.commands.notice_commands", "from hotline.commands.office import office"),
        (
            "scheduler.jobs",
            "from hotline.delivery import deliveries\nimport apscheduler.triggers.cron",
        ),
    ],
)
def test_an_allowed_import_passes(module, source):
    assert breaches(source, module) == []


def test_every_floor_is_told_apart():
    names = [
        "hotline",
        "hotline.rules.scoring",
        "hotline.models",
        "hotline.inspection.calls",
        "hotline.web.forms",
        "hotline.migrations.env",
        "reports.gate",
        "scheduler.jobs",
    ]
    assert len({floor(name) for name in names}) == len(names)


def test_every_package_of_use_cases_has_its_place():
    top = {*PLAIN, *TABLES, *TOP, "migrations"}
    packages = {path.parts[1] for path in PACKAGED if path.parts[0] == "hotline" and path.parts[2:]}
    assert packages - top == set(USE_CASES)


def test_a_circle_is_named():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [
        "a → b → c → a",
        "b → c → a → b",
        "c → a → b → c",
    ]
    assert circles({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


# ---- names, sizes, docstrings, mentions


def vague_parts(path: Path) -> set[str]:
    return {part.partition(".")[0] for part in path.parts} & VAGUE


def mentions(text: str) -> list[str]:
    return [
        f"{what}: {match.group()}"
        for what, pattern in NEVER_SAID.items()
        for match in pattern.finditer(text)
    ]


def lines_over(text: str) -> int:
    return max(0, len(text.splitlines()) - LONGEST)


def lacks_docstring(source: str) -> bool:
    return not ast.get_docstring(ast.parse(source))


def test_a_file_is_named_by_what_it_holds():
    assert offenders(FILES, vague_parts) == {}


def test_a_file_is_not_too_long():
    written = [path for path in FILES if path.suffix in {".py", ".html", ".js", ".css"}]
    assert offenders(written, lambda path: lines_over(read(path))) == {}


def test_a_module_says_what_it_is():
    assert offenders(MODULES, lambda path: lacks_docstring(read(path))) == {}


def test_a_file_speaks_only_of_the_project():
    spoken = [path for path in FILES if path.suffix in TEXT]
    assert offenders(spoken, lambda path: mentions(read(path))) == {}


def test_a_long_file_and_a_silent_module_are_seen():
    assert lines_over("x\n" * (LONGEST + 3)) == 3
    assert lines_over("x\n" * LONGEST) == 0
    assert lacks_docstring("# only a comment\nx = 1")
    assert not lacks_docstring('"""What it is."""')


@pytest.mark.parametrize(
    "name",
    ["hotline/utils.py", "hotline/web/base.html", "reports/core/page.py", "tests/helpers.py"],
)
def test_a_vague_name_is_seen(name):
    assert vague_parts(Path(name))


@pytest.mark.parametrize(
    "text",
    [
        "see .." + "/shared",
        "see sha" + "red/domain.md",
        "open(" + '"/wo' + 'rk/main/x")',
        "/ro" + "ot/.cache",
        "https://py" + "pi.org/simple",
        "https://registry" + ".npmjs.org/x",
        '"resol' + 'ved": "x"',
        "as asked in iss" + "ue 2",
        "Iss" + "ue #14",
    ],
)
def test_a_forbidden_mention_is_seen(text):
    assert mentions(text)


def test_an_innocent_text_passes():
    assert mentions("at work/home, 196 lines; #0b5fa5; issue 〔2026〕 12号") == []


def test_the_tree_was_really_read():
    assert Path("setup.cfg") in FILES
    assert Path("tests/test_layout.py") in MODULES
    assert len(PACKAGED) > 5
    assert not any("vendor" in path.parts for path in FILES)
