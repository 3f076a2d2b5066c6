"""Which figures of an issued 通报 no longer hold: as they were printed, beside those of today."""

from collections.abc import Mapping
from typing import Any

from hotline.papers.stored_documents import from_json
from reports.circular_annexes import summary
from reports.circular_facts import Circular
from reports.correction_facts import FigureChange
from reports.tables import Cell, Table, shown


def changed(
    document: Mapping[str, Any], holds: Circular, *, group: str
) -> tuple[FigureChange, ...]:
    """The total's and one row's cells of annex 1 that differ, in the words they print in.

    Its columns are matched by their heads, so that an older layout of the annex compares too.
    """
    printed = next((t for t in from_json(document).annexes if t.label == "附件1"), None)
    if printed is None:
        return ()
    today = summary(holds)
    found = []
    for name in ("合计", group):
        old, new = _row(printed, name), _row(today, name)
        n_old, n_new = old.get("抽查数"), new.get("抽查数")
        for head, (was, is_) in ((h, (old[h], new[h])) for h in old if h in new and h != "排名"):
            if was != is_:
                found.append(FigureChange(f"{name}：{head}", _with(was, n_old), _with(is_, n_new)))
    return tuple(found)


def _row(table: Table, name: str) -> dict[str, str]:
    """Head → printed cell of the row of that name; {} where there is none."""
    rows = [*table.rows, *([table.total] if table.total else [])]
    cells: tuple[Cell, ...] = next((row for row in rows if name in row[:2]), ())
    return {
        column.head: shown(cell, column.kind)
        for column, cell in zip(table.columns, cells, strict=False)
    }


def _with(value: str, n: str | None) -> str:
    """A rate with the number of lines it is of."""
    return f"{value}，n={n}" if "%" in value and n else value
