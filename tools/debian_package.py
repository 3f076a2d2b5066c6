"""Files out of a Debian package, without installing it and without a right to install."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from steps import HEARTBEAT_S, say


def unpack(package: str, wanted: Iterable[str], folder: Path) -> str | None:
    """The wanted files of a package below `folder`; None, or why they cannot be had.

    apt checks the package against Debian's signature. The system's lists are used if they know
    it; else lists of our own are fetched, and the system is left as it is.
    """
    for program in ("apt-get", "dpkg-deb"):
        if shutil.which(program) is None:
            return f"{program} is not on this machine."
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    say(f"Fetching the Debian package {package} …")
    if _run(["apt-get", "download", package], folder) is not None:
        own = _own_lists(folder)
        say("  The system's lists do not know it; fetching lists …")
        for command in ("update", "download"):
            more = [package] if command == "download" else []
            if (problem := _run(["apt-get", *own, command, *more], folder)) is not None:
                return f"apt-get {command} failed: {problem}"
    files = [f"./{path}" for path in wanted]
    [archive] = folder.glob("*.deb")
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", archive], stdout=subprocess.PIPE) as tar:
        done = subprocess.run(
            ["tar", "-x", "-C", folder, *files], stdin=tar.stdout, capture_output=True, check=False
        )
    archive.unlink()
    if done.returncode or not all((folder / path).is_file() for path in files):
        return f"{package} does not hold {', '.join(files)}."
    return None


def _own_lists(folder: Path) -> list[str]:
    """Options that make apt keep its lists below `folder`."""
    for name in ("lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    return [
        "-o",
        f"Dir::State::Lists={folder.resolve()}/lists",
        "-o",
        f"Dir::Cache={folder.resolve()}/cache",
        "-o",
        "Debug::NoLocking=true",
    ]


def _run(command: list[str], folder: Path) -> str | None:
    """Run it in the folder with a sign of life; None, or the last thing it said."""
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        )
        while True:
            try:
                process.wait(timeout=HEARTBEAT_S)
                break
            except subprocess.TimeoutExpired:
                say(f"  {command[0]} is at work …")
    if process.returncode == 0:
        return None
    said = (folder / "log").read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line for line in reversed(said) if line.strip()), "no word why")
