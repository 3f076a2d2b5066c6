"""Who may import whom, as a table, and the reading of imports from source text.

Imports inside functions and under TYPE_CHECKING count like any other; only the libraries in
`LAZY` are asked to stay inside functions.
"""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass, field

LAZY = frozenset({"pandas", "numpy"})
OWN = ("hotline", "reports", "scheduler")
PLAIN = ("errors", "clock", "settings", "rules")
TABLES = ("db", "models")
TOP = ("web", "app", "cli", "server", "commands")
# The packages of use cases, each standing on those before it and knowing none after it.
USE_CASES = (
    "files",
    "registry",
    "accounts",
    "inspection",
    "ladder",
    "papers",
    "loop",
    "delivery",
    "issuing",
    "ledgers",
    "chasing",
    "operations",
    "demo",
)
# Thresholds and rubrics are read from config.yaml, so what holds them validates itself.
PLAIN_LIBRARIES = {
    "settings": {"pydantic", "yaml"},
    "rules": {"pydantic"},
    "clock": {"chinese_calendar"},
}
# The one library that a use case or a part of the papers may have for its job.
JOB = {
    "excel_files": {"python_calamine"},
    "import_templates": {"xlsxwriter"},
    "file_kinds": {"PIL"},
    "phone_numbers": {"phonenumbers"},
    "passwords": {"argon2"},
    "figures": {"pandas"},
    "links": {"itsdangerous"},
    "logs": {"structlog"},
    "schema": {"alembic"},
    "pdf_streams": {"isal"},
    "signing": {"pyhanko"},
    "qr_code": {"segno"},
}


@dataclass(frozen=True)
class Import:
    """One imported module, with its line, and whether importing the file imports it too."""

    name: str
    line: int
    lazy: bool

    @property
    def root(self) -> str:
        return self.name.partition(".")[0]


@dataclass(frozen=True)
class Rule:
    """What a module of one floor may import: libraries, and own modules by dotted prefix."""

    libraries: frozenset[str] = frozenset()
    own: tuple[str, ...] = ()
    never: tuple[str, ...] = field(default=())
    any_library: bool = False


def floor(module: str) -> str:
    """The floor a module stands on: a row of the table."""
    root, _, rest = module.partition(".")
    part = rest.partition(".")[0]
    if root in ("reports", "scheduler"):
        return root
    if not part:
        return "package"
    if part in PLAIN:
        return "plain"
    if part in TABLES:
        return "tables"
    if part in TOP:
        return "top"
    return "migrations" if part == "migrations" else "use cases"


def rule_for(module: str) -> Rule:
    """The row of the table for a module, with the library of its own job."""
    parts = module.split(".")
    part = parts[1] if len(parts) > 1 else ""
    job_of = JOB.get(parts[-1], set())
    plain = tuple(f"hotline.{name}" for name in PLAIN)
    tables = tuple(f"hotline.{name}" for name in TABLES)
    top = tuple(f"hotline.{name}" for name in TOP)
    job = PLAIN_LIBRARIES.get(part, set())
    return {
        "package": Rule(),
        "reports": Rule(
            frozenset({"reportlab", "xlsxwriter", "pandas", "jinja2", "docx", *job_of}),
            ("reports",),
        ),
        "plain": Rule(frozenset(job), plain),
        "tables": Rule(frozenset({"sqlalchemy"}), plain + tables),
        "migrations": Rule(frozenset({"alembic", "sqlalchemy"}), plain + tables),
        "use cases": Rule(
            frozenset({"sqlalchemy", "pydantic", *job_of}),
            ("hotline", "reports"),
            top + _above(part),
        ),
        "top": Rule(own=("hotline", "reports"), any_library=True),
        "scheduler": Rule(
            frozenset({"apscheduler", "sqlalchemy", "structlog"}), ("scheduler", "hotline"), top
        ),
    }[floor(module)]


def _above(part: str) -> tuple[str, ...]:
    """The packages that stand on `part`; all of them on a module that is in none."""
    above = USE_CASES[USE_CASES.index(part) + 1 :] if part in USE_CASES else USE_CASES
    return tuple(f"hotline.{name}" for name in above)


def imports_of(source: str, module: str, is_package: bool = False) -> list[Import]:
    """Every import in the source, relative ones made absolute.

    `from hotline import calls` counts as `hotline.calls`: the thing imported may be a module.
    """
    found: list[Import] = []
    package = module.split(".") if is_package else module.split(".")[:-1]

    def visit(node: ast.AST, lazy: bool) -> None:
        if isinstance(node, ast.Import):
            found.extend(Import(alias.name, node.lineno, lazy) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*start, *([node.module] if node.module else [])])
            found.extend(
                Import(f"{base}.{alias.name}" if _is_own(base) else base, node.lineno, lazy)
                for alias in node.names
            )
        inside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        typing = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for child in ast.iter_child_nodes(node):
            visit(child, lazy or inside or typing)

    visit(ast.parse(source), False)
    return found


def _is_own(name: str) -> bool:
    return name.partition(".")[0] in OWN


def _under(name: str, prefixes: tuple[str, ...]) -> bool:
    """Is it one of these modules, or inside one?"""
    return any(name == prefix or name.startswith(prefix + ".") for prefix in prefixes)


def breaches(source: str, module: str, is_package: bool = False) -> list[str]:
    """Each import the table forbids, as `line: name (why)`."""
    rule = rule_for(module)
    said = []
    for item in imports_of(source, module, is_package):
        why = None
        if _is_own(item.name):
            if not _under(item.name, rule.own) or _under(item.name, rule.never):
                why = f"{floor(module)} may not import it"
        elif item.root in sys.stdlib_module_names:
            pass
        elif not rule.any_library and item.root not in rule.libraries:
            why = f"not a library of {floor(module)}"
        if why is None and item.root in LAZY and not item.lazy:
            why = "only inside a function: it is slow to import"
        if why is None and _starts_help(module) and not item.lazy and _is_heavy(item):
            why = "only inside a command: help must be quick"
        if why:
            said.append(f"{item.line}: {item.name} ({why})")
    return said


def _is_heavy(item: Import) -> bool:
    light = item.name.startswith("hotline.errors.") or _starts_help(item.name)
    return not (item.root in sys.stdlib_module_names or item.root == "click" or light)


def _starts_help(module: str) -> bool:
    return _under(module, ("hotline.cli", "hotline.commands"))


def circles(graph: dict[str, set[str]]) -> list[str]:
    """Every module that reaches itself through its imports, with one way there."""
    said = []
    for start in sorted(graph):
        ways = [[start]]
        seen = {start}
        while ways:
            way = ways.pop(0)
            after = graph.get(way[-1], set())
            if start in after:
                said.append(" → ".join([*way, start]))
                break
            for nearer in sorted(after - seen):
                seen.add(nearer)
                ways.append([*way, nearer])
    return said
