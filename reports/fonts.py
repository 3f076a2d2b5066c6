"""Which TrueType face draws which character, and which characters no face has."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError

from reports.identity_face import IdentityFace

FacePaths = Mapping[str, Sequence[str]]
"""The office's own faces by role (a key of `CHAINS`), each tried before the free ones."""


@dataclass(frozen=True)
class WantedFace:
    """One free face (SIL Open Font License) that set-up puts into the package's `faces` folder."""

    package: str  # npm
    version: str
    file: str  # inside the package
    to: str  # inside `faces`


WANTED = (
    WantedFace(
        "@expo-google-fonts/noto-serif-sc",
        "0.4.3",
        "400Regular/NotoSerifSC_400Regular.ttf",
        "NotoSerifSC-Regular.ttf",
    ),
    WantedFace(
        "@expo-google-fonts/noto-serif-sc",
        "0.4.3",
        "700Bold/NotoSerifSC_700Bold.ttf",
        "NotoSerifSC-Bold.ttf",
    ),
    WantedFace(
        "@expo-google-fonts/noto-emoji",
        "0.4.7",
        "400Regular/NotoEmoji_400Regular.ttf",
        "NotoEmoji-Regular.ttf",
    ),
    WantedFace(
        "@expo-google-fonts/shippori-mincho",
        "0.4.1",
        "400Regular/ShipporiMincho_400Regular.ttf",
        "ShipporiMincho-Regular.ttf",
    ),
)

FOLDER = Path(__file__).with_name("faces")
RARE = ("ShipporiMincho-Regular.ttf", "NotoEmoji-Regular.ttf")
SONGTI = ("NotoSerifSC-Regular.ttf", *RARE)
CHAINS = {
    "fangsong": SONGTI,
    "kaiti": SONGTI,
    "heiti": ("NotoSerifSC-Bold.ttf", *SONGTI),
    "songti": SONGTI,
    "xiaobiaosong": ("NotoSerifSC-Bold.ttf", *SONGTI),
}
SYSTEM = (
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
)
JOINERS = frozenset("\u200d\ufe0e\ufe0f")


class FacesMissing(RuntimeError):
    """No usable face for a paper; says which command fetches them."""


@dataclass(frozen=True)
class Chain:
    """Registered faces in the order they are asked for a character."""

    faces: tuple[IdentityFace, ...]

    @property
    def name(self) -> str:
        """The first face: the one that sets the tone of a paragraph."""
        return self.faces[0].fontName

    def face_for(self, character: str) -> IdentityFace | None:
        """None: no face has this character."""
        point = ord(character)
        for face in self.faces:
            if point in face.face.charToGlyph:
                return face
        return None

    def runs(self, text: str) -> list[tuple[str, str]]:
        """The text cut into (face name, piece); a missing character becomes 〔U+XXXX〕.

        A joiner or variation selector stays with the face of the character before it, and is
        left out where that face does not know it: alone it has no shape.
        """
        placed: list[tuple[str, str]] = []
        for character in text:
            if character in JOINERS:
                if placed and self._has(placed[-1][0], character):
                    placed.append((placed[-1][0], character))
                continue
            face = self.face_for(character)
            if face is None:
                placed.append((self.name, f"〔U+{ord(character):04X}〕"))
            else:
                placed.append((face.fontName, character))
        return [
            (name, "".join(piece for _, piece in group))
            for name, group in groupby(placed, key=lambda run: run[0])
        ]

    def plain(self, text: str) -> bool:
        """True where the first face alone can draw all of the text."""
        known = self.faces[0].face.charToGlyph
        return all(ord(character) in known for character in text)

    def _has(self, name: str, character: str) -> bool:
        face = next(face for face in self.faces if face.fontName == name)
        return ord(character) in face.face.charToGlyph


@dataclass(frozen=True)
class Faces:
    """The chains a paper is set in, by role."""

    fangsong: Chain  # 仿宋: text
    kaiti: Chain  # 楷体: （一）
    heiti: Chain  # 黑体: 一、
    songti: Chain  # 宋体: page numbers, and what other faces lack
    xiaobiaosong: Chain  # 小标宋: letterhead and title

    @property
    def body(self) -> Chain:
        return self.fangsong

    @property
    def bold(self) -> Chain:
        return self.xiaobiaosong


_lock = threading.Lock()


def warnings(faces: FacePaths | None = None) -> tuple[str, ...]:
    """The roles that have no face of their own and are set in 宋体 instead."""
    return ()


def load(faces: FacePaths | None = None) -> Faces:
    """The faces for a paper, read from disk once per process.

    Raises FacesMissing where a named file cannot be used or no face can be found at all.
    """
    named = tuple((role, tuple(paths)) for role, paths in sorted((faces or {}).items()))
    unknown = {role for role, _ in named} - set(CHAINS)
    if unknown:
        raise FacesMissing(
            f"未知的字体用途：{'、'.join(sorted(unknown))}；可用 {'、'.join(CHAINS)}"
        )
    with _lock:
        return _load(named)


@lru_cache(maxsize=8)
def _load(named: tuple[tuple[str, tuple[str, ...]], ...]) -> Faces:
    own = dict(named)
    return Faces(**{role: _chain(own.get(role, ()), role) for role in CHAINS})


def _chain(own: tuple[str, ...], role: str) -> Chain:
    paths = [*own, *(str(FOLDER / name) for name in CHAINS[role] if (FOLDER / name).exists())]
    if not paths:
        paths = [path for path in SYSTEM if Path(path).exists()]
    if not paths:
        raise FacesMissing("没有可用的中文字体：请运行 make fonts，或在配置中指明字体文件")
    return Chain(tuple(dict.fromkeys(_register(path) for path in paths)))


def _private(point: int) -> bool:
    return 0xE000 <= point <= 0xF8FF or point >= 0xF0000


@lru_cache(maxsize=32)
def _register(path: str) -> IdentityFace:
    name = Path(path).stem
    while name in pdfmetrics.getRegisteredFontNames():
        name += "-x"
    try:
        font = IdentityFace(name, path)
    except (TTFError, OSError) as problem:
        raise FacesMissing(f"字体文件不能使用：{path}（{problem}）") from problem
    if Path(path).parent == FOLDER or path in SYSTEM:
        # What a free face keeps in the private areas is not what the sender meant by it.
        for point in [p for p in font.face.charToGlyph if _private(p)]:
            del font.face.charToGlyph[point]
    pdfmetrics.registerFont(font)
    return font
