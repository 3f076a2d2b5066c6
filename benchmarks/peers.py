"""The same papers as others draw them: Typst, and ReportLab as it comes.

Both get the same words, faces and sizes and are called as their users would for many papers in
one process: Typst with one compiler and its fonts as paths, platypus with its fonts registered.
Their pages are simpler than ours: no grid of 28 x 22, no rule about what may end a line.
"""

from __future__ import annotations

import json
from functools import partial
from io import BytesIO
from xml.sax.saxutils import escape

import typst
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    Flowable,
    HRFlowable,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from reports.document import Document, Grid, Heading
from reports.fonts import FOLDER, FREE
from reports.inks import RED
from reports.periods import date_words
from reports.tables import shown

FAMILIES = {
    "fangsong": "FandolFang R",
    "kaiti": "FandolKai",
    "heiti": "FandolHei",
    "xiaobiaosong": "Noto Serif SC",
}
_HEAD = f"""
#set page(paper: "a4", margin: (top: 37mm, left: 28mm, right: 26mm, bottom: 35mm),
  footer: context if here().page() > 1 {{
    align(right, text(14pt)[— #counter(page).display() —])
  }})
#set text(font: ("{FAMILIES["fangsong"]}", "{FAMILIES["xiaobiaosong"]}"), size: 16pt, lang: "zh")
#set par(justify: true, first-line-indent: (amount: 2em, all: true),
  leading: 13.6pt, spacing: 13.6pt)
#let kai(it) = text(font: "{FAMILIES["kaiti"]}", it)
#let hei(it) = text(font: "{FAMILIES["heiti"]}", it)
#let biao(size, fill, it) = align(center,
  text(font: "{FAMILIES["xiaobiaosong"]}", weight: "bold", size: size, fill: fill, it))
"""


class Typst:
    """One compiler for all papers, so that it reads its fonts once."""

    name = "Typst"

    def __init__(self) -> None:
        fonts = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FOLDER)]
        )
        self.compiler = typst.Compiler(font_paths=fonts)

    def draw(self, document: Document) -> bytes:
        source = (_HEAD + "\n".join(_typst(document))).encode()
        # Tags are not part of PDF/A-1b and would cost it time.
        made = self.compiler.compile(
            input=source, format="pdf", pdf_standards="a-1b", pdf_tags=False
        )
        assert isinstance(made, bytes)
        return made


def _typst(document: Document) -> list[str]:
    red, black = 'rgb("#e5463c")', "black"
    lines = [
        f"#biao(36pt, {red}, {_quoted(document.letterhead)})",
        f"#line(length: 100%, stroke: 2pt + {red})#v(-12pt)",
        f"#line(length: 100%, stroke: 1pt + {red})",
        f"#align(right, {_quoted(document.number)})",
        f"#biao(22pt, {black}, {_quoted(document.title)})",
        f"#par(first-line-indent: 0em, {_quoted(document.addressee + '：')})",
    ]
    for block in document.body:
        if isinstance(block, Heading):
            lines.append(f"#par(hei({_quoted(block.text)}))")
        elif isinstance(block, Grid):
            cells = [c.head for c in block.columns]
            for row in block.rows:
                kinds = (c.kind for c in block.columns)
                cells += [shown(cell, kind) for cell, kind in zip(row, kinds, strict=True)]
            widths = ", ".join(f"{c.width}fr" for c in block.columns)
            lines.append(f"#par({_quoted(block.caption)})")
            lines.append(
                f"#text(12pt, table(columns: ({widths}), {', '.join(map(_quoted, cells))}))"
            )
        else:
            lines.append(f"#par[#kai({_quoted(block.lead)})#{_quoted(block.text)}]")
    lines.append(f"#v(2em)#align(right, {_quoted(document.signature)})")
    lines.append(f"#align(right, {_quoted(date_words(document.date))})")
    lines.append(f"#par({_quoted('（' + document.note + '）')})")
    return lines


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


class Platypus:
    """SimpleDocTemplate, Paragraph, Table, TTFont: the manual's way."""

    name = "ReportLab platypus"

    def __init__(self) -> None:
        for role in FAMILIES:
            pdfmetrics.registerFont(TTFont(f"stock-{role}", str(FOLDER / FREE[role])))
        body = partial(ParagraphStyle, "body", fontSize=16, leading=29.6, wordWrap="CJK")
        self.text = body(fontName="stock-fangsong", firstLineIndent=32, alignment=TA_JUSTIFY)
        self.plain = body(fontName="stock-fangsong")
        self.right = body(fontName="stock-fangsong", alignment=TA_RIGHT)
        self.heading = body(fontName="stock-heiti", firstLineIndent=32)
        self.title = ParagraphStyle(
            "title", fontName="stock-xiaobiaosong", fontSize=22, leading=34, alignment=TA_CENTER
        )
        self.head = ParagraphStyle(
            "head", self.title, fontSize=36, leading=46, textColor=RED, alignment=TA_CENTER
        )
        self.cell = ParagraphStyle("cell", self.plain, fontSize=12, leading=18)

    def draw(self, document: Document) -> bytes:
        out = BytesIO()
        paper = SimpleDocTemplate(
            out,
            pagesize=A4,
            topMargin=37 * mm,
            leftMargin=28 * mm,
            rightMargin=26 * mm,
            bottomMargin=35 * mm,
            title=document.title,
            author=document.author,
            initialFontName="stock-fangsong",
            pageCompression=1,
        )
        paper.build(self._story(document), onLaterPages=_number)
        return out.getvalue()

    def _story(self, document: Document) -> list[Flowable]:
        story: list[Flowable] = [
            Paragraph(escape(document.letterhead), self.head),
            HRFlowable("100%", 2, color=RED, spaceAfter=2),
            HRFlowable("100%", 1, color=RED),
            Paragraph(escape(document.number), self.right),
            Paragraph(escape(document.title).replace("\n", "<br/>"), self.title),
            Paragraph(escape(document.addressee) + "：", self.plain),
        ]
        for block in document.body:
            if isinstance(block, Heading):
                story.append(Paragraph(escape(block.text), self.heading))
            elif isinstance(block, Grid):
                story += [Paragraph(escape(block.caption), self.text), self._table(block)]
            else:
                lead = f'<font name="stock-kaiti">{escape(block.lead)}</font>'
                story.append(Paragraph(lead + escape(block.text), self.text))
        story += [
            Spacer(1, 32),
            Paragraph(escape(document.signature), self.right),
            Paragraph(escape(date_words(document.date)), self.right),
            Paragraph(f"（{escape(document.note)}）", self.text),
        ]
        return story

    def _table(self, grid: Grid) -> Table:
        kinds = [column.kind for column in grid.columns]
        rows = [[Paragraph(escape(column.head), self.cell) for column in grid.columns]]
        for row in grid.rows:
            words = [shown(cell, kind) for cell, kind in zip(row, kinds, strict=True)]
            rows.append([Paragraph(escape(word), self.cell) for word in words])
        share = 156 * mm / sum(column.width for column in grid.columns)
        lines = TableStyle([("GRID", (0, 0), (-1, -1), 0.5, "black")])
        return Table(rows, [column.width * share for column in grid.columns], style=lines)


def _number(canvas: Canvas, paper: SimpleDocTemplate) -> None:
    canvas.setFont("stock-fangsong", 14)
    canvas.drawRightString(A4[0] - 26 * mm, 26 * mm, f"— {canvas.getPageNumber()} —")
