"""Reading the journal: an auditor all of it, everyone else their own deeds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from hotline import clock, rights
from hotline.models.journal import AuditEntry
from hotline.rights import SHELL, Actor

PAGE = 50


@dataclass(frozen=True)
class Filters:
    """Which entries; empty or None: any. `since` and `until` are days in Shanghai, inclusive.

    `at_shell`: only deeds at a command line, in an account's name or not.
    """

    by: str = ""
    subject: str = ""
    subject_id: str = ""
    since: date | None = None
    until: date | None = None
    at_shell: bool = False


@dataclass(frozen=True)
class EntryPage:
    """One page of entries, the latest first."""

    entries: Sequence[AuditEntry]
    page: int
    pages: int
    total: int


def find(session: Session, actor: Actor, filters: Filters, *, page: int = 1) -> EntryPage:
    """The entries that the actor may read and the filters let through."""
    conditions = [rights.entries(actor)]
    if filters.by:
        conditions.append(AuditEntry.actor == filters.by)
    if filters.subject:
        conditions.append(AuditEntry.subject == filters.subject)
    if filters.subject_id:
        conditions.append(AuditEntry.subject_id == filters.subject_id)
    if filters.at_shell:
        operator = AuditEntry.actor.startswith(SHELL, autoescape=True)
        conditions.append(or_(AuditEntry.shell.is_not(None), operator))
    if filters.since:
        conditions.append(AuditEntry.at >= clock.at(filters.since, time.min))
    if filters.until:
        after = filters.until + timedelta(days=1)
        conditions.append(AuditEntry.at < clock.at(after, time.min))
    total = session.scalar(select(func.count(AuditEntry.id)).where(*conditions)) or 0
    pages = max(1, -(-total // PAGE))
    page = min(max(1, page), pages)
    query = (
        select(AuditEntry)
        .where(*conditions)
        .order_by(AuditEntry.id.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return EntryPage(session.scalars(query).all(), page, pages, total)
