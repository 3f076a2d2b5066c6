"""Builds the typefaces that papers are set in, once; a second run does nothing.

    .venv/bin/python tools/build_faces.py [--again]

仿宋, 楷体 and 黑体 come out of a Debian package, whose outlines ReportLab cannot read: they are
turned into TrueType outlines. Others are cut down to the characters a paper may need. The same
sources give the same bytes. Where the package cannot be had, the set-up goes on without these
faces, papers use 宋体 for them, and only `--again` (`make fonts`) tries once more.
"""

from __future__ import annotations

import gzip
import hashlib
import shutil
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import dataclass
from inspect import getsource
from pathlib import Path

import fontTools
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont, newTable

import debian_package
from fetch_assets import FACES, SOURCES
from steps import HEARTBEAT_S, ROOT, fingerprint, is_stamped, say, stamp

PACKAGE = "texlive-lang-chinese"
INSIDE = "usr/share/texlive/texmf-dist/fonts/opentype/public/fandol/"
LICENCE = "usr/share/doc/texlive-doc/fonts/fandol/COPYING.gz"
README = "usr/share/doc/texlive-doc/fonts/fandol/README"
LICENCE_TO = "LICENSE.Fandol.txt"
ALLOWED_ERROR = 1.0  # of an outline, in thousandths of the character's size
CHANGED = "Changed for Hotline: TrueType outlines in place of PostScript ones, fewer characters."


@dataclass(frozen=True)
class Face:
    """A face to build: the file it is made of, and which characters of it are kept."""

    target: str
    source: str
    keep: str  # "paper", or "beyond FILE": what another face lacks
    sha256: str = ""  # of what comes out of a Debian package


DEBIAN = (
    Face(
        "FandolFang-Regular.ttf",
        "FandolFang-Regular.otf",
        "paper",
        "d838ad32ce2244d8144f408c37fe71065aba6fbbc80759a4d2aa2033948d5bc9",
    ),
    Face(
        "FandolKai-Regular.ttf",
        "FandolKai-Regular.otf",
        "paper",
        "ea7e7fb4f9b3ac694a68d43946e04d21deed6e8c29a7c2d3081e1a4138f2f827",
    ),
    Face(
        "FandolHei-Regular.ttf",
        "FandolHei-Regular.otf",
        "paper",
        "4afa97aa8751e0118617df88272b58d43691b5cffb7ea024c4580496e9f34d28",
    ),
)
NPM = (
    Face("NotoSerifSC-Bold.ttf", "NotoSerifSC-Bold.ttf", "paper"),
    Face(
        "ShipporiAntique-Regular.ttf",
        "ShipporiAntique-Regular.ttf",
        "beyond NotoSerifSC-Regular.ttf",
    ),
)


def paper_characters() -> set[int]:
    """What a paper may need: Latin, GB 2312, 通用规范汉字表 of 2013, and marks beyond them."""
    rows = (bytes([row, cell]) for row in range(0xA1, 0xF8) for cell in range(0xA1, 0xFF))
    chinese = "".join(row.decode("gb2312", "ignore") for row in rows)
    lines = Path(__file__).with_name("hanzi_beyond_gb2312.txt").read_text(encoding="utf-8")
    more = lines.replace("\n", "")
    marks = "–—―‖‘’“”†‡•‥…‰′″※€℃℅℉№℡™①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳■□▲△▼▽◆◇○◎●★☆☎✓✔〇〔〕〖〗㎎㎏㎜㎝㎞㎡㎥㏄"
    forms = range(0xFF01, 0xFF5F)  # full-width Latin
    return {*range(0x20, 0x7F), *range(0xA0, 0x100), *forms, *map(ord, chinese + more + marks)}


def build(face: Face, sources: Path, target: Path) -> None:
    """Write one face; what is there already is replaced at the end only."""
    options = Options()
    options.layout_features = []
    options.hinting = options.glyph_names = options.recalc_timestamp = False
    options.notdef_outline = True
    options.name_IDs = ["*"]
    options.drop_tables += ["GPOS", "GSUB", "GDEF", "BASE", "VORG", "vhea", "vmtx", "STAT", "DSIG"]
    subsetter = Subsetter(options)
    part = target.with_name(f".{target.name}.part")
    with TTFont(sources / face.source, recalcTimestamp=False, lazy=True) as font:
        subsetter.populate(unicodes=_kept(face, font, target.parent))
        subsetter.subset(font)
        if "CFF " in font:
            _to_truetype(font)
        font.save(part, reorderTables=True)
    part.replace(target)


def _kept(face: Face, font: TTFont, made: Path) -> set[int]:
    if face.keep == "paper":
        return paper_characters()
    with TTFont(made / face.keep.removeprefix("beyond "), lazy=True) as other:
        return set(font.getBestCmap()) - set(other.getBestCmap())


def _to_truetype(font: TTFont) -> None:
    """Cubic outlines into quadratic ones; the rest of the tables accordingly."""
    glyphs, order = font.getGlyphSet(), font.getGlyphOrder()
    outlines = {}
    for name in order:
        pen = TTGlyphPen(None)
        glyphs[name].draw(Cu2QuPen(pen, ALLOWED_ERROR, reverse_direction=True))
        outlines[name] = pen.glyph()
    del font["CFF "]
    font["loca"] = newTable("loca")
    font["glyf"] = glyf = newTable("glyf")
    glyf.glyphOrder, glyf.glyphs = order, outlines
    maxp = font["maxp"]
    maxp.tableVersion = 0x00010000
    for name in ("Zones", "TwilightPoints", "Storage", "FunctionDefs", "InstructionDefs"):
        setattr(maxp, f"max{name}", 1 if name == "Zones" else 0)
    for name in ("StackElements", "SizeOfInstructions", "ComponentElements"):
        setattr(maxp, f"max{name}", 0)
    font["post"].formatType = 3.0
    font["head"].glyphDataFormat = 0
    font.sfntVersion = "\0\1\0\0"
    font["name"].setName(CHANGED, 10, 3, 1, 0x409)


def mark_of(faces: Iterable[Face], root: Path) -> str:
    """A hash of what decides the faces' bytes."""
    recipe = [getsource(step) for step in (build, _kept, _to_truetype)]
    recipe += [str(ALLOWED_ERROR), CHANGED, repr(sorted(paper_characters())), fontTools.version]
    return fingerprint(repr(faces), (root / "package-lock.json").read_bytes(), *recipe)


def prepare(root: Path = ROOT, again: bool = False) -> None:
    """Bring the faces to the state of their sources, those out of Debian if they can be had."""
    sources, target = root / SOURCES, root / FACES
    _step("faces-npm", NPM, sources, target, root)
    mark = mark_of(DEBIAN, root)
    if again or not is_stamped("faces-without", mark, root / ".stamps"):
        _step("faces-debian", DEBIAN, sources, target, root, fetch=_from_debian)
        if is_stamped("faces-debian", mark, root / ".stamps"):
            (root / ".stamps" / "faces-without").unlink(missing_ok=True)
        else:
            stamp("faces-without", mark, root / ".stamps")


def _step(
    name: str,
    faces: tuple[Face, ...],
    sources: Path,
    target: Path,
    root: Path,
    fetch: Callable[[Path, Path], str | None] = lambda sources, target: None,
) -> None:
    """Build a group of faces if its stamp or a file is missing; no stamp if they cannot be had."""
    mark = mark_of(faces, root)
    there = all((target / face.target).is_file() for face in faces)
    if there and is_stamped(name, mark, root / ".stamps"):
        return
    target.mkdir(parents=True, exist_ok=True)
    if (problem := fetch(sources, target)) is not None:
        say(
            f"\nPapers are set in 宋体 where 仿宋, 楷体 and 黑体 belong: {problem}\n"
            "`make fonts` tries again; or name files of your own in config.yaml (papers.fonts).\n"
        )
        return
    say(f"Building {len(faces)} typefaces (up to a minute, once) …")
    began = time.monotonic()
    with ProcessPoolExecutor() as pool:
        made = {pool.submit(build, face, sources, target / face.target): face for face in faces}
        waiting = set(made)
        while waiting:
            done, waiting = wait(waiting, HEARTBEAT_S, FIRST_COMPLETED)
            for one in done:
                one.result()
            names = ", ".join(sorted(made[one].target for one in done)) or "still building"
            say(f"  {time.monotonic() - began:.0f} s  {names}")
    stamp(name, mark, root / ".stamps")


def _from_debian(sources: Path, target: Path) -> str | None:
    """Put the Debian faces among the sources, their licence beside the faces; or say why not."""
    absent = [face for face in DEBIAN if _digest(sources / face.source) != face.sha256]
    licence = target / LICENCE_TO
    if not absent and licence.is_file():
        return None
    wanted = [*(INSIDE + face.source for face in DEBIAN), LICENCE, README]
    folder = sources / "debian"
    try:
        if (problem := debian_package.unpack(PACKAGE, wanted, folder)) is not None:
            return problem
        for face in DEBIAN:
            found = folder / INSIDE / face.source
            if _digest(found) != face.sha256:
                return f"{face.source} in {PACKAGE} is not the file that is known."
            found.replace(sources / face.source)
        words = (folder / README).read_text(encoding="utf-8")
        text = gzip.decompress((folder / LICENCE).read_bytes()).decode()
        licence.write_text(f"{CHANGED}\n\n{words}\n{text}", encoding="utf-8")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return None


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


if __name__ == "__main__":
    prepare(again="--again" in sys.argv[1:])
