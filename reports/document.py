"""A paper as plain values: every word it says, and nothing of how it is drawn.

The PDF and the Word file are drawn from a Document alone, so what was issued is kept as one.
All text is as typed; it passes the gate when it is drawn. Dates are ISO strings. It survives a
round trip through JSON.
"""

from dataclasses import dataclass
from typing import Literal

from reports.tables import Cell, Column, Table

Form = Literal["file", "letter"]


@dataclass(frozen=True)
class Heading:
    """`level` 1: 一、 in 黑体; 2: （一） in 楷体."""

    text: str
    level: Literal[1, 2] = 1


@dataclass(frozen=True)
class Paragraph:
    """Indented text in 仿宋; `lead` is its beginning in 楷体, as of a （一） that runs on."""

    text: str
    lead: str = ""


@dataclass(frozen=True)
class Grid:
    """A table inside the text, as wide as the type area; `caption` stands above it."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""


Block = Heading | Paragraph | Grid


@dataclass(frozen=True)
class Document:
    """A paper in the file format (通报) or the letter form (letters and records).

    `title` may hold line ends where its sense lets it be turned over. `number` of a draft says
    so (〔2026〕草稿). `date` None: a draft, room is left for it. `sealed`: the signature leaves
    room for a seal over the date. `day` dates the file, whether or not a date is printed.
    `copies` and `printed_by` make the 版记; without either there is none. `receipt`: the lines
    of the strip that the unit signs and sends back. `signers`: lines that people sign by hand at
    the end of a record. `verify_url`: what the QR code opens; None: no code.
    """

    kind: str
    form: Form
    letterhead: str
    number: str
    title: str
    addressee: str  # without the colon; empty: none
    body: tuple[Block, ...]
    signature: str  # empty: none (a record)
    date: str | None
    day: str
    author: str
    attachments: tuple[str, ...] = ()
    sealed: bool = True
    note: str = ""  # 附注, in round brackets below the date
    copies: tuple[str, ...] = ()
    printed_by: str = ""
    printed_on: str | None = None
    receipt: tuple[str, ...] = ()
    signers: tuple[str, ...] = ()
    annexes: tuple[Table, ...] = ()
    verify_url: str | None = None
    copy_number: str = ""  # 份号
    secrecy: str = ""  # 密级和保密期限
    urgency: str = ""  # 紧急程度
