"""Ledgers (台账): what all lists of the loop have in common, their order and their pages."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Row, Select, SQLColumnExpression, func, select
from sqlalchemy.orm import Session

PAGE_SIZE = 50
WHOLE = 3_000
"""So many rows at most stand on a page that shows a ledger whole, to be printed."""

One = TypeVar("One")
Column = SQLColumnExpression[Any]
Order = tuple[Column, ...]
Query = Select[*tuple[Any, ...]]
FoundRow = Row[*tuple[Any, ...]]


@dataclass(frozen=True)
class Sorting:
    """By which column; the head's key, and whether it runs down."""

    key: str
    down: bool = False

    @classmethod
    def parse(cls, said: str, keys: Container[str], usual: "Sorting") -> "Sorting":
        """`due` or `-due`; what is none of the keys is the usual order."""
        key = said.removeprefix("-")
        return cls(key, key != said) if key in keys else usual

    def head(self, key: str) -> str:
        """What a click on that head asks for: its order, or the other way round."""
        return f"-{key}" if key == self.key and not self.down else key

    def of(self, columns: Mapping[str, Order], last: Column) -> Order:
        """The order by that column, blanks at the end, and `last` so that it never wavers."""
        turned = [c.desc() if self.down else c.asc() for c in columns[self.key]]
        return (*(one.nulls_last() for one in turned), last)


@dataclass(frozen=True)
class LedgerPage(Generic[One]):
    """One page, counted from 1, of all that was found."""

    rows: Sequence[One]
    total: int
    page: int
    pages: int


def page_of(
    session: Session,
    query: Query,
    build: Callable[[FoundRow], One],
    *,
    page: int = 1,
    size: int = PAGE_SIZE,
) -> LedgerPage[One]:
    """Two queries, however many rows there are. A page past the end is the last."""
    counted = select(func.count()).select_from(query.order_by(None).subquery())
    total = session.scalar(counted) or 0
    pages = max(1, -(-total // size))
    page = min(max(1, page), pages)
    rows = session.execute(query.limit(size).offset((page - 1) * size))
    return LedgerPage([build(row) for row in rows], total, page, pages)


def has_words(search: str, *texts: Column) -> list[ColumnElement[bool]]:
    """Each word must occur in one of the texts; digits also in a number typed without its dash."""
    conditions = []
    for word in search.split():
        found = [text.icontains(word, autoescape=True) for text in texts]
        if word.isdigit():
            found += [func.replace(t, "-", "").contains(word, autoescape=True) for t in texts]
        either = found[0]
        for one in found[1:]:
            either |= one
        conditions.append(either)
    return conditions
