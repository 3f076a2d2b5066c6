"""The registry as a table with the columns of its import: it can be edited and read back."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline import rights, words
from hotline.models.registry import Line
from hotline.registry import line_lists, lines
from hotline.registry.line_fields import COLUMNS
from hotline.registry.line_lists import ListedLine, Sought
from hotline.rights import Actor
from reports.tables import Cell, Column, Table

_WIDTHS = {"number": 18, "unit": 24, "owner_phone": 16, "duty_hours": 30}


def table(session: Session, actor: Actor, sought: Sought, *, scope: str) -> Table:
    """The lines that are sought, in the actor's scope, with the last result of each.

    An owner's telephone is whole or masked as on the page. Nothing stands below the lines, where
    an import would take it for one.
    """
    listed = line_lists.find_all(session, actor, sought)
    full = {line.id: line for line in session.scalars(select(Line).where(rights.lines(actor)))}
    columns = [Column(c.zh, "text", _WIDTHS.get(c.name, 12)) for c in COLUMNS]
    return Table(
        label="监督电话",
        title="饮水安全监督电话名录",
        scope=f"{scope}  最近类别、得分、轮次为最近一次有结果的抽查；导入时不读这三列。",
        columns=(
            *columns,
            Column("最近类别", "text", 14),
            Column("最近得分", "score", 8),
            Column("最近轮次", "text", 18),
        ),
        rows=tuple(_row(actor, row, full[row.id]) for row in listed),
        definitions=(),
    )


def _row(actor: Actor, row: ListedLine, line: Line) -> tuple[Cell, ...]:
    values = {
        "number": row.number,
        "unit": row.unit,
        "level": str(words.LINE_LEVEL[row.level]),
        "area_code": line.area_code,
        "line_id": row.line_id,
        "report_group": line.report_group,
        "owner": row.owner,
        "owner_phone": lines.owner_phone(actor, line),
        "duty_hours": line.duty_hours,
        "status": str(words.LINE_STATUS[row.status]),
    }
    return (
        *(values[column.name] or "" for column in COLUMNS),
        str(words.klass(row.klass)) if row.klass else "",
        None if row.score_tenths is None else row.score_tenths / 10,
        row.round_code or "",
    )
