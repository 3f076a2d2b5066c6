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
    """Every font any page names: is its program inside, as a subset that extracts as Unicode?"""
    found = {}
    with pdfplumber.open(BytesIO(pdf)) as document:
        for page in document.pages:
            for font in resolve1(page.page_obj.resources.get("Font", {})).values():
                font = resolve1(font)
                (inner,) = map(resolve1, resolve1(font.get("DescendantFonts", [font])))
                descriptor = resolve1(inner.get("FontDescriptor")) or {}
                name = font["BaseFont"].name
                inside = resolve1(descriptor.get("FontFile2")) is not None
                subset = re.fullmatch("[A-Z]{6}[+].+", name) is not None
                found[name] = inside and subset and "ToUnicode" in font
    return found
