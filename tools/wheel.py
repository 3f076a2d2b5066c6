"""Builds the wheel and checks that it carries everything a running office needs.

.venv/bin/python tools/wheel.py
"""

from __future__ import annotations

import shutil
import sys
import zipfile
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path

from build_faces import DEBIAN, LICENCE_TO, NPM
from fetch_assets import FACES, KEPT, SOURCES
from steps import ROOT, refuse, run_step, say

WANTED = (
    *(kept.target for kept in KEPT if not kept.target.startswith(SOURCES)),
    *(f"{FACES}/{face.target}" for face in (*NPM, *DEBIAN)),
    f"{FACES}/{LICENCE_TO}",
    "hotline/cli.py",
    "hotline/data/config.yaml",
    "hotline/data/hebei_areas.csv",
    "hotline/migrations/env.py",
    "hotline/migrations/versions/*.py",
    "hotline/translations/*.mo",
    "hotline/web/static/hotline.css",
    "hotline/web/templates/*.html",
    "reports/__init__.py",
)


def lacking(names: Iterable[str], wanted: Iterable[str] = WANTED) -> list[str]:
    """The wanted patterns that no name in the wheel matches; `*` crosses folders."""
    held = list(names)
    return [want for want in wanted if not any(fnmatchcase(name, want) for name in held)]


def build() -> Path:
    """A fresh wheel in `dist/`; refuses, naming the pattern, if a part is not in it."""
    for name in ("build", "hotline.egg-info"):
        shutil.rmtree(ROOT / name, ignore_errors=True)
    dist = ROOT / "dist"
    for old in dist.glob("*.whl"):
        old.unlink()
    # The default configuration of an installed Hotline; a checkout reads the file at its top.
    packaged = ROOT / "hotline" / "data" / "config.yaml"
    shutil.copyfile(ROOT / "config.yaml", packaged)
    try:
        run_step(
            "Building the wheel",
            [
                sys.executable,
                "-m",
                "pip",
                "wheel",
                "--disable-pip-version-check",
                "--no-deps",
                "--wheel-dir",
                str(dist),
                ".",
            ],
        )
    finally:
        packaged.unlink()
        shutil.rmtree(ROOT / "build", ignore_errors=True)
    (wheel,) = dist.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        missing = lacking(archive.namelist())
    if missing:
        refuse(f"{wheel.name} lacks: " + ", ".join(missing))
    return wheel


if __name__ == "__main__":
    made = build()
    say(f"{made.relative_to(ROOT)}  {made.stat().st_size / 1e6:.0f} MB")
