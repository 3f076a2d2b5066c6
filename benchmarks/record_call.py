"""What it costs to log a call through the web form, as multiples of one raw durable insert.

    .venv/bin/python benchmarks/record_call.py [--write] [--profile]

Both sides write into the same SQLite file (WAL, synchronous=FULL), by turns, in one process. The
form's side is everything a request does: cookie, CSRF, routing, validation, score, journal, commit,
redirect. It is called as a WSGI server calls it.
"""

from __future__ import annotations

import argparse
import contextlib
import cProfile
import os
import platform
import pstats
import re
import secrets
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from datetime import time as hour
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from flask.testing import EnvironBuilder, FlaskClient  # noqa: E402
from results import keep  # noqa: E402
from sqlalchemy import select  # noqa: E402

from hotline import clock  # noqa: E402
from hotline.accounts import users  # noqa: E402
from hotline.app import create_app  # noqa: E402
from hotline.clock import Period  # noqa: E402
from hotline.db import Database  # noqa: E402
from hotline.demo import registry  # noqa: E402
from hotline.demo.registry import DemoLine  # noqa: E402
from hotline.inspection import rounds  # noqa: E402
from hotline.inspection.rounds import NewRound  # noqa: E402
from hotline.models.inspection import Check  # noqa: E402
from hotline.operations import schema  # noqa: E402
from hotline.registry.area_imports import import_areas  # noqa: E402
from hotline.registry.line_imports import import_lines  # noqa: E402
from hotline.rights import Actor  # noqa: E402
from hotline.settings import load  # noqa: E402

GOAL = 8.0
RUNS, CALLS_A_RUN, WARM_UP = 7, 60, 60
PASSWORD = "bench-" + secrets.token_hex(8)
CITY = "130100"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')

RAW = """
INSERT INTO raw_calls (check_id, started_at, attempt, outcome, ring_s, transfer_count,
    transfer_wait_s, hold_total_s, first_human_s, talk_s, answers, critical, number_dialled,
    caller_number, answered_by, scenario, note, inspector, recorded_by, recorded_at,
    idempotency_key, fingerprint)
VALUES (?, ?, 1, 11, 120, NULL, NULL, NULL, 180, 950, ?, '[]', '0311-00000001',
    '0311-00009001', '工号03', '自来水发黄有沉淀，能不能喝', NULL,
    'inspector', 'inspector', ?, ?, ?)
"""


@dataclass
class Timing:
    """Median milliseconds of each run, one run after the other."""

    raw: list[float]
    form: list[float]

    @property
    def ratios(self) -> list[float]:
        return [form / raw for form, raw in zip(self.form, self.raw, strict=True)]


class Bench:
    """A round of the month before, over lines that nobody can ring, in a file of its own."""

    def __init__(self, folder: Path):
        self.settings = load({"HOTLINE_CONFIG": str(ROOT / "config.yaml")})
        self.file = folder / "hotline.db"
        self.database = Database(f"sqlite:///{self.file}")
        schema.upgrade(self.database)
        self.period = Period.month_of(clock.local(clock.now()).date()).before()
        check_ids = self._open_round(WARM_UP + RUNS * CALLS_A_RUN)
        app = create_app(self.settings, self.database, secrets.token_hex(32))
        self.client = app.test_client()
        token = _sign_in(self.client)
        self.app = app
        # A browser has encoded its form before the server's time begins.
        self.requests = iter([self._request(each, token) for each in check_ids])
        self.raw = _raw_connection(self.file)

    def _open_round(self, count: int) -> list[int]:
        operator, now = Actor.operator("bench"), clock.now()
        with self.database.write() as session:
            import_areas(session, operator, registry.areas_file(self.settings), now=now)
            table = registry.lines_file(_lines(count), self.settings)
            import_lines(session, operator, table, demo_numbers=True, now=now)
            profile = users.Profile("city_inspector", "检查员", CITY)
            account = users.NewUser("inspector", PASSWORD, profile, must_change_password=False)
            inspector = users.add(session, operator, account, now=now)
            new = NewRound("city", CITY, self.period.name, inspectors=(inspector.id,))
            opened = rounds.open_round(session, operator, new, settings=self.settings, now=now)
            return list(session.scalars(select(Check.id).where(Check.round_id == opened.id)))

    def log_by_form(self) -> None:
        """One POST of a whole form, answered in good order."""
        said: list[str] = []
        body = self.app(next(self.requests), lambda status, *_: said.append(status))
        b"".join(body)
        if not said[0].startswith("303"):
            raise SystemExit(f"The form was refused: {said[0]}")

    def insert_raw(self) -> None:
        """One row of the same content, alone in its transaction."""
        key = secrets.token_hex(16)
        self.raw.execute("BEGIN IMMEDIATE")
        answers = '{"B1": "yes", "B2": "yes", "B3": "yes", "B4": "yes", "B5": "yes", "D1": "yes"}'
        values = (secrets.randbits(40), key, answers, "2026-11-03 01:30:00", key, key * 2)
        self.raw.execute(RAW, values)
        self.raw.execute("COMMIT")

    def _request(self, check_id: int, token: str) -> dict[str, Any]:
        """What a WSGI server hands over when the form has come in."""
        cookie = self.client.get_cookie("hotline")
        return EnvironBuilder(
            self.app,
            f"/checks/{check_id}/calls",
            method="POST",
            data=self._fields(token),
            headers={"Cookie": f"hotline={cookie.value}"},
        ).get_environ()

    def _fields(self, token: str) -> dict[str, str]:
        moment = clock.at(self.period.first + timedelta(days=9), hour(9, 30))
        items = {item.id: "yes" for item in self.settings.rubric.items if not item.until_close}
        return items | {
            "csrf_token": token,
            "idempotency_key": secrets.token_hex(16),
            "started_at": f"{clock.local(moment):%Y-%m-%d %H:%M:%S}",
            "attempt": "1",
            "outcome": "11",
            "ring_s": "12",
            "transfer_count": "",
            "transfer_wait_s": "",
            "hold_total_s": "",
            "first_human_s": "18",
            "talk_s": "95",
            "answered_by": "工号03",
            "scenario": "自来水发黄有沉淀，能不能喝",
            "caller_number": "0311-00009001",
            "note": "",
        }


def measure(bench: Bench) -> Timing:
    """Runs in which the two sides write by turns, so that a busy moment meets both."""
    _time(bench.insert_raw, WARM_UP)
    _time(bench.log_by_form, WARM_UP)
    timing = Timing([], [])
    for _ in range(RUNS):
        timing.raw.append(_time(bench.insert_raw, CALLS_A_RUN))
        timing.form.append(_time(bench.log_by_form, CALLS_A_RUN))
    return timing


def _time(deed: Callable[[], None], times: int) -> float:
    """The median of doing it so many times, in milliseconds."""
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        deed()
        spent.append(time.perf_counter() - began)
    return statistics.median(spent) * 1000


def report(timing: Timing) -> str:
    """The figures as a table, in Markdown."""
    ratio = statistics.median(timing.ratios)
    spread = f"{min(timing.ratios):.1f}–{max(timing.ratios):.1f}"
    return "\n".join(
        [
            "| one call | median, ms | runs, ms |",
            "|---|--:|---|",
            _row("raw durable insert", timing.raw),
            _row("through the web form", timing.form),
            "",
            f"**{ratio:.1f} ×** the raw insert (runs {spread}); the goal is at most {GOAL:.0f} ×.",
        ]
    )


def _row(name: str, medians: list[float]) -> str:
    runs = " ".join(f"{value:.2f}" for value in medians)
    return f"| {name} | {statistics.median(medians):.2f} | {runs} |"


def _lines(count: int) -> list[DemoLine]:
    [pattern] = [line for line in registry.lines() if line.area_code == CITY]
    return [
        DemoLine(
            line_id=f"B{n:05d}",
            number=registry.demo_number("0311", 8, n),
            unit=f"{n}号水利站",
            level="county",
            area_code=pattern.area_code,
            group=pattern.group,
            owner=pattern.owner,
            duty_hours="",
        )
        for n in range(1, count + 1)
    ]


def _sign_in(client: FlaskClient) -> str:
    """Sign in as a person does; the token that forms carry from then on."""
    token = _TOKEN.search(client.get("/sign-in").text)[1]
    fields = {"csrf_token": token, "name": "inspector", "password": PASSWORD}
    answer = client.post("/sign-in", data=fields)
    if answer.status_code != 302:
        raise SystemExit(f"Signing in was refused: {answer.status}")
    return _TOKEN.search(client.get("/keys").text)[1]


def _raw_connection(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")
    shape = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'calls'").fetchone()[0]
    connection.execute(re.sub(r"\bcalls\b", "raw_calls", shape, count=1))
    return connection


def write(timing: Timing) -> None:
    """Keep the table with the day and the machine it was measured on."""
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, SQLite"
    keep(
        "A call through the web form",
        f"""`benchmarks/record_call.py --write`: one POST of a whole form (session cookie, CSRF,
validation, score, journal, durable commit, redirect; called as a WSGI server calls it) against one
raw insert of such a row into the same SQLite file (WAL, synchronous=FULL). {RUNS} runs of
{CALLS_A_RUN} calls, the two sides by turns, in one process.

{report(timing)}

Measured on {date.today().isoformat()}: {machine} {sqlite3.sqlite_version}.""",
    )


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """The line that each request logs is written, but not onto the screen."""
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stderr(nowhere):
        yield


def main() -> None:
    """Measure, print, and keep the table where --write says so."""
    parser = argparse.ArgumentParser(description="A call through the web form, measured.")
    parser.add_argument("--write", action="store_true", help="keep the result in docs/")
    parser.add_argument("--profile", action="store_true", help="say where the time goes")
    options = parser.parse_args()
    # Beside the data of `make run`, so that it is that disk which is measured.
    (ROOT / "var").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=ROOT / "var") as folder, _quiet():
        bench = Bench(Path(folder))
        if options.profile:
            _time(bench.log_by_form, WARM_UP)
            with cProfile.Profile() as profile:
                _time(bench.log_by_form, 4 * CALLS_A_RUN)
            pstats.Stats(profile, stream=sys.stdout).sort_stats("cumulative").print_stats(60)
            return
        timing = measure(bench)
    print(report(timing))
    if options.write:
        write(timing)


if __name__ == "__main__":
    main()
