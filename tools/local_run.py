"""Starts Hotline on this machine: secret key, database, demo data, server.

    .venv/bin/python tools/local_run.py [--host 127.0.0.1] [--port 8000]

Safe to repeat: what is there is kept. Data and key live in `var/`.
"""

from __future__ import annotations

import argparse
import os
import secrets
import socket
import subprocess
from pathlib import Path

from steps import ROOT, refuse, say


def secret_key(path: Path) -> str:
    """The key kept in `path`; made once, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        key = path.read_text(encoding="utf-8").strip()
        if not key:
            refuse(
                f"{path} is empty. Delete it and run again: a new key is made, "
                "everyone signs in anew."
            )
        return key
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        key = secrets.token_urlsafe(48)
        file.write(key + "\n")
    return key


def require_free(host: str, port: int) -> None:
    """Refuse, before anything is touched, when the port cannot be had."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            refuse(
                f"{host}:{port} cannot be used ({error.strerror}).\n"
                "Stop the program that holds it, or take another:  make run PORT=8001"
            )


def command(root: Path) -> str:
    """The installed `hotline` program."""
    return str(root / ".venv" / "bin" / "hotline")


def main() -> None:
    """Prepare and serve; the server takes this process over, so Ctrl-C reaches it."""
    parser = argparse.ArgumentParser(description="Start Hotline on this machine.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()
    require_free(options.host, options.port)
    env = dict(os.environ)
    env.setdefault("HOTLINE_SECRET_KEY", secret_key(ROOT / "var" / "secret.key"))
    for verb in ("init", "demo"):
        done = subprocess.run([command(ROOT), verb], env=env, cwd=ROOT, check=False)
        if done.returncode:
            refuse(f"hotline {verb} failed with exit code {done.returncode}.")
    say(f"\nHotline: http://{options.host}:{options.port}    (Ctrl-C ends it)\n")
    os.chdir(ROOT)
    serve = [command(ROOT), "serve", "--host", options.host, "--port", str(options.port)]
    os.execve(serve[0], serve, env)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        refuse("Stopped.")
