"""What a file is, told by its content and never by its name."""

import io
import struct
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass

MOST_PIXELS = 60_000_000
_MOST_PARTS = 3_000
_MOST_UNPACKED = 300_000_000
_MPEG_RATES = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_MPEG_SAMPLES = (44_100, 48_000, 32_000)


@dataclass(frozen=True)
class Kind:
    """One kind of file. `suffixes`: the endings that its name may have."""

    name: str
    media_type: str
    suffixes: tuple[str, ...]


_OFFICE = "application/vnd.openxmlformats-officedocument."
KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("pdf", "application/pdf", ("pdf",)),
        Kind("jpg", "image/jpeg", ("jpg", "jpeg")),
        Kind("png", "image/png", ("png",)),
        Kind("docx", f"{_OFFICE}wordprocessingml.document", ("docx",)),
        Kind("xlsx", f"{_OFFICE}spreadsheetml.sheet", ("xlsx",)),
        Kind("mp3", "audio/mpeg", ("mp3",)),
        Kind("wav", "audio/wav", ("wav",)),
    )
}


class Unsafe(ValueError):
    """It is of a kind, but unpacks or paints to more than a machine should be asked to hold."""


def kind_of(content: bytes) -> Kind | None:
    """None if it is of no kind we know, broken, or with macros. Raises Unsafe."""
    if content.startswith(b"%PDF-"):
        return KINDS["pdf"] if b"%%EOF" in content[-2048:] else None
    if content.startswith(b"\xff\xd8\xff"):
        return KINDS["jpg"] if _paints(content, "JPEG") else None
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return KINDS["png"] if _paints(content, "PNG") else None
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    if content.startswith(b"RIFF") and content[8:12] == b"WAVE":
        return KINDS["wav"] if b"fmt " in content[12:4096] else None
    if content.startswith(b"ID3") or _mpeg_frames(content):
        return KINDS["mp3"]
    return None


def _paints(content: bytes, form: str) -> bool:
    """Can the picture be decoded? Its size is looked at before a pixel of it is."""
    from PIL import JpegImagePlugin, PngImagePlugin

    # Image.open only warns of sizes it finds too large; the plugins read the head alone.
    plugin = {"JPEG": JpegImagePlugin.JpegImageFile, "PNG": PngImagePlugin.PngImageFile}[form]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with plugin(io.BytesIO(content)) as picture:
                width, height = picture.size
                if width * height > MOST_PIXELS:
                    raise Unsafe("pixels")
                if form == "PNG":
                    picture.verify()
                else:
                    # An eighth of the size is decoded from the same data, for far less.
                    picture.draft("L", (width // 8, height // 8))
                    picture.load()
    except Unsafe:
        raise
    except Exception:  # what a decoder raises over a broken picture is told nowhere
        return False
    return True


def _office(content: bytes) -> Kind | None:
    """A Word or Excel file of today, by the parts in its archive; nothing is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error):
        return None
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNPACKED:
        raise Unsafe("archive")
    names = {part.filename for part in parts}
    if "[Content_Types].xml" not in names or any("vbaProject" in name for name in names):
        return None
    if "word/document.xml" in names:
        return KINDS["docx"]
    return KINDS["xlsx"] if "xl/workbook.xml" in names else None


def _mpeg_frames(content: bytes) -> bool:
    """Two frames of MPEG 1 layer III, the second where the first says it ends."""
    length = _mpeg_frame(content[:4])
    return length > 0 and _mpeg_frame(content[length : length + 4]) > 0


def _mpeg_frame(head: bytes) -> int:
    """The length of the frame; 0 if this is none."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xFE != 0xFA:
        return 0
    rate, samples, padding = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if not 0 < rate < len(_MPEG_RATES) or samples == 3:
        return 0
    return 144_000 * _MPEG_RATES[rate] // _MPEG_SAMPLES[samples] + padding
