"""What is told without being a paper: reminders, digests, the weekly and monthly reports."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hotline.db import Table, UtcDateTime
from hotline.models.registry import Area


class Message(Table):
    """One e-mail to one address for one period, so that nobody is told the same thing twice.

    States, claim and lease are those of a Delivery, and `left`: it is not sent any more, because
    a person said so (`settled_by`) or its time had passed (`error`). `file`: what is attached,
    under `file_name`.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("kind", "period", "recipient"),
        CheckConstraint(
            "state IN ('queued', 'sending', 'sent', 'failed', 'unknown', 'left')", name="state"
        ),
        Index("ix_messages_state_created", "state", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    period: Mapped[str] = mapped_column(String(20))
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    file: Mapped[str | None] = mapped_column(ForeignKey("stored_files.digest"))
    file_name: Mapped[str | None] = mapped_column(String(200))
    message_id: Mapped[str] = mapped_column(String(200), unique=True)
    state: Mapped[str] = mapped_column(String(10), default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    claim: Mapped[str | None] = mapped_column(String(40))
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    not_before: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(Text)
    settled_by: Mapped[str | None] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Bulletin(Table):
    """A 周报 or 月报 of an office: drawn once for a period, kept as it was drawn."""

    __tablename__ = "bulletins"
    __table_args__ = (
        UniqueConstraint("kind", "period", "area_code"),
        CheckConstraint("kind IN ('week', 'month')", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    period: Mapped[str] = mapped_column(String(10))
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    title: Mapped[str] = mapped_column(String(300))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    file: Mapped[str] = mapped_column(ForeignKey("stored_files.digest"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    area: Mapped[Area] = relationship()
