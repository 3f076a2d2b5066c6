"""Set-up: what a fresh machine is told, what is made once, what is pinned, what ships."""

from __future__ import annotations

import configparser
import json
import os
import re
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from packaging.requirements import Requirement

import chromium
import fetch_assets
import local_run
import steps
import virtual_env
import wheel
from hotline.cli import main

ROOT = Path(__file__).resolve().parent.parent


def settings():
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


def requirements():
    parser = settings()
    text = parser["options"]["install_requires"]
    text += "".join(parser["options.extras_require"].values())
    return [Requirement(line) for line in text.splitlines() if line.strip()]


def pins():
    found = {}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        match = re.match(r"([\w.-]+)(?:\[[\w,]+\])?==([\w.]+)(?: ; .*)?$", line)
        if match:
            found[match[1].lower().replace("_", "-")] = match[2]
    return found


# ---- pins


def test_every_dependency_is_pinned_inside_its_range():
    held = pins()
    wrong = [
        str(wanted)
        for wanted in requirements()
        if held.get(wanted.name.lower().replace("_", "-")) not in wanted.specifier
    ]
    assert wrong == []


def test_constraints_hold_exact_versions_and_nothing_else():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    loose = [
        line
        for line in lines
        if line
        and not line.lstrip().startswith("#")
        and not re.match(r"[\w.-]+(?:\[[\w,]+\])?==[\w.]+( ; .+)?$", line)
    ]
    assert loose == []


def test_lock_is_exact_and_knows_no_address():
    wanted = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["dependencies"]
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for name, version in wanted.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name
        assert lock[f"node_modules/{name}"]["version"] == version
    held = {key: value for key, value in lock.items() if key}
    assert all(entry["integrity"].startswith("sha512-") for entry in held.values())
    assert not [key for key, entry in held.items() if "resolved" in entry]


def test_every_kept_asset_comes_from_a_locked_package():
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert {kept.package for kept in fetch_assets.KEPT} <= {
        key.removeprefix("node_modules/") for key in lock
    }
    licensed = {kept.package for kept in fetch_assets.KEPT if "LICENSE" in kept.target}
    assert licensed == {kept.package for kept in fetch_assets.KEPT}


# ---- assets


@pytest.fixture
def small_root(tmp_path):
    (tmp_path / "package-lock.json").write_text("{}")
    (tmp_path / "package.json").write_text("{}")
    modules = tmp_path / "modules"
    for kept in fetch_assets.KEPT:
        source = modules / kept.package / kept.source
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_text(kept.target)
    return tmp_path


def test_assets_are_placed_and_then_left_alone(small_root, monkeypatch):
    assert not fetch_assets.is_complete(small_root)
    fetch_assets.place(small_root / "modules", small_root)
    mark = fetch_assets.mark_of(small_root)
    steps.stamp("assets", mark, small_root / ".stamps")
    assert fetch_assets.is_complete(small_root)
    monkeypatch.setattr(fetch_assets.shutil, "which", lambda name: pytest.fail("looked for npm"))
    fetch_assets.fetch(small_root)


@pytest.mark.parametrize("change", ["lock", "file"])
def test_assets_are_fetched_again_when_something_changed(small_root, change):
    fetch_assets.place(small_root / "modules", small_root)
    steps.stamp("assets", fetch_assets.mark_of(small_root), small_root / ".stamps")
    if change == "lock":
        (small_root / "package-lock.json").write_text('{"packages": {}}')
    else:
        (small_root / fetch_assets.KEPT[-1].target).unlink()
    assert not fetch_assets.is_complete(small_root)


def test_a_file_that_the_package_no_longer_has_is_named(small_root, capsys):
    gone = fetch_assets.KEPT[0]
    (small_root / "modules" / gone.package / gone.source).unlink()
    with pytest.raises(SystemExit):
        fetch_assets.place(small_root / "modules", small_root)
    assert f"{gone.package}/{gone.source}" in capsys.readouterr().err


def test_without_npm_it_says_what_to_install(small_root, monkeypatch, capsys):
    monkeypatch.setattr(fetch_assets.shutil, "which", lambda name: None)
    with pytest.raises(SystemExit) as left:
        fetch_assets.fetch(small_root)
    assert left.value.code == 1
    assert "apt-get install nodejs npm" in capsys.readouterr().err


# ---- Python


def test_an_old_python_or_one_without_venv_is_refused_in_words():
    assert "3.10 is too old" in virtual_env.missing_parts((3, 10), True)
    assert "apt-get install python3.12-venv" in virtual_env.missing_parts((3, 12), False)
    assert virtual_env.missing_parts((3, 11), True) is None


def test_only_what_decides_the_packages_calls_for_a_new_installation(tmp_path):
    text = (ROOT / "setup.cfg").read_text(encoding="utf-8")
    (tmp_path / "constraints.txt").write_text("flask==3.1.3\n")

    def mark(content):
        (tmp_path / "setup.cfg").write_text(content, encoding="utf-8")
        return virtual_env.mark_of(tmp_path)

    before = mark(text)
    assert mark(text + "\n[tool:other]\nx = 1\n") == before
    assert mark(text.replace("Flask >=3.1,<4", "Flask >=3.1,<5")) != before
    (tmp_path / "constraints.txt").write_text("flask==3.1.4\n")
    assert mark(text) != before


# ---- Chromium


def program(path, script):
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_chromium_is_taken_only_if_it_starts(tmp_path, monkeypatch):
    monkeypatch.setattr(chromium, "_playwrights_own", lambda: None)
    program(tmp_path / "chromium-browser", "echo 'needs the chromium snap' >&2; exit 1")
    assert chromium.find({"PATH": str(tmp_path)}) is None
    good = program(tmp_path / "google-chrome", "echo 'Google Chrome 140'")
    assert chromium.find({"PATH": str(tmp_path)}) == str(good)


def test_a_named_chromium_that_does_not_start_is_refused(tmp_path, capsys):
    with pytest.raises(SystemExit):
        chromium.find({"PATH": "", "CHROMIUM": str(tmp_path / "none")})
    assert "does not start" in capsys.readouterr().err


def test_without_the_right_to_install_it_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setattr(chromium.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(chromium.shutil, "which", lambda *_, **__: None)
    with pytest.raises(SystemExit) as left:
        chromium.install()
    assert left.value.code == 1
    assert "apt-get install -y chromium" in capsys.readouterr().err


# ---- a local run


def test_the_secret_is_made_once_and_for_its_owner_only(tmp_path):
    path = tmp_path / "var" / "secret.key"
    key = local_run.secret_key(path)
    assert len(key) >= 43
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert local_run.secret_key(path) == key
    assert local_run.secret_key(tmp_path / "other" / "secret.key") != key


def test_an_empty_secret_is_refused(tmp_path, capsys):
    path = tmp_path / "secret.key"
    path.touch()
    with pytest.raises(SystemExit):
        local_run.secret_key(path)
    assert "empty" in capsys.readouterr().err


def test_a_busy_port_is_refused_with_what_to_do(capsys):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        with pytest.raises(SystemExit):
            local_run.require_free("127.0.0.1", holder.getsockname()[1])
    assert "make run PORT=8001" in capsys.readouterr().err


# ---- long steps


def test_a_long_step_says_that_it_lives(monkeypatch, capsys):
    monkeypatch.setattr(steps, "HEARTBEAT_S", 0.2)
    script = "import time; print('half way', flush=True); time.sleep(1)"
    steps.run_step("Waiting", [sys.executable, "-c", script])
    said = capsys.readouterr().out
    assert said.startswith("Waiting …\n")
    assert "half way" in said
    assert "done in" in said


def test_a_failed_step_shows_its_output_and_the_advice(capsys):
    with pytest.raises(SystemExit) as left:
        steps.run_step(
            "Trying", [sys.executable, "-c", "print('why'); raise SystemExit(3)"], advice="Do this."
        )
    said = capsys.readouterr().err
    assert left.value.code == 1
    assert "why" in said
    assert "exit code 3. Do this." in said


# ---- wheel


def test_a_wheel_without_a_part_is_told_by_the_pattern():
    whole = [pattern.replace("*", "x") for pattern in wheel.WANTED]
    assert wheel.lacking(whole) == []
    assert wheel.lacking(name for name in whole if not name.endswith(".mo")) == [
        "hotline/translations/*.mo"
    ]


# ---- make


def make(*words, **environ):
    env = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **environ}
    return subprocess.run(
        ["make", *words], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )


def test_help_lists_what_can_be_made():
    said = make().stdout
    for target in ("run", "test", "setup", "lint", "bench", "fonts", "wheel", "clean", "help"):
        assert re.search(rf"^  make {target}\s+\w", said, re.MULTILINE), target


@pytest.mark.parametrize("target", ["run", "test"])
def test_without_python_it_says_what_to_install(target):
    done = make(target, "PYTHON=")
    assert done.returncode == 2
    assert "apt-get install python3.11 python3.11-venv" in done.stderr
    assert f"make {target} PYTHON=" in done.stderr


def test_ci_runs_exactly_make_test(tmp_path):
    program(tmp_path / "make", 'echo "$PWD: make $*"')
    done = subprocess.run(
        [ROOT / ".ci" / "run"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}"},
    )
    assert done.stdout == f"{ROOT}: make test\n"


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_readme_begins_with_the_two_commands(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    first = text.split("\n## ")[1]
    assert first.index("make run") < first.index("make test")


def commands_of(group: click.Group, path: tuple[str, ...] = ("hotline",)) -> Iterator[str]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands_of(command, (*path, name))
        else:
            yield " ".join([*path, name])


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_readme_lists_every_command(name):
    told = (ROOT / name).read_text(encoding="utf-8")
    assert [said for said in commands_of(main) if f"\n{said} " not in told] == []
