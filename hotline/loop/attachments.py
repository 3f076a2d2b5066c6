"""Files that come with a report, an appeal or a talk's follow-up."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

from hotline.errors import FieldError, Invalid, NotFound, T, Text
from hotline.files import storage
from hotline.files.file_kinds import KINDS, Kind, Unsafe, kind_of
from hotline.loop import loop_rights
from hotline.models.inspection import Round
from hotline.models.loop import Appeal, Attachment, Rectification, RectificationReport, Talk
from hotline.models.papers import Notice
from hotline.rights import Actor
from hotline.settings import Settings

FIELD = "files"
_LONGEST_NAME = 100
_UNUSABLE = re.compile(r'[<>:"|?*&;`$\x00-\x1f]+')


@dataclass(frozen=True)
class Upload:
    """A file as it was sent: the name it was given there, and its bytes."""

    name: str
    content: bytes


def check(uploads: Sequence[Upload], *, settings: Settings) -> None:
    """Raises Invalid at `files`, with every file that is wrong and why."""
    mistakes = mistakes_in(uploads, settings=settings)
    if mistakes:
        raise Invalid(mistakes)


def mistakes_in(uploads: Sequence[Upload], *, settings: Settings) -> list[FieldError]:
    """The same as a list, for a use case that has other mistakes to tell as well."""
    limits = settings.uploads
    if len(uploads) > limits.max_files:
        return [
            _wrong(
                T("一次最多 {n} 个文件，现有 {have} 个。", n=limits.max_files, have=len(uploads))
            )
        ]
    if sum(len(one.content) for one in uploads) > limits.max_total_bytes:
        limit = _megabytes(limits.max_total_bytes)
        return [_wrong(T("文件合计超过 {n} MB，请压缩或分次报送。", n=limit))]
    said = ((one, _mistake(one, settings)) for one in uploads)
    return [_wrong(text, clean_name(one.name)) for one, text in said if text is not None]


def keep(
    session: Session,
    uploads: Sequence[Upload],
    *,
    now: datetime,
    report_id: int | None = None,
    appeal_id: int | None = None,
    talk_id: int | None = None,
) -> list[Attachment]:
    """Store files that `check` let through, each with the one thing it belongs to."""
    kept = []
    for one in uploads:
        kind = _known_kind(one.content)
        kept.append(
            Attachment(
                report_id=report_id,
                appeal_id=appeal_id,
                talk_id=talk_id,
                name=clean_name(one.name),
                media_type=kind.media_type,
                file=storage.keep(session, one.content, now=now),
            )
        )
    session.add_all(kept)
    session.flush()
    return kept


def get_for(session: Session, actor: Actor, attachment_id: int) -> Attachment:
    """Whoever may see what it belongs to may have it. Raises NotFound to all others."""
    of_rectification, of_appeal = aliased(Notice), aliased(Notice)
    query = (
        select(Attachment)
        .outerjoin(RectificationReport, RectificationReport.id == Attachment.report_id)
        .outerjoin(Rectification, Rectification.id == RectificationReport.rectification_id)
        .outerjoin(of_rectification, of_rectification.id == Rectification.notice_id)
        .outerjoin(Appeal, Appeal.id == Attachment.appeal_id)
        .outerjoin(of_appeal, of_appeal.id == Appeal.notice_id)
        .outerjoin(Talk, Talk.id == Attachment.talk_id)
        .outerjoin(
            Round,
            or_(
                Round.id == of_rectification.round_id,
                Round.id == of_appeal.round_id,
                Round.id == Talk.round_id,
            ),
        )
        .where(
            Attachment.id == attachment_id,
            or_(
                and_(Attachment.report_id.is_not(None), loop_rights.rectifications(actor)),
                and_(Attachment.appeal_id.is_not(None), loop_rights.appeals(actor)),
                and_(Attachment.talk_id.is_not(None), loop_rights.talks(actor)),
            ),
        )
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound(T("没有这个附件，或您无权查看。"))
    return found


def content_of(session: Session, attachment: Attachment) -> bytes:
    return storage.fetch(session, attachment.file)


def of_reports(session: Session, report_ids: Sequence[int]) -> dict[int, list[Attachment]]:
    """Report id → its files, in the order they were sent."""
    query = select(Attachment).where(Attachment.report_id.in_(list(report_ids)))
    found: dict[int, list[Attachment]] = {}
    for one in session.scalars(query.order_by(Attachment.id)):
        if one.report_id is not None:
            found.setdefault(one.report_id, []).append(one)
    return found


def clean_name(given: str) -> str:
    """A name that is safe to show and to save under: no folders, no hidden or turning signs.

    Only the last dot is one before an ending, so that 照片.exe.jpg does not pose as another kind.
    """
    name = unicodedata.normalize("NFC", given[:1000]).replace("\\", "/").rpartition("/")[2]
    name = "".join(c for c in name if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co"))
    stem, dot, suffix = _UNUSABLE.sub("_", name).strip(" .").rpartition(".")
    if not dot:
        stem, suffix = suffix, ""
    parts = stem.split(".")
    joined = parts[0]
    for part in parts[1:]:
        joined += ("_" if part[:1].isascii() and part[:1].isalpha() else ".") + part
    joined = joined.strip(" .")[:_LONGEST_NAME] or "_"
    return f"{joined}.{suffix[:20]}" if suffix else joined


def accepted(settings: Settings) -> str:
    """What a browser's file dialog should offer."""
    return ",".join(f".{end}" for name in settings.uploads.kinds for end in KINDS[name].suffixes)


def _mistake(one: Upload, settings: Settings) -> Text | None:
    limits = settings.uploads
    if not one.content:
        return T("是空文件。")
    if len(one.content) > limits.max_bytes:
        return T("超过 {n} MB，请压缩后再传。", n=_megabytes(limits.max_bytes))
    try:
        kind = kind_of(one.content)
    except Unsafe:
        return T("展开后过大，请另存后再传。")
    kinds = "、".join(limits.kinds)
    if kind is None or kind.name not in limits.kinds:
        return T("内容不是可收的文件（{kinds}），请核对后再传。", kinds=kinds)
    suffix = clean_name(one.name).rpartition(".")[2].lower()
    if suffix not in kind.suffixes:
        return T("内容是 {kind}，文件名却不是，请改名后再传。", kind=kind.name)
    return None


def _known_kind(content: bytes) -> Kind:
    kind = kind_of(content)
    if kind is None:
        raise ValueError("files are checked before they are kept")
    return kind


def _wrong(text: Text, name: str = "") -> FieldError:
    return FieldError(FIELD, text, value=name)


def _megabytes(count: int) -> str:
    return f"{count / 1_000_000:g}"
