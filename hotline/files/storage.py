"""The one door for bytes: what is kept is found again by its SHA-256 and never changes."""

import hashlib
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.db import insert_for
from hotline.errors import NotFound, T
from hotline.models.papers import StoredFile


def digest_of(content: bytes) -> str:
    """SHA-256 in hex, the name under which bytes are kept."""
    return hashlib.sha256(content).hexdigest()


def keep(session: Session, content: bytes, *, now: datetime) -> str:
    """Keep bytes and return their digest; the same bytes again are kept once, also in a race."""
    digest = digest_of(content)
    row = {"digest": digest, "size": len(content), "content": content, "created_at": now}
    session.execute(insert_for(session, StoredFile).values(row).on_conflict_do_nothing())
    return digest


def fetch(session: Session, digest: str) -> bytes:
    """Raises NotFound for bytes that were never kept."""
    content = session.scalar(select(StoredFile.content).where(StoredFile.digest == digest))
    if content is None:
        raise NotFound(T("没有这份文件。"))
    return content
