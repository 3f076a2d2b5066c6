"""Finds Chromium for the browser tests, and installs it where this user may.

    .venv/bin/python tools/chromium.py

The path found is left in `.stamps/chromium`. CHROMIUM in the environment names another one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from steps import STAMPS, refuse, run_step, say

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NEEDED = (
    "The browser tests need Chromium, and this user may not install it.\n"
    "As root on Debian 12:  apt-get update && apt-get install -y chromium\n"
    "As root elsewhere:     .venv/bin/python -m playwright install --with-deps chromium\n"
    "or name one that is there:  make test CHROMIUM=/path/to/chromium"
)


def starts(path: str) -> bool:
    """Whether the program answers `--version`; Ubuntu's stub without its snap does not."""
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0 and b"Chrom" in answer.stdout


def find(environ: Mapping[str, str] = os.environ) -> str | None:
    """The first Chromium that starts: the one named, the system's, Playwright's; None if none."""
    named = environ.get("CHROMIUM")
    if named:
        if starts(named):
            return named
        refuse(f"CHROMIUM={named} does not start.")
    for name in NAMES:
        path = shutil.which(name, path=environ.get("PATH"))
        if path and starts(path):
            return path
    own = _playwrights_own()
    return own if own and starts(own) else None


def _playwrights_own() -> str | None:
    """Where Playwright keeps a Chromium it downloaded itself, whether or not it is there."""
    ask = (
        "from playwright.sync_api import sync_playwright as s\n"
        "with s() as p: print(p.chromium.executable_path)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", ask], capture_output=True, text=True, check=False
    )
    return answer.stdout.strip() or None


def rights() -> list[str] | None:
    """The words before a command that must run as root: none for root, sudo, or no right (None)."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo"):
        silent = ["sudo", "-n"]
        if subprocess.run([*silent, "true"], capture_output=True, check=False).returncode == 0:
            return silent
    return None


def install() -> str:
    """Install Chromium with the system's packages, else with Playwright; its path."""
    before = rights()
    if before is None:
        refuse(NEEDED)
    quiet = [*before, "env", "DEBIAN_FRONTEND=noninteractive"]
    if shutil.which("apt-get") and "ubuntu" not in _system():
        say("No Chromium found; it is installed with apt-get now (about 100 MB, once).")
        run_step("apt-get update", [*quiet, "apt-get", "update"], advice=NEEDED)
        run_step(
            "apt-get install chromium",
            [*quiet, "apt-get", "install", "-y", "--no-install-recommends", "chromium"],
            advice=NEEDED,
        )
    else:
        say("No Chromium found; Playwright fetches it now (about 200 MB, once).")
        run_step(
            "playwright install-deps",
            [*quiet, sys.executable, "-m", "playwright", "install-deps", "chromium"],
            advice=NEEDED,
        )
        run_step(
            "playwright install",
            [sys.executable, "-m", "playwright", "install", "chromium"],
            advice=NEEDED,
        )
    path = find()
    if path is None:
        refuse("Chromium was installed but does not start.\n" + NEEDED)
    return path


def _system() -> str:
    """The words that /etc/os-release uses for this system and those it is like."""
    try:
        lines = Path("/etc/os-release").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return ""
    return " ".join(line for line in lines if line.startswith("ID=")).lower()


if __name__ == "__main__":
    STAMPS.mkdir(exist_ok=True)
    (STAMPS / "chromium").write_text((find() or install()) + "\n", encoding="utf-8")
