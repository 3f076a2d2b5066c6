"""What a round's 196 notices cost to draw, beside Typst and ReportLab as it comes.

    .venv/bin/python benchmarks/papers.py [--write] [--profile]

They draw the same two-page notices by turns, each batch new, in one process; the order
changes from batch to batch. Memory is measured in a process of its own that only draws.
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import os
import platform
import pstats
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from notices import COUNT, notices  # noqa: E402
from results import keep  # noqa: E402

from reports import body_text, official  # noqa: E402
from reports.document import Document  # noqa: E402

BATCHES = 7
TIME_GOAL, SIZE_GOAL_KB, MEMORY_GOAL_MB = 0.8, 150, 120
MEMORY = """
import sys
sys.path[:0] = [{here!r}, {root!r}]
from notices import notices
from reports import official

def peak():
    lines = open("/proc/self/status").read().split("\\n")
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024

before = peak()
for batch in range(3):
    for each in notices(batch):
        official.draw(each)
print(before, peak())
"""


@dataclass
class Side:
    """One of those who draw, with what each batch took and how large its files are."""

    name: str
    draw: Callable[[Document], bytes]
    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    def run(self, papers: list[Document]) -> None:
        gc.collect()
        began, worked = time.perf_counter(), time.process_time()
        made = [self.draw(paper) for paper in papers]
        self.seconds.append(time.perf_counter() - began)
        self.processor.append(time.process_time() - worked)
        self.sizes += map(len, made)

    def row(self, share: float) -> str:
        """Of the table; `share` is of Typst's time."""
        passed, worked = (
            statistics.median(taken) / COUNT * 1000 for taken in (self.seconds, self.processor)
        )
        size, largest = statistics.mean(self.sizes) / 1000, max(self.sizes) / 1000
        times = f"{passed:.1f} | {worked:.1f} | {share:.2f}"
        return f"| {self.name} | {times} | {size:.0f} | {largest:.0f} |"


@dataclass(frozen=True)
class Measured:
    """Everything of one run; `merged` is the print file: seconds, bytes, pages."""

    sides: list[Side]
    merged: tuple[float, int]
    memory: tuple[float, float]

    def ratio(self, name: str) -> list[float]:
        """One side's time to Typst's, batch by batch."""
        taken = {side.name: side.seconds for side in self.sides}
        return [a / b for a, b in zip(taken[name], taken["Typst"], strict=True)]


def draw_anew(document: Document) -> bytes:
    """As if no paper before had a paragraph in common with this one."""
    body_text.forget()
    return official.draw(document)


def measure(batches: int) -> Measured:
    """Batches in which all draw by turns, so that a busy moment meets all."""
    from peers import Platypus, Typst

    sides = [Side("Hotline", official.draw), Side("Hotline, every line set anew", draw_anew)]
    sides += [Side(peer.name, peer.draw) for peer in (Typst(), Platypus())]
    for side in sides:
        side.draw(notices(batches)[0])  # fonts are read
    for batch in range(batches):
        papers = notices(batch)
        turn = batch % len(sides)
        for side in (*sides[turn:], *sides[:turn]):
            side.run(papers)
    began = time.perf_counter()
    merged = len(official.draw_many(notices(batches + 1)))
    return Measured(sides, (time.perf_counter() - began, merged), peak_memory())


def peak_memory() -> tuple[float, float]:
    """Megabytes at the most before and after drawing, in a process of its own."""
    script = MEMORY.format(here=str(Path(__file__).parent), root=str(ROOT))
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    before, after = map(float, done.stdout.split())
    return before, after


def report(made: Measured) -> str:
    """The figures as Markdown, with the goals."""
    rows = [side.row(statistics.median(made.ratio(side.name))) for side in made.sides]
    typst = made.ratio("Hotline")
    before, after = made.memory
    seconds, size = made.merged
    return "\n".join(
        [
            "| a notice, median | ms | ms of a processor | share of Typst's | KB | KB, largest |",
            "|---|--:|--:|--:|--:|--:|",
            *rows,
            "",
            f"Time: **{statistics.median(typst):.2f} ×** Typst's (batches {min(typst):.2f}–"
            f"{max(typst):.2f}); the goal is at most {TIME_GOAL} ×.",
            f"Files: at most {SIZE_GOAL_KB} KB is the goal.",
            f"Memory: {after:.0f} MB at the most, of which drawing took {after - before:.0f} MB;"
            f" the goal is at most {MEMORY_GOAL_MB} MB.",
            f"One print file of all {COUNT}: {seconds:.1f} s, {size / 1e6:.1f} MB.",
        ]
    )


def write(made: Measured) -> None:
    """Keep the table with the day and the machine it was measured on."""
    libraries = ", ".join(f"{name} {version(name)}" for name in ("reportlab", "typst", "isal"))
    keep(
        "Papers",
        f"""`benchmarks/papers.py --write`: {COUNT} notices of two pages in four faces; {BATCHES}
batches of new notices, all by turns in one process. Typst keeps one compiler with its fonts
and writes PDF/A-1b without tags; platypus is used as its manual says.

{report(made)}

Measured on {date.today().isoformat()}: {os.cpu_count()} cores, Python {platform.python_version()},
{libraries}.""",
    )


def main() -> None:
    """Measure, print, and keep the table where --write says so."""
    parser = argparse.ArgumentParser(description="A round's notices, measured.")
    parser.add_argument("--write", action="store_true", help="keep the result in docs/")
    parser.add_argument("--profile", action="store_true", help="say where the time goes")
    parser.add_argument("--batches", type=int, default=BATCHES)
    options = parser.parse_args()
    if options.profile:
        for paper in notices(0):
            official.draw(paper)
        with cProfile.Profile() as profile:
            for paper in notices(1):
                official.draw(paper)
        pstats.Stats(profile, stream=sys.stdout).sort_stats("cumulative").print_stats(60)
        return
    made = measure(options.batches)
    print(report(made))
    if options.write:
        write(made)


if __name__ == "__main__":
    main()
