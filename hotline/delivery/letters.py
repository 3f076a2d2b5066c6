"""The e-mail that brings a paper: what it says, the paper itself, and the way to its page."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from hotline import clock
from hotline.delivery import links
from hotline.files import storage
from hotline.mail import Letter
from hotline.models.papers import Delivery, Notice, NoticeLink
from hotline.models.registry import Unit
from hotline.papers import notices, recipients
from hotline.settings import Settings


def write(
    session: Session, delivery: Delivery, *, key: str, settings: Settings, now: datetime
) -> Letter:
    """The letter of a delivery, with a link for each unit that shares its mailbox."""
    notice = delivery.notice
    units = readers(session, delivery)
    own = [
        links.standing(session, notice, unit.id, by="delivery", settings=settings, now=now)
        for unit in units
    ]
    addresses = [links.address(link, key=key, settings=settings) for link in own]
    return Letter(
        message_id=delivery.message_id,
        recipient=delivery.recipient,
        subject=f"{notice.title}（{notice.number}）",
        text=_text(notice, units, own, addresses, settings),
        paper_name=f"{notices.file_name(notice)}.pdf",
        paper=storage.fetch(session, str(notice.file)),
        written_at=clock.local(now),
    )


def readers(session: Session, delivery: Delivery) -> Sequence[Unit]:
    """The units that the paper goes to and whose address this is; none where it was changed."""
    to = recipients.units_of(session, delivery.notice)
    return [unit for unit in to if unit.email == delivery.recipient]


def _text(
    notice: Notice,
    units: Sequence[Unit],
    own: Sequence[NoticeLink],
    addresses: Sequence[str],
    settings: Settings,
) -> str:
    found = notice.round
    issuer = settings.issuer(found.area_code, found.area.name, found.level)
    issued = clock.local(notice.issued_at or own[0].created_at)
    good = min(clock.local(link.expires_at) for link in own)
    lines = [
        "、".join(_line(unit.name) for unit in units) + "：",
        "",
        f"现将《{_line(notice.title)}》（{notice.number}）发给你单位，正式文本见附件 PDF。",
        "请打开链接签收；整改情况和申诉也在那里提交，不需要账号：",
        "",
    ]
    for unit, address in zip(units, addresses, strict=True):
        lines += [f"{_line(unit.name)}：" if len(units) > 1 else "", address]
    lines += [
        "",
        f"链接至{good.year}年{good.month}月{good.day}日有效。谁有链接谁就能代本单位签收，请勿转发。",
        f"联系方式：{settings.contact(found.area_code, found.area.name, found.level)}",
        "",
        issuer,
        f"{issued.year}年{issued.month}月{issued.day}日",
        "",
        "本邮件由系统发出，请勿直接回复。",
        "",
    ]
    return "\n".join(lines)


def _line(text: str) -> str:
    return " ".join(text.split())
