"""A notice as a Document: composed live while it is a draft, the frozen one once it is issued."""

from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from hotline.errors import FieldError, Invalid, T, Text
from hotline.models.inspection import Round
from hotline.models.papers import Notice
from hotline.models.registry import Unit
from hotline.papers import (
    circulars,
    correction_facts,
    overdue_facts,
    rectification_facts,
    talk_facts,
)
from hotline.papers.paper_heads import Issued
from hotline.papers.paper_words import full_name
from hotline.papers.stored_documents import from_json, to_json
from hotline.rights import Actor
from hotline.settings import Settings
from reports import bulletin
from reports.document import Document
from reports.paper_facts import RoundFacts
from reports.papers import Templates
from reports.tables import Table
from reports.wording import Slot
from reports.wording_syntax import WordingError, check

__all__ = [
    "Issued",
    "check_wording",
    "compose",
    "compose_all",
    "document_of",
    "draft_title",
    "from_json",
    "slots",
    "tables_of",
    "title_of",
    "to_json",
]

_USUAL = Path(__file__).parent.parent / "data" / "papers"
_FAULT: dict[str, Text] = {
    "unreadable": T("读不出这个文件：{detail}"),
    "syntax": T("标签写法不对：{detail}"),
    "name": T("没有“{detail}”这项内容。"),
    "field": T("开头几行不对：{detail}"),
    "marker": T("没有这种标记：{detail}"),
    "grid": T("没有“{detail}”这张表格。"),
    "slot": T("插入文字的位置与系统自带的不一致：{detail}"),
    "value": T("内容填不进去：{detail}"),
}


def compose(
    session: Session,
    notice: Notice,
    *,
    settings: Settings,
    now: datetime,
    issued: Issued | None = None,
) -> Document:
    """The paper from the state of things and the wording of the day.

    Raises Invalid, naming file and line, for wording that cannot be used: never half a paper.
    """
    facts = _FACTS[notice.kind](session, notice, settings=settings, now=now, issued=issued)
    return _worded(notice, facts, settings)


def compose_all(
    session: Session, notices: Collection[Notice], *, settings: Settings, now: datetime
) -> dict[int, Document]:
    """Notice id → the draft as it stands; a round's letters are fetched together."""
    letters = [one for one in notices if one.kind == "rectification"]
    grounds = rectification_facts.grounds_of(session, letters)
    composed = {}
    for notice in notices:
        more = {"grounds": grounds} if notice.kind == "rectification" else {}
        facts = _FACTS[notice.kind](
            session, notice, settings=settings, now=now, issued=None, **more
        )
        composed[notice.id] = _worded(notice, facts, settings)
    return composed


def document_of(session: Session, notice: Notice, *, settings: Settings, now: datetime) -> Document:
    """What was issued, as it was frozen; else the draft as it stands."""
    if notice.document is not None:
        return from_json(notice.document)
    return compose(session, notice, settings=settings, now=now)


def title_of(document: Document) -> str:
    """The title on one line."""
    return document.title.replace("\n", "")


def draft_title(kind: str, found: Round, *, unit: Unit | None = None, settings: Settings) -> str:
    """The title of a paper that is not there yet, on one line."""
    try:
        title = templates(settings).title(
            kind,
            area=found.area.name,
            period=found.period,
            unit=full_name(unit.name, unit.area.name) if unit else "",
        )
    except WordingError as error:
        raise _refused(error) from error
    return title.replace("\n", "")


def slots(notice: Notice, *, settings: Settings) -> tuple[Slot, ...]:
    """The places of a paper where a reviewer may insert text: name and label, in its order."""
    return templates(settings).slots(notice.kind)


def tables_of(document: Document) -> tuple[Table, ...]:
    """The annexes, for the workbook."""
    return document.annexes


def check_wording(settings: Settings) -> None:
    """Refuse to start with wording that cannot be used. Raises Invalid, naming file and line."""
    folder = settings.papers.templates
    if folder is not None and not Path(folder).is_dir():
        raise Invalid.one("papers.templates", T("没有这个文件夹。"), value=folder)
    try:
        wordings = templates(settings)
        wordings.check()
        check(wordings.source("bulletin"), bulletin.NAMES, bulletin.TITLE_NAMES)
    except WordingError as error:
        raise _refused(error) from error


def templates(settings: Settings) -> Templates:
    """The wordings: an office's own go before those that come with Hotline."""
    own = settings.papers.templates
    return Templates((*([Path(own)] if own is not None else []), _USUAL))


def _worded(notice: Notice, facts: RoundFacts, settings: Settings) -> Document:
    try:
        return templates(settings).document(notice.kind, facts, notice.insertions)
    except WordingError as error:
        raise _refused(error) from error


def _refused(error: WordingError) -> Invalid:
    text = Text(_FAULT[error.fault].msgid, {"detail": error.detail})
    return Invalid([FieldError(error.template, text, row=error.line or None)])


def _circular(
    session: Session, notice: Notice, *, settings: Settings, now: datetime, issued: Issued | None
) -> RoundFacts:
    """A 通报 is written to all: it has the whole round, whoever looks at it."""
    reader = Actor.operator("papers")
    return circulars.facts(session, reader, notice.round, settings=settings, now=now, issued=issued)


_FACTS: dict[str, Callable[..., RoundFacts]] = {
    "circular": _circular,
    "rectification": rectification_facts.facts,
    "talk": talk_facts.notice_facts,
    "talk_record": talk_facts.record_facts,
    "correction": correction_facts.facts,
    "overdue": overdue_facts.facts,
    "no_show": talk_facts.no_show_facts,
}
