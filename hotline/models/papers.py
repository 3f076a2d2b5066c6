"""Papers: what a closed round leads to, its drafts, and what was issued."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hotline.db import Table, UtcDateTime
from hotline.models.inspection import Check, Round
from hotline.models.registry import Area, Line, Unit

FINDING_STATES = ("new", "dropped", "issued", "held", "revoked")
NOTICE_STATES = ("draft", "submitted", "issued", "withdrawn")
NOTICE_KINDS = (
    "circular",
    "rectification",
    "talk",
    "talk_record",
    "correction",
    "overdue",
    "no_show",
)


class Finding(Table):
    """What a check showed to be wrong.

    `evidence`: ids of its calls. `repeated`: the line had failed in the round before too.
    States: `new` until a paper that names it is issued; `dropped` by a reviewer before that, with
    a reason; `held` while an appeal is undecided; `revoked` by an appeal.
    """

    __tablename__ = "findings"
    __table_args__ = (CheckConstraint(f"state IN {FINDING_STATES}", name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), index=True)
    check_id: Mapped[int] = mapped_column(ForeignKey("checks.id"), unique=True)
    klass: Mapped[str] = mapped_column(String(16))
    evidence: Mapped[list[int]] = mapped_column(JSON)
    repeated: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(12), default="new")
    drop_reason: Mapped[str | None] = mapped_column(Text)
    dropped_by: Mapped[str | None] = mapped_column(String(80))
    dropped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    round: Mapped[Round] = relationship()
    check: Mapped[Check] = relationship()


class MeasureDue(Table):
    """A step of the ladder that was called for: of a line and its unit, or of a whole area.

    `round_id`: the round it comes from, also where it was called for later (a re-check that
    failed, a report that did not come). `talk_id`: the talk that answers it.
    """

    __tablename__ = "measures"
    __table_args__ = (
        CheckConstraint(
            "step IN ('remind', 'rectify', 'circular', 'talk', 'copy_up')", name="step"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), index=True)
    step: Mapped[str] = mapped_column(String(10))
    trigger: Mapped[list[Any]] = mapped_column(JSON)
    line_id: Mapped[int | None] = mapped_column(ForeignKey("lines.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    talk_id: Mapped[int | None] = mapped_column(ForeignKey("talks.id"), index=True)

    round: Mapped[Round] = relationship()
    line: Mapped[Line | None] = relationship()
    unit: Mapped[Unit | None] = relationship()
    area: Mapped[Area] = relationship()


class Notice(Table):
    """A paper, from its draft to its issue.

    `key` tells a round's papers apart: `circular`, `rectification:<unit id>`, `talk:<talk id>`.
    A draft is composed anew whenever it is looked at, from the round as it stands, `insertions`
    (slot → the reviewer's own text) and the wording of the day. What is issued never changes:
    `document` has the words and `file` the digest of the bytes; both None before. `number` is
    `word〔year〕serial号`; None: not issued.
    `hands`: everyone who drafted, edited or submitted it; none of them may issue it.
    `refers_to`: the paper that a correction or a 督办通知 is about.
    """

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("round_id", "key"),
        UniqueConstraint("word", "year", "serial"),
        CheckConstraint(f"kind IN {NOTICE_KINDS}", name="kind"),
        CheckConstraint(f"state IN {NOTICE_STATES}", name="state"),
        CheckConstraint("(state = 'issued') = (number IS NOT NULL)", name="issued_has_number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    key: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(20))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    area_code: Mapped[str | None] = mapped_column(ForeignKey("areas.code"))
    refers_to_id: Mapped[int | None] = mapped_column(ForeignKey("notices.id"), index=True)
    title: Mapped[str] = mapped_column(String(300))
    state: Mapped[str] = mapped_column(String(12), default="draft", index=True)
    insertions: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    hands: Mapped[list[str]] = mapped_column(JSON, default=list)
    drafted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    drafted_by: Mapped[str] = mapped_column(String(80))
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    submitted_by: Mapped[str | None] = mapped_column(String(80))
    return_reason: Mapped[str | None] = mapped_column(Text)
    returned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    returned_by: Mapped[str | None] = mapped_column(String(80))
    issued_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    issued_by: Mapped[str | None] = mapped_column(String(80))
    word: Mapped[str | None] = mapped_column(String(40))
    year: Mapped[int | None]
    serial: Mapped[int | None]
    number: Mapped[str | None] = mapped_column(String(60), unique=True)
    verification_code: Mapped[str | None] = mapped_column(String(40), unique=True)
    document: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    file: Mapped[str | None] = mapped_column(ForeignKey("stored_files.digest"))

    round: Mapped[Round] = relationship()
    unit: Mapped[Unit | None] = relationship()
    area: Mapped[Area | None] = relationship()
    refers_to: Mapped["Notice | None"] = relationship(remote_side=[id])

    @property
    def is_draft(self) -> bool:
        """Not issued: still composed anew."""
        return self.number is None


class NoticeFinding(Table):
    """Which findings a paper is about."""

    __tablename__ = "notice_findings"

    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"), primary_key=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("findings.id"), primary_key=True, index=True)


class NumberSeries(Table):
    """The last number given out for a word and a year; the row is the lock of its series."""

    __tablename__ = "number_series"

    word: Mapped[str] = mapped_column(String(40), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class StoredFile(Table):
    """Bytes that are kept: issued papers, reports' files. `digest`: their SHA-256 in hex."""

    __tablename__ = "stored_files"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Delivery(Table):
    """One e-mail of one issued paper to one address.

    queued → sending → sent | failed | unknown. `unknown`: the process ended between the claim and
    the answer; a person says what became of it, it is never sent again by itself. `claim` is the
    token of whoever is sending it. One Message-ID a paper and address, so that a repeat shows.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("notice_id", "recipient"),
        CheckConstraint(
            "state IN ('queued', 'sending', 'sent', 'failed', 'unknown')", name="state"
        ),
        Index("ix_deliveries_state_created", "state", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    recipient: Mapped[str] = mapped_column(String(254))
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

    notice: Mapped[Notice] = relationship()
    unit: Mapped[Unit | None] = relationship()


class NoticeLink(Table):
    """An address by which a unit opens a paper without an account: signed, expiring, revocable."""

    __tablename__ = "notice_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    nonce: Mapped[str] = mapped_column(String(40), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(80))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_by: Mapped[str | None] = mapped_column(String(80))

    notice: Mapped[Notice] = relationship()
    unit: Mapped[Unit | None] = relationship()


class NoticeOpening(Table):
    """Someone looked at an issued paper: an account (`by` its name) or a link (`link_id`)."""

    __tablename__ = "notice_openings"

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"), index=True)
    way: Mapped[str] = mapped_column(String(10))
    by: Mapped[str] = mapped_column(String(80))
    link_id: Mapped[int | None] = mapped_column(ForeignKey("notice_links.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Receipt(Table):
    """签收: who of a unit took a paper, once a paper and unit."""

    __tablename__ = "receipts"
    __table_args__ = (UniqueConstraint("notice_id", "unit_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    signer: Mapped[str] = mapped_column(String(60))
    post: Mapped[str] = mapped_column(String(60), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    by: Mapped[str] = mapped_column(String(80))
    link_id: Mapped[int | None] = mapped_column(ForeignKey("notice_links.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    notice: Mapped[Notice] = relationship()
    unit: Mapped[Unit] = relationship()
