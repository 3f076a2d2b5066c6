"""Notices: drafted when a round closes, composed from the round as it stands."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import cast

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session, joinedload

from hotline import audit, rights, words
from hotline.errors import Conflict, NotFound, T
from hotline.files import storage
from hotline.models.inspection import Check, Round
from hotline.models.papers import Finding, MeasureDue, Notice, NoticeFinding
from hotline.models.registry import Unit
from hotline.papers.notice_documents import document_of, draft_title, tables_of
from hotline.rights import Actor
from hotline.rules.escalation import Step
from hotline.settings import Settings
from reports import official
from reports.document import Document
from reports.fonts import FacePaths, FacesMissing
from reports.workbook import workbook

CIRCULAR, RECTIFICATION = "circular", "rectification"


def draft(
    session: Session, actor: Actor, found: Round, *, settings: Settings, now: datetime
) -> int:
    """One 通报 for a round that has just been closed, one 整改通知书 a unit; returns how many."""
    every = session.scalars(select(Finding.id).where(Finding.round_id == found.id)).all()
    title = draft_title(CIRCULAR, found, settings=settings)
    paper = Notice(round_id=found.id, key=CIRCULAR, kind=CIRCULAR, title=title)
    _lay(session, actor, paper, every, now)
    to_rectify = _to_rectify(session, found)
    for unit_id, finding_ids in to_rectify.items():
        unit = session.get_one(Unit, unit_id)
        paper = Notice(
            round_id=found.id,
            key=f"{RECTIFICATION}:{unit_id}",
            kind=RECTIFICATION,
            unit_id=unit_id,
            title=draft_title(RECTIFICATION, found, unit=unit, settings=settings),
        )
        _lay(session, actor, paper, finding_ids, now)
    return 1 + len(to_rectify)


def draft_for(
    session: Session,
    actor: Actor,
    found: Round,
    *,
    key: str,
    kind: str,
    title: str,
    now: datetime,
    unit_id: int | None = None,
    area_code: str | None = None,
    refers_to_id: int | None = None,
    finding_ids: Iterable[int] = (),
) -> Notice:
    """Draft a paper of a round under a key of its own; one that was withdrawn is drafted anew.

    Raises Conflict if there is such a paper already.
    """
    known = session.scalar(
        select(Notice).where(Notice.round_id == found.id, Notice.key == key).with_for_update()
    )
    if known is not None and known.state != "withdrawn":
        raise Conflict(T("已有这份文书：{title}", title=known.title))
    drafted = known or Notice(round_id=found.id, key=key)
    drafted.kind, drafted.title, drafted.unit_id, drafted.area_code = (
        kind,
        title,
        unit_id,
        area_code,
    )
    drafted.refers_to_id = refers_to_id
    _lay(session, actor, drafted, finding_ids, now)
    audit.record(
        session,
        actor=actor.name,
        action="notice.draft",
        subject="notice",
        subject_id=drafted.id,
        new={"title": title, "round": found.code},
        now=now,
    )
    return drafted


def find(
    session: Session, actor: Actor, *, round_code: str | None = None, kind: str | None = None
) -> Sequence[Notice]:
    """The papers in the actor's scope, the latest first, a round's 通报 before its letters."""
    query = (
        select(Notice)
        .join(Round)
        .where(rights.notices(actor))
        .options(
            joinedload(Notice.round).joinedload(Round.area),
            joinedload(Notice.unit),
            joinedload(Notice.area),
        )
        .order_by(Round.ends_on.desc(), Round.code, Notice.kind, Notice.id)
    )
    if round_code is not None:
        query = query.where(Round.code == round_code)
    if kind is not None:
        query = query.where(Notice.kind == kind)
    return session.scalars(query).all()


def get_for(session: Session, actor: Actor, notice_id: int) -> Notice:
    """Raises NotFound outside the actor's scope."""
    query = (
        select(Notice)
        .join(Round)
        .where(Notice.id == notice_id, rights.notices(actor))
        .options(
            joinedload(Notice.round).joinedload(Round.area),
            joinedload(Notice.round).joinedload(Round.rubric),
            joinedload(Notice.unit).joinedload(Unit.area),
            joinedload(Notice.area),
            joinedload(Notice.refers_to),
        )
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound(T("没有这份文书，或您无权查看。"))
    return found


def hold(session: Session, actor: Actor, notice_id: int) -> Notice:
    """A paper locked for a change. Raises NotFound outside the scope, Forbidden if not managed."""
    found = get_for(session, actor, notice_id)
    rights.require_manages(actor, found.round.level, found.round.area_code)
    return session.get_one(Notice, notice_id, with_for_update=True, populate_existing=True)


def hold_naming(session: Session, finding_id: int) -> Sequence[Notice]:
    """Lock the papers that name a finding, in one order and before the finding, as issuing does.

    So none of them is on its way to a number while the finding changes.
    """
    naming = select(NoticeFinding.notice_id).where(NoticeFinding.finding_id == finding_id)
    query = (
        select(Notice)
        .where(Notice.id.in_(naming))
        .order_by(Notice.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return session.scalars(query).all()


def findings_of(session: Session, notices: Iterable[Notice]) -> dict[int, list[Finding]]:
    """Notice id → the findings it is about, with their checks and units, dropped ones too."""
    of: dict[int, list[Finding]] = {notice.id: [] for notice in notices}
    query = (
        select(NoticeFinding.notice_id, Finding)
        .join(Finding, Finding.id == NoticeFinding.finding_id)
        .join(Check, Check.id == Finding.check_id)
        .where(NoticeFinding.notice_id.in_(of))
        .options(joinedload(Finding.check).joinedload(Check.unit).joinedload(Unit.area))
        .order_by(Check.area_code, Check.number)
    )
    for notice_id, finding in session.execute(query):
        of[notice_id].append(finding)
    return of


def note_hand(notice: Notice, actor: Actor) -> None:
    """Whoever had a hand in a paper may not issue it."""
    if actor.name not in notice.hands:
        notice.hands = [*notice.hands, actor.name]


def faces_of(settings: Settings) -> FacePaths:
    """The office's own faces by role."""
    return cast(FacePaths, settings.papers.fonts)


def pdf(session: Session, notice: Notice, *, settings: Settings, now: datetime) -> bytes:
    """The paper as it was issued, or a draft as it stands."""
    if notice.file is not None:
        return storage.fetch(session, notice.file)
    return drawn(document_of(session, notice, settings=settings, now=now), settings)


def drawn(document: Document, settings: Settings) -> bytes:
    """The PDF of a document. Raises Conflict where there are no typefaces to draw it with."""
    with faces_needed():
        return official.draw(document, faces_of(settings))


@contextmanager
def faces_needed() -> Iterator[None]:
    """Raises Conflict where there are no typefaces, or one that is named cannot be used."""
    try:
        yield
    except FacesMissing as error:
        raise Conflict(
            T("没有可用的字体，请运行 make fonts 或核对 papers.fonts。"),
            [T("{why}", why=str(error))],
        ) from error


def docx(session: Session, notice: Notice, *, settings: Settings, now: datetime) -> bytes:
    """The same words as a Word file, for offices that must edit."""
    return _word_file(document_of(session, notice, settings=settings, now=now))


def annexes(session: Session, notice: Notice, *, settings: Settings, now: datetime) -> bytes:
    """A paper's annexes as an Excel file. Raises NotFound for one that has none."""
    tables = tables_of(document_of(session, notice, settings=settings, now=now))
    if not tables:
        raise NotFound(T("这份文书没有附件表格。"))
    return workbook(tables)


def render(
    session: Session,
    actor: Actor,
    round_code: str,
    folder: Path,
    *,
    docx: bool = False,
    settings: Settings,
    now: datetime,
) -> Iterator[Path]:
    """Write a round's papers into a folder, and each 通报's annexes as Excel; yields the files.

    What is issued is written as it is kept, drafts as they stand; withdrawn ones are left out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for notice in find(session, actor, round_code=round_code):
        if notice.state == "withdrawn":
            continue
        document = document_of(session, notice, settings=settings, now=now)
        name = file_name(notice)
        content = (
            drawn(document, settings)
            if notice.file is None
            else storage.fetch(session, notice.file)
        )
        yield _written(folder / f"{name}.pdf", content)
        if docx:
            yield _written(folder / f"{name}.docx", _word_file(document))
        if tables := tables_of(document):
            yield _written(folder / f"{name}-附件.xlsx", workbook(tables))


def file_name(notice: Notice) -> str:
    """A name without ending that tells papers of one round apart, safe on every file system."""
    kind = str(words.NOTICE_KIND[notice.kind])
    if notice.kind == CIRCULAR:
        return f"{notice.round.code}-{kind}"
    of_round = notice.kind == RECTIFICATION and notice.key.count(":") == 1
    name = notice.unit.name if notice.unit else notice.area.name if notice.area else ""
    plain = "".join(c if c.isalnum() else "_" for c in name)[:40]
    told_apart = notice.unit_id if of_round else notice.id
    return f"{notice.round.code}-{kind}-{told_apart}-{plain}".rstrip("-")


def _word_file(document: Document) -> bytes:
    # python-docx is slow to import, and few ask for it.
    from reports import word_file

    return word_file.docx(document)


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _to_rectify(session: Session, found: Round) -> dict[int, list[int]]:
    """Unit id → the findings of its lines on the ladder's 整改 step.

    By area: the papers are numbered in the order in which an office files them.
    """
    due = select(MeasureDue.line_id).where(
        MeasureDue.round_id == found.id, MeasureDue.step == Step.RECTIFY.value
    )
    query = (
        select(Check.unit_id, Finding.id)
        .join_from(Finding, Check)
        .where(Finding.round_id == found.id, Check.line_id.in_(due))
        .order_by(Check.area_code, Check.unit_id, Check.number)
    )
    by_unit: dict[int, list[int]] = {}
    for unit_id, finding_id in session.execute(query):
        by_unit.setdefault(unit_id, []).append(finding_id)
    return by_unit


def _lay(
    session: Session, actor: Actor, notice: Notice, finding_ids: Iterable[int], now: datetime
) -> None:
    """Put a draft at the beginning of its way.

    One that was withdrawn keeps the hands it went through: a talk's words outlive its paper.
    """
    notice.state, notice.insertions = "draft", {}
    notice.hands = list(dict.fromkeys([*(notice.hands or ()), actor.name]))
    notice.drafted_at, notice.drafted_by = now, actor.name
    notice.submitted_at = notice.submitted_by = None
    session.add(notice)
    session.flush()
    session.execute(delete(NoticeFinding).where(NoticeFinding.notice_id == notice.id))
    rows = [{"notice_id": notice.id, "finding_id": one} for one in dict.fromkeys(finding_ids)]
    if rows:
        session.execute(insert(NoticeFinding), rows)
