"""`hotline --help` against a bare click program: how long a person waits for the first word.

.venv/bin/python benchmarks/help_command.py [--runs N]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

BARE = """
import click


@click.command()
def main():
    "A program that does nothing."


main()
"""
HOTLINE = "from hotline.cli import main; main()"


def seconds(script: Path) -> float:
    """How long one `--help` takes, from start to exit."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, script, "--help"], capture_output=True, check=True)
    return time.perf_counter() - begun


def measure(runs: int) -> tuple[float, float]:
    """Medians in seconds: the bare program's, ours. They take turns, so both meet the noise."""
    with tempfile.TemporaryDirectory() as folder:
        bare, ours = Path(folder, "bare.py"), Path(folder, "ours.py")
        bare.write_text(BARE, encoding="utf-8")
        ours.write_text(HOTLINE, encoding="utf-8")
        seconds(bare), seconds(ours)
        pairs = [(seconds(bare), seconds(ours)) for _ in range(runs)]
    return median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    bare, ours = measure(parser.parse_args().runs)
    print(f"bare click --help  {bare * 1000:6.0f} ms")
    print(f"hotline --help     {ours * 1000:6.0f} ms   {ours / bare:.1f} x (goal: under 3 x)")


if __name__ == "__main__":
    main()
