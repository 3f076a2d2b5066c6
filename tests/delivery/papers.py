"""Issued papers to deliver, and the office they belong to, in as few words as a test needs."""

from __future__ import annotations

from datetime import datetime
from itertools import count

from sqlalchemy.orm import Session

from hotline.delivery import deliveries
from hotline.files import storage
from hotline.models.inspection import Round
from hotline.models.papers import Delivery, Notice
from hotline.models.registry import Unit
from hotline.papers import stored_documents
from hotline.settings import Deliveries, Mail, Settings
from reports.document import Document, Paragraph
from tests.factories import NOW, make_areas, make_line, make_unit
from tests.inspection.spot_checks import a_round
from tests.loop.files import pdf

KEY = "k" * 40
PDF = pdf()
_serial = count(1)


def with_server(settings: Settings, port: int, **more: object) -> Settings:
    """The settings of an office whose mail server listens on this port."""
    mail = {"host": "127.0.0.1", "port": port, "security": "none", "timeout_s": 5}
    said = mail | {"sender": "papers@example.cn", "sender_name": "省水利厅"}
    return settings.model_copy(
        update={
            "mail": Mail.model_validate(said),
            "deliveries": Deliveries.model_validate({"attempts": 3, **more}),
            "public_url": "https://hotline.example.cn",
        }
    )


def a_town(session: Session, settings: Settings, lines: int = 1) -> Round:
    """A round of 石家庄 with that many lines of 长安区, each of a unit with an address."""
    make_areas(session)
    for n in range(1, lines + 1):
        unit = make_unit(session, "130102", f"长安区第{n}水厂")
        unit.email = f"unit{n}@example.cn"
        make_line(session, unit=unit)
    session.flush()
    return a_round(session, settings)


def issued(
    session: Session,
    found: Round,
    unit: Unit | None = None,
    *,
    now: datetime = NOW,
    **more: object,
) -> Notice:
    """An issued paper: a 整改通知书 of a unit, or the round's 通报."""
    serial = next(_serial)
    kind = "rectification" if unit else "circular"
    fields: dict[str, object] = {
        "key": f"sent:{serial}",
        "kind": kind,
        "unit_id": unit.id if unit else None,
        "title": "关于限期整改饮水安全监督电话问题的通知",
        "state": "issued",
        "number": f"试送〔2026〕{serial}号",
        "word": "试送",
        "year": 2026,
        "serial": serial,
        "verification_code": f"code{serial}",
        "document": stored_documents.to_json(_document(f"试送〔2026〕{serial}号")),
        "file": storage.keep(session, PDF, now=now),
        "drafted_at": now,
        "drafted_by": "PA",
        "issued_at": now,
        "issued_by": "PB",
    }
    notice = Notice(round_id=found.id, **(fields | more))
    session.add(notice)
    session.flush()
    return notice


def _document(number: str) -> Document:
    """The words of a short letter."""
    return Document(
        kind="rectification",
        form="letter",
        letterhead="河北省水利厅",
        number=number,
        title="关于限期整改饮水安全监督电话问题的通知",
        addressee="长安区水利局",
        body=(Paragraph("请按期整改。"),),
        signature="河北省水利厅",
        date="2026-11-03",
        day="2026-11-03",
        author="河北省水利厅",
    )


def queue_letters(session: Session, settings: Settings, letters: int) -> None:
    """That many 整改通知书, one a unit, each with its e-mail queued."""
    found = a_town(session, settings, lines=letters)
    for unit in session.query(Unit).filter(Unit.email.is_not(None)).order_by(Unit.id):
        notice = issued(session, found, unit)
        deliveries.queue_for(session, notice, settings=settings, now=NOW)


def states(session: Session) -> dict[str, str]:
    """Each recipient's e-mail and its state."""
    return {d.recipient: d.state for d in session.query(Delivery).order_by(Delivery.id)}
