"""Which TrueType face draws which character, and which characters no face has."""

import struct
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
"""The office's own faces by role, each tried before the free ones."""

FOLDER = Path(__file__).with_name("faces")
ROLES = {
    "fangsong": "仿宋",
    "kaiti": "楷体",
    "heiti": "黑体",
    "songti": "宋体",
    "xiaobiaosong": "小标宋",
}
# The free face of a role, which set-up puts into the package's folder.
FREE = {
    "fangsong": "FandolFang-Regular.ttf",
    "kaiti": "FandolKai-Regular.ttf",
    "heiti": "FandolHei-Regular.ttf",
    "songti": "NotoSerifSC-Regular.ttf",
    "xiaobiaosong": "NotoSerifSC-Bold.ttf",
}
# Asked for what 宋体 lacks: rare hanzi, signs.
RARE = ("ShipporiAntique-Regular.ttf", "NotoEmoji-Regular.ttf")
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
        known: Mapping[int, int] = self.faces[0].face.charToGlyph
        return known.keys() >= set(map(ord, text))

    def _has(self, name: str, character: str) -> bool:
        face = next(face for face in self.faces if face.fontName == name)
        return ord(character) in face.face.charToGlyph


@dataclass(frozen=True)
class Faces:
    """The chains a paper is set in, by role. `borrowed`: the roles that are set in 宋体."""

    fangsong: Chain  # text
    kaiti: Chain  # （一）
    heiti: Chain  # 一、
    songti: Chain  # page numbers, and what other faces lack
    xiaobiaosong: Chain  # letterhead and title
    borrowed: tuple[str, ...] = ()


_lock = threading.Lock()


def warnings(faces: FacePaths | None = None) -> tuple[str, ...]:
    """The roles (仿宋, 楷体 …) that have no face of their own and are set in 宋体 instead."""
    return load(faces).borrowed


def load(faces: FacePaths | None = None) -> Faces:
    """The faces for a paper, read from disk once per process.

    Raises FacesMissing where a named file cannot be used or no face can be found at all.
    """
    named = tuple((role, tuple(paths)) for role, paths in sorted((faces or {}).items()))
    if unknown := {role for role, _ in named} - set(ROLES):
        wrong, right = "、".join(sorted(unknown)), "、".join(ROLES)
        raise FacesMissing(f"未知的字体用途：{wrong}；可用 {right}")
    with _lock:
        return _load(named)


@lru_cache(maxsize=8)
def _load(named: tuple[tuple[str, tuple[str, ...]], ...]) -> Faces:
    own = {role: [*paths] for role, paths in named}
    for role, name in FREE.items():
        own.setdefault(role, []).extend(_there(name))
    system = [path for path in SYSTEM if Path(path).exists()]
    last = own["songti"] or system or next(filter(None, own.values()), [])
    if not last:
        raise FacesMissing("没有可用的中文字体：请运行 make fonts，或在配置中指明字体文件")
    # At the very end what other roles have: better in another hand than refused.
    last = [*last, *_there(*RARE), *(path for paths in own.values() for path in paths)]
    return Faces(
        **{role: _chain([*own[role], *last]) for role in ROLES},
        borrowed=tuple(word for role, word in ROLES.items() if not own[role]),
    )


def _there(*names: str) -> list[str]:
    return [str(FOLDER / name) for name in names if (FOLDER / name).exists()]


def _chain(paths: Sequence[str]) -> Chain:
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
    except (TTFError, OSError, ValueError, LookupError, struct.error) as problem:
        raise FacesMissing(f"字体文件不能使用：{path}（{problem}）") from problem
    if Path(path).parent == FOLDER or path in SYSTEM:
        # What a free face keeps in the private areas is not what the sender meant by it.
        for point in [p for p in font.face.charToGlyph if _private(p)]:
            del font.face.charToGlyph[point]
    pdfmetrics.registerFont(font)
    return font
