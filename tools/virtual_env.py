"""Makes the virtual environment and installs the pinned packages; nothing when all is in place.

python3.11 tools/virtual_env.py [--dev]
"""

from __future__ import annotations

import configparser
import importlib.util
import subprocess
import sys
from pathlib import Path

from steps import ROOT, fingerprint, is_stamped, refuse, run_step, say, stamp

OLDEST = (3, 11)
VENV = ROOT / ".venv"
RUN, DEV = "packages-run", "packages-dev"


def missing_parts(version: tuple[int, int], has_ensurepip: bool) -> str | None:
    """What this Python lacks for a virtual environment, with what to install; None if nothing."""
    name = ".".join(map(str, version))
    if version < OLDEST:
        return (
            f"Python {name} is too old: 3.11 or newer is needed.\n"
            "Debian 12, Ubuntu: apt-get install python3.11 python3.11-venv\n"
            "or name another one:  make run PYTHON=/path/to/python3.11"
        )
    if not has_ensurepip:
        return (
            f"Python {name} has no venv module.\nDebian, Ubuntu: apt-get install python{name}-venv"
        )
    return None


def mark_of(root: Path) -> str:
    """A hash of what decides the installed packages; other settings in setup.cfg do not count."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(root / "setup.cfg", encoding="utf-8")
    wanted = [
        f"{section}.{key}={value}"
        for section in parser.sections()
        if section == "metadata" or section.startswith("options")
        for key, value in parser.items(section)
    ]
    return fingerprint(*wanted, (root / "constraints.txt").read_bytes())


def works(python: Path) -> bool:
    """Whether the environment's interpreter still starts (it is a link into the system)."""
    if not python.exists():
        return False
    check = [str(python), "-c", "import pip"]
    return subprocess.run(check, capture_output=True, check=False).returncode == 0


def install(dev: bool, root: Path = ROOT, venv: Path = VENV) -> None:
    """Bring the environment to the pinned packages; `dev` adds what tests and lint need."""
    python = venv / "bin" / "python"
    mark = mark_of(root)
    stamps = venv / "stamps"
    if (is_stamped(DEV, mark, stamps) or (not dev and is_stamped(RUN, mark, stamps))) and (
        venv / "bin" / "hotline"
    ).exists():
        return
    if not works(python):
        lack = missing_parts(sys.version_info[:2], bool(importlib.util.find_spec("ensurepip")))
        if lack:
            refuse(lack)
        run_step(
            "Making the virtual environment .venv",
            [sys.executable, "-m", "venv", "--clear", str(venv)],
        )
    extras = ".[postgresql,signing,dev]" if dev else ".[postgresql]"
    run_step(
        "Installing the pinned Python packages (about a minute)",
        [
            str(python),
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            "--no-input",
            "--progress-bar",
            "off",
            "-c",
            "constraints.txt",
            # Plain path entry instead of import hooks: the command starts faster.
            "--config-settings",
            "editable_mode=compat",
            "-e",
            extras,
        ],
        cwd=root,
        advice="Check the network and the proxy settings, then run the same command again.",
    )
    stamp(DEV if dev else RUN, mark, stamps)
    say(f"Python packages are in {venv.name}.")


if __name__ == "__main__":
    install(dev="--dev" in sys.argv[1:])
