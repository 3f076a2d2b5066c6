"""Building typefaces: the same sources give the same bytes, and a lack is said, not fatal."""

from __future__ import annotations

import gzip
import hashlib
import tarfile
from dataclasses import replace

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.ttLib import TTFont

import build_faces
import debian_package
from reports.identity_face import IdentityFace

FACE = build_faces.Face("Made.ttf", "made.otf", "paper")


def postscript_face(path, *characters):
    """A face with PostScript outlines, as ReportLab refuses them: a lens a character."""
    names = {ord(character): f"c{i}" for i, character in enumerate(characters)}
    order = [".notdef", *names.values()]
    drawn = {}
    for i, name in enumerate(order):
        pen = T2CharStringPen(1000, None)
        pen.moveTo((100, 100))
        pen.curveTo((100, 600 + i), (400, 800), (900, 800))
        pen.curveTo((900, 300), (600, 100), (100, 100))
        pen.closePath()
        drawn[name] = pen.getCharString()
    builder = FontBuilder(1000, isTTF=False)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap(names)
    builder.setupCFF("Made", {}, drawn, {})
    builder.setupHorizontalMetrics(dict.fromkeys(order, (1000, 100)))
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": "Made", "styleName": "Regular", "psName": "Made"})
    builder.setupOS2(sTypoAscender=880, usWinAscent=880, usWinDescent=120)
    builder.setupPost()
    builder.save(path)


def characters(path) -> set[str]:
    with TTFont(path) as face:
        return set(map(chr, face.getBestCmap()))


@pytest.fixture
def folder(tmp_path):
    postscript_face(tmp_path / "made.otf", "水", "利", "\ue001")
    return tmp_path


def test_postscript_outlines_become_truetype_ones_that_can_be_embedded(folder):
    build_faces.build(FACE, folder, folder / "Made.ttf")
    assert IdentityFace("made", str(folder / "Made.ttf")).stringWidth("水利", 10) == 20
    assert characters(folder / "Made.ttf") == {"利", "水"}
    with TTFont(folder / "Made.ttf") as made:
        assert build_faces.CHANGED in {str(record) for record in made["name"].names}
        name = made.getBestCmap()[ord("水")]
        assert made["hmtx"][name] == (1000, 100)
        box = made["glyf"][name]
        assert (box.xMin, box.yMin, box.xMax, box.yMax) == (100, 100, 900, 800)


def test_the_same_source_gives_the_same_bytes(folder):
    build_faces.build(FACE, folder, folder / "one.ttf")
    build_faces.build(FACE, folder, folder / "other.ttf")
    assert (folder / "one.ttf").read_bytes() == (folder / "other.ttf").read_bytes()
    assert not list(folder.glob(".*.part"))


def test_only_what_another_face_lacks_is_kept(folder):
    postscript_face(folder / "Other.ttf", "水")
    build_faces.build(replace(FACE, keep="beyond Other.ttf"), folder, folder / "Made.ttf")
    assert characters(folder / "Made.ttf") == {"利", "\ue001"}


# ---- where the package cannot be had


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A checkout of its own with one face out of npm, and one out of Debian still to be had."""
    (tmp_path / "package-lock.json").write_text("{}")
    sources = tmp_path / build_faces.SOURCES
    sources.mkdir(parents=True)
    postscript_face(sources / "made.otf", "水")
    postscript_face(tmp_path / "debian.otf", "利")
    digest = hashlib.sha256((tmp_path / "debian.otf").read_bytes()).hexdigest()
    monkeypatch.setattr(build_faces, "NPM", (FACE,))
    wanted = (build_faces.Face("Debian.ttf", "debian.otf", "paper", digest),)
    monkeypatch.setattr(build_faces, "DEBIAN", wanted)
    return tmp_path


@pytest.fixture
def asked(root, monkeypatch):
    """Stands for apt; `asked.answer` is what it says is wrong, None: it gives the files."""

    class Asked:
        answer: str | None = None
        times = 0

        def unpack(self, package, wanted, folder):
            self.times += 1
            if self.answer is None:
                for path in wanted:
                    (folder / path).parent.mkdir(parents=True, exist_ok=True)
                    (folder / path).write_bytes(self.content(path))
            return self.answer

        def content(self, path):
            if path.endswith(".otf"):
                return (root / "debian.otf").read_bytes()
            return gzip.compress(b"Licence") if path.endswith(".gz") else b"Read me"

    made = Asked()
    monkeypatch.setattr(debian_package, "unpack", made.unpack)
    return made


def test_all_is_built_once(root, asked, capsys):
    build_faces.prepare(root)
    faces = root / build_faces.FACES
    assert {path.name for path in faces.iterdir()} == {
        "Made.ttf",
        "Debian.ttf",
        "LICENSE.Fandol.txt",
    }
    licence = (faces / "LICENSE.Fandol.txt").read_text(encoding="utf-8")
    assert all(words in licence for words in (build_faces.CHANGED, "Read me", "Licence"))
    capsys.readouterr()
    build_faces.prepare(root)
    assert asked.times == 1
    assert capsys.readouterr().out == ""


def test_without_the_package_set_up_goes_on_and_says_what_papers_do(root, asked, capsys):
    asked.answer = "apt-get is not on this machine."
    build_faces.prepare(root)
    said = capsys.readouterr().out
    assert "宋体 where 仿宋, 楷体 and 黑体 belong: apt-get is not on this machine." in said
    assert "make fonts" in said
    assert (root / build_faces.FACES / "Made.ttf").is_file()
    build_faces.prepare(root)
    assert asked.times == 1  # the next `make run` does not wait for it again
    asked.answer = None
    build_faces.prepare(root, again=True)
    made = root / build_faces.FACES / "Debian.ttf"
    assert made.is_file()
    made.unlink()
    build_faces.prepare(root)
    assert made.is_file()


def test_a_face_that_is_not_the_known_one_is_refused_by_name(root, asked, capsys):
    postscript_face(root / "debian.otf", "电")
    build_faces.prepare(root)
    assert "debian.otf in texlive-lang-chinese is not the file that is known" in (
        capsys.readouterr().out
    )
    assert not (root / build_faces.FACES / "Debian.ttf").exists()


@pytest.mark.parametrize("change", ["lock", "file", "source"])
def test_faces_are_built_again_when_something_changed(root, asked, capsys, change):
    build_faces.prepare(root)
    capsys.readouterr()
    made = root / build_faces.FACES / "Debian.ttf"
    if change == "lock":
        (root / "package-lock.json").write_text('{"packages": {}}')
    else:
        made.unlink()
    if change == "source":
        (root / build_faces.SOURCES / "debian.otf").unlink()
    build_faces.prepare(root)
    assert "Building" in capsys.readouterr().out
    assert made.is_file()
    assert asked.times == (2 if change == "source" else 1)


# ---- the package itself


@pytest.fixture
def tools(tmp_path, monkeypatch):
    """apt-get and dpkg-deb as scripts, which write down each command; the package is a tar."""
    programs = tmp_path / "programs"
    programs.mkdir()
    with tarfile.open(tmp_path / "package.tar", "w") as tar:
        (tmp_path / "face.otf").write_bytes(b"outlines")
        tar.add(tmp_path / "face.otf", "./usr/share/face.otf")
    log = tmp_path / "log"

    def program(name, script):
        path = programs / name
        path.write_text(f'#!/bin/sh\necho "{name} $*" >> {log}\n{script}\n')
        path.chmod(0o755)

    program("dpkg-deb", f"cat {tmp_path}/package.tar")
    program("apt-get", f"cp {tmp_path}/package.tar faces_1_all.deb")
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    program.log = log
    program.tar = tmp_path / "package.tar"
    return program


def test_wanted_files_come_out_of_the_package(tools, tmp_path):
    folder = tmp_path / "out"
    assert debian_package.unpack("faces", ["usr/share/face.otf"], folder) is None
    assert (folder / "usr/share/face.otf").read_bytes() == b"outlines"
    assert not list(folder.glob("*.deb"))


def test_lists_of_our_own_are_fetched_where_the_system_has_none(tools, tmp_path):
    script = 'case "$*" in download*) echo "E: no such package"; exit 100;; *update) ;; '
    tools("apt-get", script + f"*) cp {tools.tar} faces_1_all.deb;; esac")
    folder = tmp_path / "out"
    assert debian_package.unpack("faces", ["usr/share/face.otf"], folder) is None
    own = f"-o Dir::State::Lists={folder}/lists"
    commands = [line for line in tools.log.read_text().splitlines() if line.startswith("apt-get")]
    assert commands[0] == "apt-get download faces"
    assert [own in command for command in commands] == [False, True, True]


def test_what_apt_said_last_is_told(tools, tmp_path):
    tools("apt-get", 'echo "E: Temporary failure resolving"; exit 100')
    answer = debian_package.unpack("faces", ["usr/share/face.otf"], tmp_path / "out")
    assert answer == "apt-get update failed: E: Temporary failure resolving"


def test_a_package_without_the_file_is_told(tools, tmp_path):
    answer = debian_package.unpack("faces", ["usr/share/other.otf"], tmp_path / "out")
    assert "usr/share/other.otf" in answer


def test_a_machine_without_apt_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    answer = debian_package.unpack("faces", [], tmp_path / "out")
    assert answer == "apt-get is not on this machine."
