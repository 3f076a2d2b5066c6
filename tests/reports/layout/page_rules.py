"""GB/T 9704 §5, §7.5, §8, §9: what holds on every page. Each rule names what breaks it."""

from collections.abc import Iterator
from itertools import pairwise

from reports.line_units import CLOSING, OPENING
from tests.reports.layout.measuring import MM, Char, Page
from tests.reports.layout.reading import (
    BLACK,
    BOTTOM,
    CHARACTER,
    LEFT,
    LINE,
    RED,
    RIGHT,
    TOP,
    Reading,
)


def size_of_paper(read: Reading) -> Iterator[str]:
    """5.1"""
    for page in read.paper.pages:
        size = (page.height, page.width) if page.wide else (page.width, page.height)
        if max(abs(size[0] - 210), abs(size[1] - 297)) > 0.01:
            yield f"page {page.number} is {size}"


def type_area(read: Reading) -> Iterator[str]:
    """5.2.1: no character outside, but for a letter's head and the page numbers."""
    for page in read.paper.pages:
        left, right, top, bottom = (35, 260, 28, 184) if page.wide else (LEFT, RIGHT, TOP, BOTTOM)
        if page.number == 1 and read.document.form == "letter":
            top = 30
        footer = set(map(id, page.footer))
        for char in page.chars:
            if not char.text.strip() or id(char) in footer:
                continue
            inside = char.x0 > left - 0.1 and char.x1 < right + 0.1
            if not inside or char.top < top - 0.1 or char.bottom > bottom + 0.1:
                yield f"page {page.number}: {char}"


def text_begins_the_area(read: Reading) -> Iterator[str]:
    """5.2.1: later pages of text begin at the area's top left and go on to its bottom."""
    later = [line for line in read.text_lines if line.page > 1]
    for page in {line.page for line in later}:
        on_page = read.paper.pages[page - 1]
        first = min((line for line in later if line.page == page), key=lambda line: line.top)
        ruled = [rule.y for rule in on_page.rules if rule.y < first.top]
        if not ruled and abs(first.top - TOP) > 0.1:
            yield f"page {page} begins at {first.top:.2f}"
    full = [line for line in read.text_lines if line.x1 > RIGHT - 0.6]
    for line in full:
        if not -0.1 < line.x0 - LEFT < 2 * CHARACTER + 0.1:
            yield f"a full line begins at {line.x0:.2f}"


def text_face(read: Reading) -> Iterator[str]:
    """5.2.2"""
    for line in read.text_lines:
        if abs(line.size - 16) > 0.01:
            yield f"{line.text[:20]} in {line.size}"
    for line in read.addressee:
        if not read.set_in("fangsong", line):
            yield f"addressee in {line.fonts}"


def grid_of_lines(read: Reading) -> Iterator[str]:
    """5.2.3: 22 lines a page. A table goes back to the grid below it."""
    for above, below in pairwise(read.text_lines):
        if above.page != below.page or below.top - above.top < 0.1:
            continue
        lines = (below.top - above.top) / LINE
        if abs(lines - round(lines)) > 0.01:
            yield f"{below.text[:20]} {lines:.3f} lines below"
    tops: dict[int, set[float]] = {}
    for line in read.text_lines:
        tops.setdefault(line.page, set()).add(round(line.top, 1))
    for page, found in tops.items():
        # The text's last lines go to a new page together with the signature.
        full = page > 1 and len(tops.get(page + 1, ())) > 3
        if not full or read.paper.pages[page - 1].uprights:
            continue
        # Two lines of a paragraph stay together, so one or two may be left free.
        if len(found) not in (20, 21, 22):
            yield f"page {page} has {len(found)} lines"
        if len(found) == 22 and abs(max(found) + 16 / MM - BOTTOM) > 0.15:
            yield f"page {page} ends at {max(found) + 16 / MM:.2f}"


def grid_of_characters(read: Reading) -> Iterator[str]:
    """5.2.3: 28 hanzi a line; lines of nothing else stand on the grid."""
    for line in read.text_lines:
        if all(hanzi(c) or c in "，。、；：（）" for c in line.text) and len(line.text) > 28:
            yield f"{len(line.text)} characters: {line.text}"
    for _, lines in read.blocks:
        only = all(hanzi(c) for each in lines for c in each.text)
        for line in lines[:-1] if only else ():
            pitch = [b.x0 - a.x0 for a, b in pairwise(line.chars)]
            if abs(max(pitch) - CHARACTER) > 0.02 or abs(min(pitch) - CHARACTER) > 0.02:
                yield f"pitch {min(pitch):.3f} to {max(pitch):.3f}"


def hanzi(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff"


def colours(read: Reading) -> Iterator[str]:
    """5.2.4, 6.2: text black, the letterhead and its lines red."""
    for page in read.paper.pages:
        for char in page.chars:
            red = page.number == 1 and char.size > 23
            if char.text.strip() and char.colour not in ((BLACK, RED) if red else (BLACK,)):
                yield f"{char.text} is {char.colour}"
        for rule in (*page.rules, *page.uprights):
            if rule.colour not in (BLACK, RED) or (rule.colour == RED and page.number > 1):
                yield f"a rule is {rule.colour}"
    if not read.letterhead:
        yield "no red letterhead"


def page_numbers(read: Reading) -> Iterator[str]:
    """7.5: — n — in 14 pt 宋体, 7 mm below the area, odd right, even left, one character in."""
    for page in read.paper.pages:
        said = "".join(char.text for char in page.footer)
        if page.number == 1 and read.document.form == "letter":
            if said:
                yield "a letter's first page has a number"
            continue
        if said != f"—{page.number}—":
            yield f"page {page.number} says {said!r}"
            continue
        yield from _number_in_place(page, page.footer, read)


def _number_in_place(page: Page, footer: list[Char], read: Reading) -> Iterator[str]:
    size, one = footer[0].size, 14 / 72 * 25.4
    if abs(size - 14) > 0.2 or not read.set_in("songti", footer):
        yield f"page {page.number}: {size} {footer[0].font}"
    odd = page.number % 2
    inset = RIGHT - max(c.x1 for c in footer) if odd else min(c.x0 for c in footer) - LEFT
    if abs(inset - one) > 0.1:
        yield f"page {page.number}: {inset:.2f} mm in"
    # A dash's ink lies 0.28 to 0.36 of its size above the baseline.
    ink = footer[0].top + (0.88 - 0.32) * 14 / 72 * 25.4
    if abs(ink - (BOTTOM + 7)) > 0.4:
        yield f"page {page.number}: dash {ink - BOTTOM:.2f} mm below"


def wide_pages(read: Reading) -> Iterator[str]:
    """8: the number lies in the printed page; the table's head at its left, so on top here."""
    for page in read.paper.pages:
        if not page.wide:
            continue
        if any(char.upright for char in page.footer) or not page.footer:
            yield f"page {page.number}: the number does not lie in the printed page"
        heads = [line for line in page.lines if read.set_in("heiti", line)]
        if page.uprights and not heads:
            yield f"page {page.number}: no head"
        if page.uprights and min(line.top for line in heads) > min(r.x0 for r in page.uprights) + 9:
            yield f"page {page.number}: the head is not on top"


def forbidden_marks(read: Reading) -> Iterator[str]:
    """9: nothing closing first, nothing opening last, numbers and years whole."""
    for page in read.paper.pages:
        for line in page.lines:
            alone = len(line.text) == 1
            if line.text[0] in CLOSING and not alone and line.text[0] not in "★—":
                yield f"first: {line.text[:20]}"
            if line.text[-1] in OPENING:
                yield f"last: {line.text[-20:]}"
    for above, below in pairwise(read.text_lines):
        same = above.page == below.page and abs(above.top - below.top) < 0.1
        digits = above.text[-1].isdigit() and (below.text[0].isdigit() or below.text[0] in "年%％")
        if digits and not same and above.x1 > RIGHT - 20:
            yield f"parted: {above.text[-8:]} | {below.text[:8]}"


RULES = (
    size_of_paper,
    type_area,
    text_begins_the_area,
    text_face,
    grid_of_lines,
    grid_of_characters,
    colours,
    page_numbers,
    wide_pages,
    forbidden_marks,
)
