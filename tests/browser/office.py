"""An office as a newcomer sets it up: its own folder, the `hotline` command, the real server."""

from __future__ import annotations

import csv
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
COMMAND = Path(sys.executable).with_name("hotline")
PASSWORD = "first-word-2026"


class Office:
    """A folder with a database of its own, worked on through the command line only."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.environ = os.environ | {
            "HOTLINE_CONFIG": str(ROOT / "config.yaml"),
            "HOTLINE_DATABASE_URL": f"sqlite:///{folder}/hotline.db",
            "HOTLINE_SECRET_KEY": "a key for this test run and no other",
            "FIRST_PASSWORD": PASSWORD,
            "PYTHONUTF8": "1",
        }

    def hotline(self, *words: str) -> str:
        done = subprocess.run(
            [COMMAND, *words],
            cwd=self.folder,
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"hotline {' '.join(words)}\n{done.stdout}{done.stderr}"
        return done.stdout

    def write(self, name: str, rows: list[list[object]]) -> str:
        with (self.folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        return name

    def add_user(self, name: str, full_name: str, role: str, *more: str) -> None:
        self.hotline(
            "users", "add", name, "--role", role, "--full-name", full_name,
            "--password-env", "FIRST_PASSWORD", *more,
        )  # fmt: skip

    def configure(self, **more: object) -> None:
        """The repository's configuration with these keys changed, in a file of its own."""
        config = yaml.safe_load(Path(self.environ["HOTLINE_CONFIG"]).read_text(encoding="utf-8"))
        file = self.folder / "config.yaml"
        file.write_text(yaml.safe_dump(config | more, allow_unicode=True), encoding="utf-8")
        self.environ["HOTLINE_CONFIG"] = str(file)

    def serve(self, port: int | None = None) -> Server:
        return Server(self, port or free_port())


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Server:
    """`hotline serve` on that port; it answers once this exists."""

    def __init__(self, office: Office, port: int):
        self.port = port
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = office.folder / "server.log"
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [COMMAND, "serve", "--port", str(self.port), "--workers", "1"],
                cwd=office.folder,
                env=office.environ,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait()

    def _wait(self) -> None:
        until = time.monotonic() + 30
        while not self._answers():
            assert self._process.poll() is None, self.log.read_text(encoding="utf-8")
            assert time.monotonic() < until, "the server did not answer within 30 s"
            time.sleep(0.05)

    def _answers(self) -> bool:
        asking = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            asking.request("GET", "/health")
            return asking.getresponse().status == 200
        except OSError:
            return False
        finally:
            asking.close()

    def stop(self) -> int:
        """Ask it to end, as a service manager would; its exit code."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise
