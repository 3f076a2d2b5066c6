"""Running one long command with its progress in words, and refusing in words when it fails."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
STAMPS = ROOT / ".stamps"
HEARTBEAT_S = 10.0


def say(text: str) -> None:
    """Print a line at once, also when the output is a pipe."""
    print(text, flush=True)


def refuse(text: str) -> NoReturn:
    """Leave with exit code 1 and the reason on stderr."""
    sys.stdout.flush()
    print(f"\n{text}", file=sys.stderr, flush=True)
    raise SystemExit(1)


def run_step(
    title: str,
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path = ROOT,
    advice: str = "",
) -> None:
    """Run `command`; a line every ten seconds says that it lives and what it does.

    Its output is shown only when it fails; then the program ends with code 1 and `advice`.
    """
    say(f"{title} …")
    began = time.monotonic()
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=None if env is None else dict(env),
            cwd=cwd,
        )
        try:
            while True:
                try:
                    process.wait(timeout=HEARTBEAT_S)
                    break
                except subprocess.TimeoutExpired:
                    spent = time.monotonic() - began
                    say(f"  {spent:.0f} s  {_last_line(log.fileno())}")
        except KeyboardInterrupt:
            process.terminate()
            process.wait()
            refuse("Stopped.")
        if process.returncode:
            log.seek(0)
            sys.stderr.write(log.read().decode(errors="replace")[-8000:])
            refuse(f"{title}: failed with exit code {process.returncode}. {advice}".rstrip())
    say(f"  done in {time.monotonic() - began:.0f} s")


def _last_line(descriptor: int) -> str:
    """The newest line of a log that is still being written, cut to what fits a terminal."""
    size = os.fstat(descriptor).st_size
    tail = os.pread(descriptor, 2000, max(0, size - 2000)).decode(errors="replace").splitlines()
    return tail[-1].strip()[:90] if tail else ""


def fingerprint(*parts: str | bytes) -> str:
    """A hash that changes when any part changes."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def is_stamped(name: str, mark: str, stamps: Path = STAMPS) -> bool:
    """Whether the step `name` was finished for exactly this `mark`."""
    try:
        return (stamps / name).read_text(encoding="utf-8") == mark
    except FileNotFoundError:
        return False


def stamp(name: str, mark: str, stamps: Path = STAMPS) -> None:
    """Remember that the step `name` was finished for `mark`."""
    stamps.mkdir(parents=True, exist_ok=True)
    (stamps / name).write_text(mark, encoding="utf-8")
