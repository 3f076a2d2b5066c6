"""The page of an official paper (GB/T 9704-2012 §5): its type area, its grid, its colours.

Points; downwards from the page's top and rightwards from its left edge. Modules read these
names through the module, so that a test can put one of them wrong.
"""

from typing import NamedTuple

from reportlab.lib.units import mm

from reports import inks

PAPER_WIDTH, PAPER_HEIGHT = 210 * mm, 297 * mm
LEFT, TOP = 28 * mm, 37 * mm
WIDTH, HEIGHT = 156 * mm, 225 * mm
LINES, PER_LINE = 22, 28
SIZE = 16.0  # size 3
SMALL = 14.0  # size 4
TITLE = 22.0  # size 2
LEADING = (HEIGHT - SIZE) / (LINES - 1)
# 28 characters of size 3 are wider than the type area: they stand a little closer.
SPACING = (WIDTH - PER_LINE * SIZE) / (PER_LINE - 1)
ASCENT = 0.88  # of a character's height stands above its baseline
BLACK, RED = inks.BLACK, inks.RED


class Frame(NamedTuple):
    """A type area: where it lies on the page as it is read."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height


def tall() -> Frame:
    return Frame(LEFT, TOP, WIDTH, HEIGHT)


def wide() -> Frame:
    """The same area on a page turned a quarter to the right: its left side is the top."""
    return Frame(PAPER_HEIGHT - TOP - HEIGHT, LEFT, HEIGHT, WIDTH)


def pitch() -> float:
    """From one character of the text to the next."""
    return SIZE + SPACING


def gap() -> float:
    """What lies between two lines of the text."""
    return LEADING - SIZE


def blank_lines(n: int) -> float:
    """From the bottom of a line to the top of the next one, with n blank lines between."""
    return gap() + n * LEADING
