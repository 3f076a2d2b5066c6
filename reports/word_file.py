"""A Document as a Word file (.docx), for offices that must edit: same words, same order.

It looks like the PDF as far as Word can; it has no QR code, for what is edited is no longer what
was issued. The same document always gives the same bytes.
"""

from datetime import datetime
from io import BytesIO
from xml.sax.saxutils import quoteattr
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import docx as word
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm

from reports import word_parts as parts
from reports.document import Document, Grid, Heading
from reports.gate import clean
from reports.periods import date_words
from reports.tables import Table
from reports.word_parts import RED, SIZE, SMALL, TAB, blank, edge, element, paragraph, run, table

MM = 72 / 25.4
WIDTH, WIDE = 156 * MM, 225 * MM
LETTERHEAD = 42.0
_THUMBNAIL = "thumbnail"


def docx(document: Document) -> bytes:
    """The Word file; any text in it is only text."""
    file = word.Document()
    body = file.element.body
    for old in list(body)[:-1]:
        body.remove(old)
    _set_page(file.sections[0], letter=document.form == "letter")
    for piece in [*_head(document), *_text(document), *_end(document)]:
        body[-1].addprevious(element(piece))
    lies: bool | None = None
    for annex in document.annexes:
        begins = annex.wide is not lies
        if begins:
            lies = annex.wide
            _turn(file.add_section(WD_SECTION.NEW_PAGE), wide=annex.wide)
        for piece in _annex(annex, begins=begins):
            body[-1].addprevious(element(piece))
    _set_file(file, document)
    out = BytesIO()
    file.save(out)
    return _dated(out.getvalue(), document.day)


def _head(document: Document) -> list[str]:
    """Letterhead, number, red line, title, addressee."""
    marks = [(document.copy_number, "fangsong"), (document.secrecy, "heiti")]
    marks += [(document.urgency, "heiti")]
    made = [paragraph(run(text, role)) for text, role in marks if text]
    # Two characters stand in for the widest that this size leaves room for on one line.
    size = min(LETTERHEAD, WIDTH / max(1, len(document.letterhead)))
    office = run(document.letterhead, "xiaobiaosong", size=size, colour=RED)
    number, title = run(document.number), run(document.title, "xiaobiaosong", size=parts.TITLE)
    if document.form == "file":
        red = edge("bottom", "single", 16, RED, space=11)
        made += [paragraph(office, align="center", leading=size * 1.4, before=20)]
        made += [blank(), blank(), paragraph(number, align="center", border=red)]
    else:
        double = edge("bottom", "thickThinSmallGap", 24, RED, space=11)
        made += [paragraph(office, align="center", leading=size * 1.4, border=double)]
        made += [paragraph(number, align="right", before=10)]
    made += [blank(), blank(), paragraph(title, align="center", leading=36), blank()]
    if document.addressee:
        made.append(paragraph(run(f"{document.addressee}："), align="both"))
    return made


def _text(document: Document) -> list[str]:
    made = []
    for block in document.body:
        if isinstance(block, Heading):
            role = "heiti" if block.level == 1 else "kaiti"
            made.append(paragraph(run(block.text, role), first=2, together=True))
        elif isinstance(block, Grid):
            if block.caption:
                made.append(paragraph(run(block.caption), first=2, together=True))
            made += [table(block.columns, block.rows, WIDTH, size=10.5), blank(10)]
        else:
            lead = [run(block.lead, "kaiti")] if block.lead else []
            made.append(paragraph(*lead, run(block.text), align="both", first=2))
    return made


def _end(document: Document) -> list[str]:
    """附件说明, signature and date, note, strip, signers, 版记."""
    made = _attachments(document.attachments)
    if document.signature:
        made += _signature(document)
    if document.note:
        made.append(paragraph(run(f"（{document.note}）"), first=2))
    made += [paragraph(run(line)) for line in document.signers]
    if document.receipt:
        cut = edge("top", "dashed", 6, "000000", space=12)
        strip = run("回　执", "xiaobiaosong")
        made += [blank(), paragraph(strip, align="center", border=cut, together=True)]
        made += [
            paragraph(run(line, size=12), leading=26, together=line is not document.receipt[-1])
            for line in document.receipt
        ]
    return made + _imprint(document)


def _attachments(titles: tuple[str, ...]) -> list[str]:
    if not titles:
        return []
    one = len(titles) == 1
    made = [blank()]
    for i, title in enumerate(titles):
        lead = "附件：" if i == 0 else "　　　"
        number = "" if one else f"{i + 1}．"
        hang = (3 if one else 4.5) * SIZE
        words = run(f"{lead}{number}{title}")
        made.append(paragraph(words, left=2 * SIZE + hang, hanging=hang))
    return made


def _signature(document: Document) -> list[str]:
    """Room for the seal where there is one; a draft has room for the date."""
    date = date_words(document.date) if document.date else "　　　　年　　月　　日"
    wide, long = _characters(date), _characters(document.signature)
    if document.sealed:
        right, signed = 4.0, max(0.0, 4.0 + (wide - long) / 2)
    else:
        signed, right = 2.0, max(0.0, 2.0 + long - 2.0 - wide)
    room = [blank(), blank(), blank()] if document.sealed else [blank()]
    return [
        *room,
        paragraph(run(document.signature), align="right", right=signed * SIZE, together=True),
        paragraph(run(date), align="right", right=right * SIZE),
    ]


def _imprint(document: Document) -> list[str]:
    """版记; a letter has its 抄送 without lines."""
    copies = f"抄送：{'，'.join(document.copies)}。" if document.copies else ""
    if document.form == "letter":
        if not copies:
            return []
        return [blank(), paragraph(run(copies, size=SMALL), left=SMALL, right=SMALL, leading=22)]
    made = [blank()]
    thick = edge("top", "single", 8, "000000", space=4)
    if copies:
        words = run(f"　{copies}　", size=SMALL)
        made.append(paragraph(words, border=thick, leading=22, together=True))
    if document.printed_by:
        thin = edge("top", "single", 6, "000000", space=4) if copies else thick
        last = edge("bottom", "single", 8, "000000", space=4)
        on = f"{date_words(document.printed_on)}印发" if document.printed_on else "年　月　日印发"
        office, day = run(f"　{document.printed_by}", size=SMALL), run(f"{on}　", size=SMALL)
        made.append(paragraph(office, TAB, day, border=thin + last, leading=22, tab=WIDTH))
    return made


def _annex(annex: Table, *, begins: bool) -> list[str]:
    """`begins`: it is the first on pages that lie this way, so that its page is new already."""
    label = paragraph(run(annex.label, "heiti"))
    if not begins:
        label = label.replace("<w:pPr>", "<w:pPr><w:pageBreakBefore/>", 1)
    title = run(annex.title, "xiaobiaosong", size=18)
    return [
        label,
        blank(),
        paragraph(title, align="center", leading=30),
        paragraph(run(annex.scope, size=10.5), align="center", leading=20),
        table(annex.columns, annex.rows, WIDE if annex.wide else WIDTH, total=annex.total),
        *(paragraph(run(line, size=10.5), leading=16) for line in annex.definitions),
    ]


def _stand(section: Section) -> None:
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.footer_distance, section.header_distance = Mm(22), Mm(15)


def _set_page(section: Section, *, letter: bool) -> None:
    _stand(section)
    section.different_first_page_header_footer = letter
    _number(section.footer, align="right")
    _number(section.even_page_footer, align="left")
    if letter:
        double = edge("top", "thinThickSmallGap", 24, RED)
        _fill(section.first_page_footer, paragraph(border=double, leading=14))


def _turn(section: Section, *, wide: bool) -> None:
    """Pages of annexes, numbered from their first on."""
    section.different_first_page_header_footer = False
    if not wide:
        _stand(section)
        return
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin, section.right_margin = Mm(35), Mm(37)
    section.top_margin, section.bottom_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(13)


def _number(footer, *, align: str) -> None:  # type: ignore[no-untyped-def]
    """— n —, one character in from the edge."""
    page = f'<w:fldSimple w:instr="PAGE">{run("1", "songti", size=SMALL)}</w:fldSimple>'
    dash = run("— ", "songti", size=SMALL), run(" —", "songti", size=SMALL)
    words = paragraph(dash[0], page, dash[1], align=align, left=SMALL, right=SMALL, leading=16)
    _fill(footer, words)


def _fill(footer, words: str) -> None:  # type: ignore[no-untyped-def]
    footer.is_linked_to_previous = False
    old = footer.paragraphs[0]._p
    old.addnext(element(words))
    old.getparent().remove(old)


def _set_file(file, document: Document) -> None:  # type: ignore[no-untyped-def]
    """Properties, fallbacks of the faces, odd and even pages; no picture of a first page."""
    file.settings.odd_and_even_pages_header_footer = True
    day = datetime.fromisoformat(document.day)
    about = file.core_properties
    about.title = clean(document.title).replace("\n", "")[:255]
    about.author = about.last_modified_by = clean(document.author)[:255]
    about.created = about.modified = day
    about.comments = about.keywords = about.subject = ""
    about.language, about.revision = "zh-CN", 1
    package = file.part.package
    for key in [k for k, link in package.rels.items() if link.reltype.endswith(_THUMBNAIL)]:
        del package.rels[key]
    names = "".join(
        f"<w:font w:name={quoteattr(name)}><w:altName w:val={quoteattr(other)}/></w:font>"
        for name, other in parts.FALLBACKS.items()
    )
    for part in package.iter_parts():
        if part.partname == "/word/fontTable.xml":
            part._blob = part.blob.replace(b"</w:fonts>", names.encode() + b"</w:fonts>")
    normal = file.styles["Normal"].element.get_or_add_rPr()
    normal.get_or_add_rFonts().set(qn("w:eastAsia"), parts.FONTS["fangsong"])


def _characters(text: str) -> float:
    """How many full-width characters a line of text takes."""
    return sum(0.5 if ord(c) < 0x250 else 1.0 for c in text)


def _dated(content: bytes, day: str) -> bytes:
    """The same package with the document's day on every part instead of the hour it was made."""
    year, month, date = map(int, day.split("-"))
    out = BytesIO()
    with ZipFile(BytesIO(content)) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            item = ZipInfo(name, (year, month, date, 0, 0, 0))
            item.compress_type = ZIP_DEFLATED
            new.writestr(item, old.read(name))
    return out.getvalue()
