"""The public check of a paper: what anyone who holds one may know, by the code printed on it."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from hotline.errors import NotFound, T
from hotline.files import storage
from hotline.models.inspection import Round
from hotline.models.papers import Notice
from hotline.settings import Settings


@dataclass(frozen=True)
class Verified:
    """An issued paper; `corrections`: the papers issued since that correct it."""

    notice: Notice
    issued_at: datetime
    issuer: str
    corrections: tuple[Notice, ...]

    def is_copy(self, content: bytes) -> bool:
        """Are these the bytes that were issued?"""
        return storage.digest_of(content) == self.notice.file


def find(session: Session, code: str, *, settings: Settings) -> Verified:
    """Raises NotFound for a code that stands on no issued paper."""
    notice = session.scalar(
        select(Notice)
        .where(Notice.verification_code == code, Notice.number.is_not(None))
        .options(joinedload(Notice.round).joinedload(Round.area), joinedload(Notice.unit))
    )
    if notice is None:
        raise NotFound(T("没有这个查验码的文书，请核对地址或重新扫码。"))
    found = notice.round
    issuer = settings.issuer(found.area_code, found.area.name, found.level)
    corrections = corrections_of(session, notice)
    return Verified(notice, cast(datetime, notice.issued_at), issuer, corrections)


def corrections_of(session: Session, notice: Notice) -> tuple[Notice, ...]:
    """The issued papers that correct this one, the first one first."""
    query = (
        select(Notice)
        .where(
            Notice.refers_to_id == notice.id,
            Notice.kind == "correction",
            Notice.number.is_not(None),
        )
        .order_by(Notice.issued_at, Notice.id)
    )
    return tuple(session.scalars(query))
