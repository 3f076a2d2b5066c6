"""The inks of a paper, and the profile that says what they look like.

GB/T 9704 names its red in ink (Y80 M80), so papers are in CMYK throughout; PDF/A then asks for
the profile of a press. Those of the trade are larger than a whole notice. This one is made
here: what offset printing gives for each of the sixteen overprints of solid inks, and the mean
of those weighed by area for everything between (the model of Neugebauer).
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import product
from struct import pack

from reportlab.lib.colors import CMYKColor, Color, rgb2cmyk

RED = CMYKColor(0, 0.8, 0.8, 0)
BLACK = CMYKColor(0, 0, 0, 1)

Lab = tuple[float, float, float]
_SOLIDS: dict[tuple[int, int, int], Lab] = {  # cyan, magenta, yellow; against the paper's white
    (0, 0, 0): (100, 0, 0),
    (1, 0, 0): (57, -38, -50),
    (0, 1, 0): (50, 77, -3),
    (0, 0, 1): (93, -5, 97),
    (0, 1, 1): (49, 70, 49),
    (1, 0, 1): (52, -68, 27),
    (1, 1, 0): (26, 18, -47),
    (1, 1, 1): (24, 0, 0),
}
_BLACK: Lab = (16, 0, 0)
_D50 = (0.9642, 1.0, 0.8249)
_GRID = 9  # nodes a side of the way back from colour to ink


def as_ink(colour: object) -> object:
    """A colour in CMYK, grey as black ink alone; what is no colour object stays as it is."""
    if isinstance(colour, CMYKColor) or not isinstance(colour, Color):
        return colour
    if colour.red == colour.green == colour.blue:
        return CMYKColor(0, 0, 0, 1 - colour.red)
    return CMYKColor(*rgb2cmyk(colour.red, colour.green, colour.blue))


@lru_cache(maxsize=1)
def profile() -> bytes:
    """An ICC profile (version 2, output device) of about six kilobytes."""
    to_colour = _table(4, 3, 2, _colour_of)
    to_ink = _table(3, 4, _GRID, _ink_of)
    white = b"XYZ \0\0\0\0" + _fixed(*_D50)
    tags = [
        (("desc",), b"desc\0\0\0\0" + _described(b"Offset, solid overprints")),
        (("cprt",), b"text\0\0\0\0No rights reserved\0"),
        (("wtpt",), white),
        (("A2B0", "A2B1", "A2B2"), to_colour),
        (("B2A0", "B2A1", "B2A2"), to_ink),
        (("gamt",), _table(3, 1, 2, lambda _: (0.0,))),
    ]
    names = [(name, data) for alike, data in tags for name in alike]
    place = 128 + 4 + 12 * len(names)
    directory, body = pack(">L", len(names)), b""
    placed: dict[int, int] = {}
    for name, data in names:
        if id(data) not in placed:
            placed[id(data)] = place + len(body)
            body += data + b"\0" * (-len(data) % 4)
        directory += name.encode() + pack(">LL", placed[id(data)], len(data))
    return _header(place + len(body)) + directory + body


def _header(size: int) -> bytes:
    made = pack(">6H", 2026, 1, 1, 0, 0, 0)
    start = pack(">L4sL4s4s4s", size, b"", 0x02400000, b"prtr", b"CMYK", b"Lab ")
    return start + made + b"acsp" + bytes(28) + _fixed(*_D50) + bytes(48)


def _described(text: bytes) -> bytes:
    return pack(">L", len(text) + 1) + text + b"\0" + bytes(4 + 4 + 2 + 1 + 67)


def _table(
    inputs: int, outputs: int, grid: int, shade: Callable[[tuple[float, ...]], tuple[float, ...]]
) -> bytes:
    """A lut8Type: straight curves around a grid of values from 0 to 1."""
    nodes = product([i / (grid - 1) for i in range(grid)], repeat=inputs)
    values = bytes(round(255 * min(1.0, max(0.0, v))) for node in nodes for v in shade(node))
    straight, same = bytes(range(256)), _fixed(1, 0, 0, 0, 1, 0, 0, 0, 1)
    head = b"mft1\0\0\0\0" + bytes([inputs, outputs, grid, 0]) + same
    return head + straight * inputs + values + straight * outputs


def _colour_of(inks: tuple[float, ...]) -> tuple[float, ...]:
    """Lab, as a profile writes it, of inks that are there (1) or not (0)."""
    cyan, magenta, yellow, black = map(round, inks)
    light, a, b = _SOLIDS[cyan, magenta, yellow]
    if black:  # other inks still show a little through it
        light, a, b = _BLACK[0] * light / 100, a / 10, b / 10
    return light / 100, (a + 128) / 255, (b + 128) / 255


def _ink_of(lab: tuple[float, ...]) -> tuple[float, ...]:
    """Inks for a colour, by way of the light that is left; the grey share in black."""
    left = [min(1.0, max(0.0, each)) for each in _linear(*lab)]
    inks = [1 - each ** (1 / 2.2) for each in left]
    black = max(0.0, min(inks) - 0.3) / 0.7
    return *((each - black) / (1 - black) if black < 1 else 0.0 for each in inks), black


def _linear(light: float, a: float, b: float) -> Iterator[float]:
    """Red, green and blue light of a colour in Lab as a profile writes it."""
    fy = (light * 100 + 16) / 116
    curved = (fy + (a * 255 - 128) / 500, fy, fy - (b * 255 - 128) / 200)
    x, y, z = (
        white * (f**3 if f > 6 / 29 else 3 * (6 / 29) ** 2 * (f - 4 / 29))
        for f, white in zip(curved, _D50, strict=True)
    )
    yield 3.1339 * x - 1.6169 * y - 0.4906 * z
    yield -0.9788 * x + 1.9161 * y + 0.0335 * z
    yield 0.0719 * x - 0.2290 * y + 1.4052 * z


def _fixed(*values: float) -> bytes:
    return pack(f">{len(values)}l", *(round(value * 65536) for value in values))
