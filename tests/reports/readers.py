"""What a reader of a finished file sees."""

import re
from io import BytesIO

import pdfplumber
import pypdfium2
from pdfminer.pdftypes import resolve1


def text_of(pdf: bytes) -> str:
    """All text without white space and page numbers: where it breaks is not at stake."""
    return "".join(re.sub(r"^—\d+—|—\d+—$", "", page) for page in pages_of(pdf))


def pages_of(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [squeeze(page.get_textpage().get_text_range()) for page in document]
    finally:
        document.close()


def squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)


def fonts_of(pdf: bytes) -> dict[str, bool]:
    """Every font any page names, with whether its program is inside the file."""
    found = {}
    with pdfplumber.open(BytesIO(pdf)) as document:
        for page in document.pages:
            for font in resolve1(page.page_obj.resources.get("Font", {})).values():
                font = resolve1(font)
                font = resolve1((font.get("DescendantFonts") or [font])[0])
                descriptor = resolve1(font.get("FontDescriptor")) or {}
                program = resolve1(descriptor.get("FontFile2"))
                found[font["BaseFont"].name] = program is not None
    return found
