"""Rounds, their checks and the calls made in them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy import Table as PlainTable
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hotline.db import Table, Tenths, UtcDateTime
from hotline.models.people import User
from hotline.models.registry import Area, Line, Unit


class RubricVersion(Table):
    """A rubric as a round froze it. `digest`: SHA-256 of its canonical JSON."""

    __tablename__ = "rubrics"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(String(40))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


round_inspectors = PlainTable(
    "round_inspectors",
    Table.metadata,
    Column("round_id", ForeignKey("rounds.id"), primary_key=True),
    Column("user_id", ForeignKey("users.id"), primary_key=True, index=True),
)


class Round(Table):
    """One inspection of an area at one level in one period. `closed_at` None: still open.

    `as_is_reason`: why it was closed although the retry rule was unmet; None if it was met. Of a
    re-check or doubles: why it was called off; None if it came to a result.
    `purpose`: `sample`; or `recheck` of one line that failed, or `double` of lines that a second
    inspector tests without knowing of the first, neither of which any figure of a sample counts.
    `seed`, `plan`, `frame` and `frame_hash`: from what and how its lines, their order and their
    inspectors were drawn, so that anyone can draw again; None: named by hand. `dealing`: what else
    decided who tests what and when (inspection.assignments.Dealing); None: not dealt, or opened
    before it was kept.
    """

    __tablename__ = "rounds"
    __table_args__ = (
        Index(
            "uq_rounds_sample",
            "level",
            "area_code",
            "period",
            unique=True,
            sqlite_where=text("purpose = 'sample'"),
            postgresql_where=text("purpose = 'sample'"),
        ),
        CheckConstraint("level IN ('province', 'city')", name="level"),
        CheckConstraint("purpose IN ('sample', 'recheck', 'double')", name="purpose"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    purpose: Mapped[str] = mapped_column(String(10), default="sample")
    level: Mapped[str] = mapped_column(String(10))
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    period: Mapped[str] = mapped_column(String(8))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    coverage: Mapped[str] = mapped_column(String(10))
    rubric_id: Mapped[int] = mapped_column(ForeignKey("rubrics.id"))
    seed: Mapped[str | None] = mapped_column(String(64))
    plan: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    frame: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    frame_hash: Mapped[str | None] = mapped_column(String(64))
    dealing: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_by: Mapped[str] = mapped_column(String(80))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[str | None] = mapped_column(String(80))
    as_is_reason: Mapped[str | None] = mapped_column(Text)

    area: Mapped[Area] = relationship()
    rubric: Mapped[RubricVersion] = relationship()
    inspectors: Mapped[list[User]] = relationship(secondary=round_inspectors)

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def called_off(self) -> bool:
        """A re-check or doubles that ended without a result, for `as_is_reason`."""
        return self.purpose != "sample" and self.as_is_reason is not None


class Check(Table):
    """One line in one round, with all that its calls amount to.

    Number, unit, area, group and duty hours are those of the day the round was opened.
    The derived columns are written in the transaction that changes a call, and can be
    recomputed from the calls at any time. klass None: untested. `basis`: why the line is in the
    round (rules.sampling.Basis). `inspector_id` None: whoever inspects the round may test it.
    `planned_on` and `planned_half` (am, pm): when it is first to be dialled; None: at any time.
    """

    __tablename__ = "checks"
    __table_args__ = (
        UniqueConstraint("round_id", "line_id"),
        Index("ix_checks_round_number", "round_id", "number"),
        CheckConstraint("review IN ('pending', 'accepted', 'returned')", name="review"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"), index=True)
    number: Mapped[str] = mapped_column(String(40))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    group_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    duty_hours: Mapped[str] = mapped_column(String(120))
    basis: Mapped[str] = mapped_column(String(10), default="full")
    inspector_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    planned_on: Mapped[date | None] = mapped_column(Date)
    planned_half: Mapped[str | None] = mapped_column(String(2))

    klass: Mapped[str | None] = mapped_column(String(16))
    score_tenths: Mapped[int | None]
    provisional: Mapped[bool] = mapped_column(default=False)
    attempts: Mapped[int | None]
    outcome: Mapped[int | None]
    ring_s: Mapped[float | None] = mapped_column(Tenths)
    first_connected: Mapped[bool | None]
    critical: Mapped[bool] = mapped_column(default=False)
    majors_failed: Mapped[list[str]] = mapped_column(JSON, default=list)
    reasons: Mapped[list[Any]] = mapped_column(JSON, default=list)
    parts: Mapped[list[Any]] = mapped_column(JSON, default=list)
    decisive_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    calls_made: Mapped[int] = mapped_column(default=0)
    last_call_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closable: Mapped[bool] = mapped_column(default=False)
    open_reason: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    next_call_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    redials: Mapped[int] = mapped_column(default=0)

    review: Mapped[str] = mapped_column(String(10), default="pending")
    review_reason: Mapped[str | None] = mapped_column(Text)
    reviewed_by: Mapped[str | None] = mapped_column(String(80))
    reviewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    round: Mapped[Round] = relationship()
    line: Mapped[Line] = relationship()
    unit: Mapped[Unit] = relationship()
    area: Mapped[Area] = relationship(foreign_keys=[area_code])
    group: Mapped[Area] = relationship(foreign_keys=[group_code])


class Call(Table):
    """One dial. Never deleted; `fingerprint` is of the content as it was first given.

    Seconds have one decimal; None: not applicable. `answers`: item id → yes, no or na, blanks
    left out. `voided_at`: a reviewer struck it out, with a reason.
    """

    __tablename__ = "calls"
    __table_args__ = (
        UniqueConstraint("check_id", "started_at"),
        CheckConstraint("attempt >= 1", name="attempt"),
        CheckConstraint("ring_s IS NULL OR (ring_s >= 0 AND ring_s <= 1200)", name="ring"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    check_id: Mapped[int] = mapped_column(ForeignKey("checks.id"))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempt: Mapped[int]
    outcome: Mapped[int]
    ring_s: Mapped[float | None] = mapped_column(Tenths)
    transfer_count: Mapped[int | None]
    transfer_wait_s: Mapped[float | None] = mapped_column(Tenths)
    hold_total_s: Mapped[float | None] = mapped_column(Tenths)
    first_human_s: Mapped[float | None] = mapped_column(Tenths)
    talk_s: Mapped[float | None] = mapped_column(Tenths)
    answers: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    critical: Mapped[list[str]] = mapped_column(JSON, default=list)
    number_dialled: Mapped[str] = mapped_column(String(40))
    caller_number: Mapped[str | None] = mapped_column(String(40))
    answered_by: Mapped[str | None] = mapped_column(String(200))
    scenario: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    inspector: Mapped[str] = mapped_column(String(80))
    recorded_by: Mapped[str] = mapped_column(String(80))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    idempotency_key: Mapped[str | None] = mapped_column(String(80), unique=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    voided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    voided_by: Mapped[str | None] = mapped_column(String(80))
    void_reason: Mapped[str | None] = mapped_column(Text)

    check: Mapped[Check] = relationship()


class CallCorrection(Table):
    """One value of a call that was set right: what it was, what it is, who, when and why."""

    __tablename__ = "call_corrections"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"), index=True)
    field: Mapped[str] = mapped_column(String(30))
    old_value: Mapped[Any] = mapped_column(JSON)
    new_value: Mapped[Any] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(Text)
    corrected_by: Mapped[str] = mapped_column(String(80))
    corrected_at: Mapped[datetime] = mapped_column(UtcDateTime)
