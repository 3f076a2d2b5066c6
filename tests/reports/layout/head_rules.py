"""GB/T 9704 §7.2, §7.3.1, §7.3.2, §10.1: heads of both forms. Each rule names what breaks it."""

import re
from collections.abc import Iterator
from itertools import pairwise

from tests.reports.layout.reading import BOTTOM, GAP, LEFT, LINE, RED, RIGHT, TOP, Reading
from tests.reports.readers import squeeze

MIDDLE = (LEFT + RIGHT) / 2


def near(name: str, value: float, wanted: float, by: float = 0.1) -> Iterator[str]:
    if abs(value - wanted) > by:
        yield f"{name}: {value:.2f} instead of {wanted:.2f}"


def marks(read: Reading) -> Iterator[str]:
    """7.2.1–3: 份号, 密级, 紧急程度, each on a line of its own at the top left."""
    document = read.document
    wanted = [(document.copy_number, "fangsong"), (document.secrecy, "heiti")]
    wanted += [(document.urgency, "heiti")]
    top = TOP if document.form == "file" else read.number.top
    for text, role in wanted:
        if not text:
            continue
        (line,) = read.find(text)
        yield from near(text, line.x0, LEFT)
        yield from near(text, line.top, top)
        if abs(line.size - 16) > 0.01 or not read.set_in(role, line):
            yield f"{text} in {line.size} {line.fonts}"
        top += LINE


def letterhead(read: Reading) -> Iterator[str]:
    """7.2.4, 10.1: red 小标宋, centred, 72 mm (a letter: 30 mm) below the page's top."""
    lines = read.letterhead
    if squeeze(read.document.letterhead) != "".join(line.text for line in lines):
        yield f"the letterhead says {[line.text for line in lines]}"
    yield from near("top", lines[0].top, 72 if read.document.form == "file" else 30)
    for line in lines:
        yield from near("middle", line.middle, MIDDLE)
        if line.size < 26 or not read.set_in("xiaobiaosong", line):
            yield f"{line.text} in {line.size} {line.fonts}"
        if line.colours != {RED}:
            yield f"{line.text} in {line.colours}"


def number(read: Reading) -> Iterator[str]:
    """7.2.5: two blank lines below the letterhead, centred; a year in 〔〕, no leading zero."""
    said = read.document.number
    if not re.search(r"〔[0-9]{4}〕([1-9][0-9]*号|草稿)$", said) or "第" in said:
        yield said
    if abs(read.number.size - 16) > 0.01 or not read.set_in("fangsong", read.number):
        yield f"{read.number.size} {read.number.fonts}"
    if read.document.form == "file":
        yield from near("middle", read.number.middle, MIDDLE)
        gap = read.number.top - read.letterhead[-1].bottom
        yield from near("two blank lines", gap, 2 * LINE + GAP)


def red_line(read: Reading) -> Iterator[str]:
    """7.2.7: 4 mm below the number, as wide as the type area."""
    if read.document.form != "file":
        return
    red = [rule for rule in read.paper.rules if rule.colour == RED]
    if len(red) != 1:
        yield f"{len(red)} red lines"
        return
    yield from near("below", red[0].y - read.number.bottom, 4)
    yield from near("left", red[0].x0, LEFT)
    yield from near("length", red[0].length, RIGHT - LEFT)


def title(read: Reading) -> Iterator[str]:
    """7.3.1: 小标宋 of size 2, two blank lines below, centred, in no rectangle."""
    lines = read.title
    long = len(squeeze(read.document.title)) > 100
    for line in lines:
        yield from near("middle", line.middle, MIDDLE)
        if not read.set_in("xiaobiaosong", line):
            yield f"{line.text} in {line.fonts}"
        if not long:
            yield from near("size", line.size, 22, 0.01)
    if any(len(line.text) < 2 for line in lines):
        yield "a character alone"
    if not long and len(lines) > 1:
        widths = [line.x1 - line.x0 for line in lines]
        if any(abs(a - b) < 3 for a, b in pairwise(widths)):
            yield f"lines alike: {widths}"
        for a, b, c in zip(widths, widths[1:], widths[2:], strict=False):
            if b < a and b < c:
                yield f"an hourglass: {widths}"
    above = read.number.bottom
    if read.document.form == "letter":
        above = max(above, *(line.bottom for line in _beside_number(read)))
    yield from near("two blank lines", lines[0].top - above, 2 * LINE + GAP)


def _beside_number(read: Reading):
    document = read.document
    texts = (document.copy_number, document.secrecy, document.urgency)
    found = [read.find(text)[0] for text in texts if text]
    if document.date is None:
        found += read.find("草稿")
    return [*found, read.number]


def addressee(read: Reading) -> Iterator[str]:
    """7.3.2: one blank line below the title, flush left on each line, with its colon."""
    if not read.document.addressee:
        return
    lines = read.addressee
    if not lines:
        said = "".join(line.text for line in read.colophon)
        if f"主送：{squeeze(read.document.addressee)}。" not in said:
            yield "no addressee"
        return
    yield from near("below", lines[0].top - read.title[-1].bottom, LINE + GAP)
    for line in lines:
        yield from near("left", line.x0, LEFT)
    if not lines[-1].text.endswith("：") or lines[-1].text.endswith("：："):
        yield f"ends {lines[-1].text[-5:]}"


def first_page_has_text(read: Reading) -> Iterator[str]:
    """7.3.3"""
    if not any(line.page == 1 for _, lines in read.blocks for line in lines):
        yield "no text on the first page"


def letter_lines(read: Reading) -> Iterator[str]:
    """10.1: red double lines of 170 mm, thick over thin, thin over thick; number flush right."""
    if read.document.form != "letter":
        return
    red = sorted((r for r in read.paper.pages[0].rules if r.colour == RED), key=lambda r: r.y)
    if len(red) != 4:
        yield f"{len(red)} red lines"
        return
    for rule in red:
        yield from near("length", rule.length, 170)
        yield from near("middle", (rule.x0 + rule.x1) / 2, 105)
    if not (red[0].width > red[1].width and red[2].width < red[3].width):
        yield "thick and thin"
    yield from near("below", red[0].y - red[0].width / 2 - read.letterhead[-1].bottom, 4)
    yield from near("from the bottom", 297 - red[3].y - red[3].width / 2, 20)
    yield from near("number", read.number.x1, RIGHT)
    if not 0 < read.number.top - red[1].y < 2 * GAP:
        yield f"number {read.number.top - red[1].y:.2f} below the line"
    if any(line.bottom > BOTTOM + 0.1 for line in read.paper.pages[0].lines):
        yield "text near the lower line"


RULES = (
    marks,
    letterhead,
    number,
    red_line,
    title,
    addressee,
    first_page_has_text,
    letter_lines,
)
