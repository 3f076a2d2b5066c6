"""The one table value that annexes are drawn from, on paper and in Excel alike."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

Kind = Literal["text", "count", "percent", "points", "score", "seconds", "rank"]


@dataclass(frozen=True)
class Interval:
    """A rate with its 95 % Wilson interval; None where nothing was tested. Fractions."""

    value: float | None
    low: float | None
    high: float | None


Cell = str | int | float | Interval | None


@dataclass(frozen=True)
class Column:
    """A head, what stands below it, and its share of the page's width."""

    head: str
    kind: Kind
    width: float


@dataclass(frozen=True)
class Table:
    """An annex: rows of cells under columns, with the definitions printed below it."""

    label: str  # 附件1, also the sheet's name
    title: str
    scope: str  # period, window, n
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    definitions: tuple[str, ...]
    total: tuple[Cell, ...] | None = None
    wide: bool = True  # on paper: lies in the page, as long as the type area is high


def rounded(value: float | Decimal, digits: int) -> str:
    """Half-up, as people round: 0.785 at two digits is 0.79."""
    return str(Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))


def percent(rate: float | None) -> str:
    """0.785714 → 78.57%; None → —."""
    return "—" if rate is None else f"{rounded(Decimal(str(rate)) * 100, 2)}%"


def points(change: float | None) -> str:
    """Percentage points with their sign: −3.10, +0.52, 0.00; None → —."""
    if change is None:
        return "—"
    size = rounded(abs(change), 2)
    if Decimal(size) == 0:
        return size
    return f"{'−' if change < 0 else '+'}{size}"


def shown(cell: Cell, kind: Kind) -> str:
    """The cell as a paper prints it; None → —."""
    if cell is None:
        return "—"
    if isinstance(cell, Interval):
        if cell.low is None or cell.high is None:
            return percent(cell.value)
        low, high = percent(cell.low), percent(cell.high)
        return f"{percent(cell.value)}（{low[:-1]}～{high[:-1]}）"
    if isinstance(cell, str):
        return cell
    if kind == "percent":
        return percent(cell)
    if kind == "points":
        return points(cell)
    if kind in ("score", "seconds"):
        return rounded(cell, 1)
    return str(cell)
