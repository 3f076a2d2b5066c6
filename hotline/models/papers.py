"""What a closed round leads to: findings, measures, notices."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hotline.db import Table, UtcDateTime
from hotline.models.inspection import Check, Round
from hotline.models.registry import Area, Line, Unit


class Finding(Table):
    """What a check showed to be wrong.

    `evidence`: ids of its calls. `repeated`: the line had failed in the round before too.
    """

    __tablename__ = "findings"

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), index=True)
    check_id: Mapped[int] = mapped_column(ForeignKey("checks.id"), unique=True)
    klass: Mapped[str] = mapped_column(String(16))
    evidence: Mapped[list[int]] = mapped_column(JSON)
    repeated: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(12), default="new")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    check: Mapped[Check] = relationship()


class MeasureDue(Table):
    """A step of the ladder that a round called for: of a line and its unit, or of a whole area."""

    __tablename__ = "measures"
    __table_args__ = (
        CheckConstraint("step IN ('remind', 'rectify', 'circular', 'talk')", name="step"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), index=True)
    step: Mapped[str] = mapped_column(String(10))
    trigger: Mapped[list[Any]] = mapped_column(JSON)
    line_id: Mapped[int | None] = mapped_column(ForeignKey("lines.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))

    round: Mapped[Round] = relationship()
    line: Mapped[Line | None] = relationship()
    unit: Mapped[Unit | None] = relationship()
    area: Mapped[Area] = relationship()


class Notice(Table):
    """A paper. The PDF is drawn from `snapshot` alone. `number` None: a draft.

    `key` tells a round's papers apart: `circular`, or `rectification:<unit id>`.
    """

    __tablename__ = "notices"
    __table_args__ = (UniqueConstraint("round_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    key: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(20))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    title: Mapped[str] = mapped_column(String(300))
    number: Mapped[str | None] = mapped_column(String(60), unique=True)
    snapshot: Mapped[dict[str, Any]] = mapped_column(JSON)
    drafted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    drafted_by: Mapped[str] = mapped_column(String(80))
    issued_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    round: Mapped[Round] = relationship()
    unit: Mapped[Unit | None] = relationship()

    @property
    def is_draft(self) -> bool:
        return self.number is None
