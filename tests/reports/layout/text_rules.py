"""GB/T 9704 §7.3.3–7.4: text, attachments, signature, annexes, 版记. Each names what breaks it."""

from collections.abc import Iterator

from reports.document import Grid, Heading, Paragraph
from reports.gate import clean
from tests.reports.layout.head_rules import near
from tests.reports.layout.measuring import Line
from tests.reports.layout.reading import (
    BOTTOM,
    CHARACTER,
    GAP,
    LEFT,
    LINE,
    RIGHT,
    TOP,
    Reading,
)
from tests.reports.readers import squeeze

SMALL = 14 / 72 * 25.4
SEAL = 42  # its diameter


def indents(read: Reading) -> Iterator[str]:
    """7.3.3: two characters; other lines from the left edge."""
    for _, lines in read.blocks:
        first, *others = lines
        yield from near(first.text[:8], first.x0, LEFT + 2 * CHARACTER)
        for line in others:
            beside = any(abs(line.top - o.top) < 0.1 and o is not line for o in lines)
            if not beside:
                yield from near(line.text[:8], line.x0, LEFT)


def headings(read: Reading) -> Iterator[str]:
    """7.3.3: 一、in 黑体, （一） in 楷体, what follows in 仿宋; never apart from the text below."""
    for (block, lines), after in zip(read.blocks, [*read.blocks[1:], None], strict=True):
        chars = [char for line in lines for char in line.chars]
        lead = 0
        if isinstance(block, Heading):
            role, lead = ("heiti" if block.level == 1 else "kaiti"), len(chars)
            if after and after[1][0].page != lines[-1].page:
                yield f"{block.text} stands alone"
        elif isinstance(block, Paragraph):
            role, lead = "kaiti", len(squeeze(clean(block.lead)))
        right = read.set_in(role, chars[:lead]) if lead else True
        if not (right and read.set_in("fangsong", chars[lead:])):
            yield f"{lines[0].text[:12]} in {lines[0].fonts}"


def no_line_alone(read: Reading) -> Iterator[str]:
    """No page begins or ends with one line of a paragraph of several."""
    for _, lines in read.blocks:
        rows = {(line.page, round(line.top, 1)) for line in lines}
        pages = [page for page, _ in rows]
        for page in set(pages):
            if pages.count(page) == 1 and len(rows) > 1:
                yield f"{lines[0].text[:12]}: one line on page {page}"


def attachments(read: Reading) -> Iterator[str]:
    """7.3.4: one blank line below, two characters in, turned over under the name, no end mark."""
    if not read.document.attachments:
        return
    text, first = read.blocks[-1][1][-1], read.attachments[0][0]
    if text.page == first.page and not isinstance(read.document.body[-1], Grid):
        yield from near("below", first.top - text.bottom, LINE + GAP)
    yield from near("left", first.x0, LEFT + 2 * CHARACTER)
    many = len(read.attachments) > 1
    for i, lines in enumerate(read.attachments):
        if lines[-1].text[-1] in "。；，":
            yield f"ends {lines[-1].text[-3:]}"
        skipped = 3 * (i == 0) + (len(f"{i + 1}.") if many else 0)
        if i:
            yield from near("number", lines[0].x0, LEFT + 5 * CHARACTER, 0.25)
        name = lines[0].chars[skipped].x0
        for line in lines[1:]:
            yield from near(line.text[:8], line.x0, name)
        if not all(read.set_in("fangsong", line) for line in lines):
            yield "not in 仿宋"


def signature(read: Reading) -> Iterator[str]:
    """7.3.5: name and date in their places, on a page with some of the text."""
    if not read.document.signature:
        return
    names, date = read.signature
    if len({line.page for line in (*names, *date)}) > 1:
        yield "parted"
    page = date[0].page
    rest = [*read.text_lines, *(line for lines in read.attachments for line in lines)]
    on_page = read.paper.pages[page - 1]
    if not any(line.page == page for line in rest) and not on_page.uprights:
        yield "alone on its page"
    width = max(line.x1 for line in names) - min(line.x0 for line in names)
    x0, x1 = date[0].x0, date[-1].x1
    yield from near("date below", date[0].top - names[-1].top, LINE)
    if read.document.sealed:
        middle = (min(n.x0 for n in names) + max(n.x1 for n in names)) / 2
        yield from near("centred", middle, (x0 + x1) / 2, 0.3)
        if width / 2 < RIGHT - (RIGHT - 4 * CHARACTER + x0 - x1 + RIGHT - 4 * CHARACTER) / 2:
            yield from near("date ends", x1, RIGHT - 4 * CHARACTER, 0.3)
        else:
            yield from near("name ends", max(n.x1 for n in names), RIGHT, 0.3)
    elif x1 - x0 > width:
        yield from near("date ends", x1, RIGHT - 2 * CHARACTER, 0.3)
        yield from near("date begins", x0, names[0].x0 + 2 * CHARACTER, 0.3)
    else:
        yield from near("name ends", max(n.x1 for n in names), RIGHT - 2 * CHARACTER, 0.3)
        yield from near("date begins", x0, min(n.x0 for n in names) + 2 * CHARACTER, 0.3)
    last = rest[-1]
    if last.page == page and not isinstance(read.document.body[-1], Grid):
        blank = 2 if read.document.sealed else 1
        yield from near("below the text", names[0].top - last.bottom, blank * LINE + GAP)


def room_for_the_seal(read: Reading) -> Iterator[str]:
    """7.3.5: nothing but name and date under a seal whose top is within a line of the text."""
    if not (read.document.signature and read.document.sealed):
        return
    names, date = read.signature
    if len(names) > 1:
        return
    page = read.paper.pages[date[0].page - 1]
    middle = (date[0].x0 + date[-1].x1) / 2
    # Name and date lie a little below the seal's middle.
    y = (names[0].top + date[0].bottom) / 2 - 3
    own = {id(line) for line in (*names, *date)}
    for line in page.lines:
        if id(line) in own or any(line.chars == mine.chars for mine in (*names, *date)):
            continue
        over = line.x0 < middle + SEAL / 2 and line.x1 > middle - SEAL / 2
        if over and line.top < y + SEAL / 2 - 6 and line.bottom > y - SEAL / 2:
            yield f"under the seal: {line.text[:20]}"
    for x0, top, x1, bottom in page.boxes:
        if x1 > middle - SEAL / 2 and x0 < middle + SEAL / 2 and top < y + SEAL / 2 < bottom:
            yield "a box under the seal"


def note(read: Reading) -> Iterator[str]:
    """附注: in round brackets on the line below the date, two characters in."""
    if read.document.note:
        lines = read.find(f"（{read.document.note}）")
        yield from near("left", lines[0].x0, LEFT + 2 * CHARACTER)
        yield from near("below the date", lines[0].top, read.signature[1][0].top + LINE)


def annexes(read: Reading) -> Iterator[str]:
    """7.3.7: each begins a page: 附件 in 黑体 at the top left, its title on the third line."""
    tables = read.document.annexes
    if len(read.annex_starts) != len(tables):
        yield f"{len(read.annex_starts)} annexes begin a page"
        return
    for table, page in zip(tables, read.annex_starts, strict=True):
        left, top, width = (35, 28, 225) if page.wide else (LEFT, TOP, 156)
        label = page.lines[0]
        if page.wide != table.wide:
            yield f"{table.label} lies wrongly"
        yield from near("label left", label.x0, left)
        yield from near("label top", label.top, top)
        if abs(label.size - 16) > 0.01 or not read.set_in("heiti", label):
            yield f"label in {label.size} {label.fonts}"
        title = page.lines[1]
        if not squeeze(table.title).startswith(title.text):
            yield f"title {title.text}"
        yield from near("third line", title.top, top + 2 * LINE)
        yield from near("title middle", title.middle, left + width / 2)
        if title.size < 16 or not read.set_in("xiaobiaosong", title):
            yield f"title in {title.size} {title.fonts}"


def colophon(read: Reading) -> Iterator[str]:
    """7.4, 10.1: on the last page, its end on the area's bottom; a letter has no lines."""
    document, lines = read.document, read.colophon
    printed = document.printed_by if document.form == "file" else ""
    said = "".join(line.text for line in lines)
    if not (document.copies or printed):
        return
    last = read.paper.pages[-1]
    if document.copies and squeeze(f"抄送：{'，'.join(document.copies)}。") not in said:
        yield f"says {said[:80]}"
    for line in lines:
        if abs(line.size - 14) > 0.01 or not read.set_in("fangsong", line):
            yield f"{line.text[:10]} in {line.size} {line.fonts}"
    if lines[-1].page != last.number:
        yield "not on the last page"
    for line in lines:
        if line.text.startswith(("主送：", "抄送：")):
            yield from near("left", line.x0, LEFT + SMALL)
            hang = line.chars[3].x0
        elif printed and (line.text == squeeze(printed) or line.text.endswith("印发")):
            yield from _printed(line, read)
        else:
            yield from near("turned over", line.x0, hang)
            if line.x1 > RIGHT - SMALL + 0.1:
                yield f"{line.text[:10]} ends at {line.x1:.2f}"
    begun = read.paper.pages[lines[0].page - 1]
    rules = [r for r in begun.rules if abs(r.length - 156) < 0.1 and r.y > lines[0].top - 10]
    rules += [] if begun is last else [r for r in last.rules if abs(r.length - 156) < 0.1]
    widths = [round(rule.width, 2) for rule in rules]
    if document.form == "letter":
        if widths or printed:
            yield "a letter's 版记 has lines"
        yield from near("bottom", lines[-1].bottom, BOTTOM)
        return
    both = (document.copies or said.startswith("主送")) and printed
    if widths != ([0.35, 0.25, 0.35] if both else [0.35, 0.35]):
        yield f"lines {widths}"
    yield from near("bottom", rules[-1].y, BOTTOM)


def _printed(line: Line, read: Reading) -> Iterator[str]:
    if line.text.endswith("印发"):
        yield from near("day ends", line.x1, RIGHT - SMALL)
    else:
        yield from near("printer", line.x0, LEFT + SMALL)


def strip_to_send_back(read: Reading) -> Iterator[str]:
    """All of a 回执 on one page, below a line to cut along."""
    if not read.document.receipt:
        return
    pages = {p.number for p in read.paper.pages for line in p.lines if line.text == "回执"}
    if len(pages) != 1:
        yield f"回执 on pages {pages}"
        return
    (number,) = pages
    said = "".join(line.text for line in read.paper.pages[number - 1].lines)
    for line in read.document.receipt:
        if squeeze(line) not in said:
            yield f"not on page {number}: {line[:20]}"


def lines_to_sign(read: Reading) -> Iterator[str]:
    """Each on one line, two characters in, with room for a hand, on a page with some text."""
    if not read.document.signers:
        return
    last = read.text_lines[-1]
    above = last
    for said in read.document.signers:
        found = read.find(said, after=above)
        if any(abs(line.top - found[0].top) > 0.1 for line in found):
            yield f"{said[:8]} on several lines"
        yield from near(said[:8], found[0].x0, LEFT + 2 * CHARACTER)
        if len(found) > 1:
            yield from near("ends", found[-1].x1, RIGHT, 0.3)
        if found[0].page != last.page or found[0].top - above.top < 2 * LINE - 0.1:
            yield f"{said[:8]} without room or text"
        above = found[-1]


def code_beside(read: Reading) -> Iterator[str]:
    """The QR code: about 18 mm, inside the area, clear of all text."""
    shapes = [(p, box) for p in read.paper.pages for box in p.boxes]
    if bool(shapes) != bool(read.document.verify_url):
        yield f"{len(shapes)} shapes"
    if not shapes:
        return
    page = shapes[0][0]
    x0, top = min(box[0] for _, box in shapes), min(box[1] for _, box in shapes)
    x1, bottom = max(box[2] for _, box in shapes), max(box[3] for _, box in shapes)
    if x0 < LEFT or bottom > BOTTOM or top < TOP or not 12 < x1 - x0 < 20:
        yield f"at {x0:.1f}, {top:.1f}, {x1 - x0:.1f} wide"
    for line in page.lines:
        if (
            line.x0 < x1 + 2
            and line.x1 > x0 - 2
            and line.top < bottom + 0.5
            and line.bottom > top - 2
        ):
            yield f"near the code: {line.text}"


RULES = (
    indents,
    headings,
    no_line_alone,
    attachments,
    signature,
    room_for_the_seal,
    note,
    annexes,
    colophon,
    strip_to_send_back,
    lines_to_sign,
    code_beside,
)
