"""The loop that closes problems: rectifications, their reports, appeals, talks."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hotline.db import Table, UtcDateTime
from hotline.models.inspection import Round
from hotline.models.papers import Finding, Notice
from hotline.models.registry import Area, Line, Unit

RECTIFICATION_STATES = (
    "issued",
    "in_progress",
    "reported",
    "rechecking",
    "closed",
    "returned",
    "cancelled",
)
APPEAL_STATES = ("filed", "upheld", "partly", "revoked")
TALK_STATES = ("due", "drafted", "notified", "held", "reported", "closed", "no_show", "cancelled")


class Rectification(Table):
    """A unit's task: from a finding that a 整改通知书 names, or from a commitment of a talk.

    已下达 issued → 整改中 in_progress → 已报送 reported → 复查中 rechecking → 已销号 closed, or
    退回 returned (and `returns` + 1); `cancelled`: its finding was revoked. Overdue is no state:
    `due_on` has passed and no report stands. `counted_from` and `working_days` explain `due_on`.
    `held`: an appeal is undecided. `reported_by` and `verified_by` are never the same.
    """

    __tablename__ = "rectifications"
    __table_args__ = (
        CheckConstraint(f"state IN {RECTIFICATION_STATES}", name="state"),
        Index("ix_rectifications_state_due", "state", "due_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"), index=True)
    finding_id: Mapped[int | None] = mapped_column(ForeignKey("findings.id"), unique=True)
    commitment_id: Mapped[int | None] = mapped_column(ForeignKey("commitments.id"), unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    line_id: Mapped[int | None] = mapped_column(ForeignKey("lines.id"), index=True)
    what: Mapped[str] = mapped_column(Text)
    owner: Mapped[str | None] = mapped_column(String(60))
    counted_from: Mapped[date] = mapped_column(Date)
    working_days: Mapped[int | None]
    due_on: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(12), default="issued")
    held: Mapped[bool] = mapped_column(default=False)
    returns: Mapped[int] = mapped_column(default=0)
    reported_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reported_by: Mapped[str | None] = mapped_column(String(80))
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    verified_by: Mapped[str | None] = mapped_column(String(80))
    recheck_round_id: Mapped[int | None] = mapped_column(ForeignKey("rounds.id"))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[str | None] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    notice: Mapped[Notice] = relationship()
    finding: Mapped[Finding | None] = relationship()
    unit: Mapped[Unit] = relationship()
    line: Mapped[Line | None] = relationship()
    recheck_round: Mapped[Round | None] = relationship()


class RectificationStep(Table):
    """One change of a rectification, in the order it happened; shown to the unit and the office."""

    __tablename__ = "rectification_steps"

    id: Mapped[int] = mapped_column(primary_key=True)
    rectification_id: Mapped[int] = mapped_column(ForeignKey("rectifications.id"), index=True)
    step: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str | None] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class RectificationReport(Table):
    """What a unit reports to have put right. `reporter`: the person named, `by`: who sent it."""

    __tablename__ = "rectification_reports"

    id: Mapped[int] = mapped_column(primary_key=True)
    rectification_id: Mapped[int] = mapped_column(ForeignKey("rectifications.id"), index=True)
    body: Mapped[str] = mapped_column(Text)
    reporter: Mapped[str] = mapped_column(String(60))
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Extension(Table):
    """A due date put off, with its reason."""

    __tablename__ = "extensions"

    id: Mapped[int] = mapped_column(primary_key=True)
    rectification_id: Mapped[int] = mapped_column(ForeignKey("rectifications.id"), index=True)
    old_due_on: Mapped[date] = mapped_column(Date)
    new_due_on: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(Text)
    granted_by: Mapped[str] = mapped_column(String(80))
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Attachment(Table):
    """A file that came with a report, an appeal or a talk's follow-up; exactly one of them."""

    __tablename__ = "attachments"
    __table_args__ = (
        CheckConstraint(
            "(CASE WHEN report_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN appeal_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN talk_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="one_subject",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int | None] = mapped_column(
        ForeignKey("rectification_reports.id"), index=True
    )
    appeal_id: Mapped[int | None] = mapped_column(ForeignKey("appeals.id"), index=True)
    talk_id: Mapped[int | None] = mapped_column(ForeignKey("talks.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    file: Mapped[str] = mapped_column(ForeignKey("stored_files.digest"))


class Appeal(Table):
    """A unit disputes a finding; one a finding. 维持 upheld, 部分 partly, 撤销 revoked.

    `before`, `after`: class, score, outcome, attempts and reasons of the check as the decision
    found and left them; None while undecided. `correction_id`: the 更正通知 that tells of it.
    """

    __tablename__ = "appeals"
    __table_args__ = (CheckConstraint(f"state IN {APPEAL_STATES}", name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("findings.id"), unique=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    body: Mapped[str] = mapped_column(Text)
    appellant: Mapped[str] = mapped_column(String(60))
    state: Mapped[str] = mapped_column(String(12), default="filed")
    filed_by: Mapped[str] = mapped_column(String(80))
    filed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decision: Mapped[str | None] = mapped_column(Text)
    decided_by: Mapped[str | None] = mapped_column(String(80))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    correction_id: Mapped[int | None] = mapped_column(ForeignKey("notices.id"))

    finding: Mapped[Finding] = relationship()
    notice: Mapped[Notice] = relationship(foreign_keys=[notice_id])
    unit: Mapped[Unit] = relationship()
    correction: Mapped[Notice | None] = relationship(foreign_keys=[correction_id])


class Talk(Table):
    """约谈 with a unit, or with a city (`unit_id` None); its triggers are its measures.

    due → drafted (its notice) → notified (issued) → held → reported → closed; or no_show; or
    cancelled, as long as nobody was told of it.
    """

    __tablename__ = "talks"
    __table_args__ = (CheckConstraint(f"state IN {TALK_STATES}", name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    state: Mapped[str] = mapped_column(String(12), default="due")
    person: Mapped[str] = mapped_column(String(60), default="")
    meets_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    place: Mapped[str] = mapped_column(String(200), default="")
    host: Mapped[str] = mapped_column(String(200), default="")
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notices.id"))
    held_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    held_place: Mapped[str] = mapped_column(String(200), default="")
    present: Mapped[str] = mapped_column(Text, default="")
    account: Mapped[str] = mapped_column(Text, default="")
    demands: Mapped[str] = mapped_column(Text, default="")
    record_id: Mapped[int | None] = mapped_column(ForeignKey("notices.id"))
    report_due_on: Mapped[date | None] = mapped_column(Date)
    report: Mapped[str | None] = mapped_column(Text)
    reported_by: Mapped[str | None] = mapped_column(String(80))
    reported_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[str | None] = mapped_column(String(80))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    round: Mapped[Round] = relationship()
    unit: Mapped[Unit | None] = relationship()
    area: Mapped[Area] = relationship()
    notice: Mapped[Notice | None] = relationship(foreign_keys=[notice_id])
    record: Mapped[Notice | None] = relationship(foreign_keys=[record_id])
    commitments: Mapped[list["Commitment"]] = relationship(order_by="Commitment.id")


class Commitment(Table):
    """What was promised in a talk: the measure, until when, by whom. Becomes a rectification."""

    __tablename__ = "commitments"

    id: Mapped[int] = mapped_column(primary_key=True)
    talk_id: Mapped[int] = mapped_column(ForeignKey("talks.id"), index=True)
    what: Mapped[str] = mapped_column(Text)
    due_on: Mapped[date] = mapped_column(Date)
    person: Mapped[str] = mapped_column(String(60))
