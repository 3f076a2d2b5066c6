"""Files of every kind that may be sent, and some that only pretend to be."""

from __future__ import annotations

import io
import struct
import wave
import zipfile
import zlib

from PIL import Image


def pdf() -> bytes:
    return picture("PDF")


def picture(form: str, size: tuple[int, int] = (40, 30)) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, (11, 95, 165)).save(made, form)
    return made.getvalue()


def archive(*names: str, content: bytes = b"<x/>") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as parts:
        for name in names:
            parts.writestr(name, content)
    return made.getvalue()


def docx() -> bytes:
    return archive("[Content_Types].xml", "word/document.xml")


def xlsx() -> bytes:
    return archive("[Content_Types].xml", "xl/workbook.xml")


def wav() -> bytes:
    made = io.BytesIO()
    with wave.open(made, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"\0\0" * 800)
    return made.getvalue()


def mp3() -> bytes:
    """Two frames of silence at 128 kbit/s and 44.1 kHz."""
    frame = b"\xff\xfb\x90\x00" + b"\0" * 413
    return frame * 2


def tagged_mp3() -> bytes:
    return b"ID3\x04\x00\x00\x00\x00\x00\x0a" + b"\0" * 10 + mp3()


def exe() -> bytes:
    return b"MZ\x90\x00\x03\x00\x00\x00" + b"\0" * 200


def huge_picture() -> bytes:
    """The head of a PNG of 100 000 × 100 000, in a few hundred bytes."""
    real = bytearray(picture("PNG", (1, 1)))
    real[16:24] = struct.pack(">II", 100_000, 100_000)
    real[29:33] = struct.pack(">I", zlib.crc32(bytes(real[12:29])))
    return bytes(real)


def picture_without_pixels() -> bytes:
    """A PNG whose every part is whole, but none of them is the picture."""
    real = picture("PNG", (1, 1))
    start, end = real.index(b"IDAT") - 4, real.index(b"IEND") - 4
    return real[:start] + real[end:]


def bomb() -> bytes:
    """A few hundred kilobytes that would unpack to 320 MB."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as parts:
        parts.writestr("[Content_Types].xml", b"<x/>")
        parts.writestr("word/document.xml", b"<x/>")
        parts.writestr("word/media/image1.bmp", b"\0" * 320_000_000)
    return made.getvalue()
