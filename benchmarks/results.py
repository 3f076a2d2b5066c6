"""docs/benchmarks.md: a section for each thing that is measured."""

from __future__ import annotations

import re
from pathlib import Path

FILE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
HEAD = """# Benchmarks

`make bench` measures; with `--write` a program keeps its result here.
Ratios hold from machine to machine, absolute times do not.
"""


def keep(title: str, text: str) -> None:
    """Put a section in place of the one of the same title; the others stay as they are."""
    FILE.parent.mkdir(exist_ok=True)
    old = FILE.read_text(encoding="utf-8") if FILE.exists() else HEAD
    sections = dict(re.findall(r"^## (.+)\n\n(.*?)(?=^## |\Z)", old, re.DOTALL | re.MULTILINE))
    sections[title] = text
    body = "".join(f"\n## {name}\n\n{words.strip()}\n" for name, words in sections.items())
    FILE.write_text(HEAD + body, encoding="utf-8")
