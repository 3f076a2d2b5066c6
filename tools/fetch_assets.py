"""Fetches the pinned browser assets and typefaces and puts them where the packages carry them.

    python3.11 tools/fetch_assets.py

What is fetched is pinned by package-lock.json; what is kept of it is `KEPT`. A second run does
nothing while the lock, the list and the files are the same.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from steps import ROOT, fingerprint, is_stamped, refuse, run_step, say, stamp

VENDOR = "hotline/web/static/vendor"
FACES = "reports/faces"
SOURCES = ".stamps/faces"  # what build_faces.py makes faces of
SERIF = "@expo-google-fonts/noto-serif-sc"
EMOJI = "@expo-google-fonts/noto-emoji"
RARE = "@expo-google-fonts/shippori-antique"
NPM_NEEDED = (
    "npm (Node.js 18 or newer) is needed once, to fetch the browser assets and typefaces.\n"
    "Debian 12, Ubuntu: apt-get install nodejs npm"
)


@dataclass(frozen=True)
class Kept:
    """One file: the package and path it comes from, the path in this repository."""

    package: str
    source: str
    target: str


KEPT = (
    Kept("bootstrap", "dist/css/bootstrap.min.css", f"{VENDOR}/bootstrap.min.css"),
    Kept("bootstrap", "dist/js/bootstrap.bundle.min.js", f"{VENDOR}/bootstrap.bundle.min.js"),
    Kept("bootstrap", "LICENSE", f"{VENDOR}/LICENSE.bootstrap.txt"),
    Kept("@popperjs/core", "LICENSE.md", f"{VENDOR}/LICENSE.popper.txt"),
    Kept("htmx.org", "dist/htmx.min.js", f"{VENDOR}/htmx.min.js"),
    Kept("htmx.org", "LICENSE", f"{VENDOR}/LICENSE.htmx.txt"),
    Kept("echarts", "dist/echarts.min.js", f"{VENDOR}/echarts.min.js"),
    Kept("echarts", "LICENSE", f"{VENDOR}/LICENSE.echarts.txt"),
    Kept("echarts", "NOTICE", f"{VENDOR}/NOTICE.echarts.txt"),
    Kept("zrender", "LICENSE", f"{VENDOR}/LICENSE.zrender.txt"),
    Kept(SERIF, "400Regular/NotoSerifSC_400Regular.ttf", f"{FACES}/NotoSerifSC-Regular.ttf"),
    Kept(SERIF, "700Bold/NotoSerifSC_700Bold.ttf", f"{SOURCES}/NotoSerifSC-Bold.ttf"),
    Kept(SERIF, "LICENSE_FONT", f"{FACES}/LICENSE.NotoSerifSC.txt"),
    Kept(EMOJI, "400Regular/NotoEmoji_400Regular.ttf", f"{FACES}/NotoEmoji-Regular.ttf"),
    Kept(EMOJI, "LICENSE_FONT", f"{FACES}/LICENSE.NotoEmoji.txt"),
    Kept(
        RARE,
        "400Regular/ShipporiAntique_400Regular.ttf",
        f"{SOURCES}/ShipporiAntique-Regular.ttf",
    ),
    Kept(RARE, "LICENSE_FONT", f"{FACES}/LICENSE.ShipporiAntique.txt"),
)


def mark_of(root: Path) -> str:
    """A hash of the lock and of the list of kept files."""
    return fingerprint((root / "package-lock.json").read_bytes(), repr(KEPT))


def is_complete(root: Path) -> bool:
    """Whether every kept file lies in its place, from the present lock."""
    return is_stamped("assets", mark_of(root), root / ".stamps") and all(
        (root / kept.target).is_file() for kept in KEPT
    )


def place(modules: Path, root: Path) -> None:
    """Copy the kept files out of an installed `node_modules`; a missing one is refused by name."""
    absent = [k for k in KEPT if not (modules / k.package / k.source).is_file()]
    if absent:
        refuse(
            "Not in the fetched packages: " + ", ".join(f"{k.package}/{k.source}" for k in absent)
        )
    for kept in KEPT:
        target = root / kept.target
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{target.name}.part")
        shutil.copyfile(modules / kept.package / kept.source, part)
        part.replace(target)


def fetch(root: Path = ROOT) -> None:
    """Bring the assets to the state of the lock."""
    if is_complete(root):
        return
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        refuse(NPM_NEEDED)
    (root / ".stamps").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="assets-", dir=root / ".stamps") as work:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(root / name, work)
        run_step(
            "Fetching browser assets and typefaces with npm",
            [
                npm,
                "ci",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--omit-lockfile-registry-resolved",
                "--loglevel",
                "http",
            ],
            cwd=Path(work),
            advice="Check the network and the proxy settings, then run the same command again.",
        )
        place(Path(work) / "node_modules", root)
    stamp("assets", mark_of(root), root / ".stamps")
    size = sum((root / kept.target).stat().st_size for kept in KEPT)
    say(f"{len(KEPT)} files, {size / 1e6:.0f} MB, in {VENDOR} and {FACES}.")


if __name__ == "__main__":
    fetch()
