"""A round's issued papers in one file: to print, or to hand over."""

import zipfile
from collections.abc import Sequence
from io import BytesIO

from sqlalchemy.orm import Session

from hotline.errors import NotFound, T
from hotline.files import storage
from hotline.models.papers import Notice
from hotline.papers import notices, stored_documents
from hotline.rights import Actor
from hotline.settings import Settings
from reports import official


def zipped(session: Session, actor: Actor, code: str) -> bytes:
    """The PDFs as they were issued, each under its name. Raises NotFound where there is none."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for notice in _issued(session, actor, code):
            # A date of its own, so that the same papers make the same file.
            name = zipfile.ZipInfo(f"{notices.file_name(notice)}.pdf", (1980, 1, 1, 0, 0, 0))
            name.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(name, storage.fetch(session, str(notice.file)))
    return packed.getvalue()


def print_file(session: Session, actor: Actor, code: str, *, settings: Settings) -> bytes:
    """One PDF to print double-sided, every paper on sheets of its own; drawn from what was issued.

    Raises NotFound where there is none.
    """
    documents = [
        stored_documents.from_json(notice.document or {})
        for notice in _issued(session, actor, code)
    ]
    return official.draw_many(documents, notices.faces_of(settings))


def _issued(session: Session, actor: Actor, code: str) -> Sequence[Notice]:
    found = notices.find(session, actor, round_code=code)
    issued = [notice for notice in found if notice.number is not None]
    if not issued:
        raise NotFound(T("这一轮没有已签发的文书。"))
    return issued
