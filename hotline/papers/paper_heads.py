"""Whom a round's papers come from: letterhead, number, signature, date, as configured by area."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hotline.clock import local
from hotline.models.inspection import Round
from hotline.settings import Settings
from reports.periods import last_day


@dataclass(frozen=True)
class Issued:
    """What a paper gets when it is issued; `verify_url` is what its QR code opens."""

    number: str
    date: str  # ISO
    verify_url: str | None = None


def head(
    found: Round, *, settings: Settings, now: datetime, issued: Issued | None, to_many: bool = False
) -> dict[str, Any]:
    """The values of PaperFacts. `to_many`: a paper in the file format, with a 版记 of its own.

    A draft has no date; its file is dated by the period's last day.
    """
    code, papers = found.area_code, settings.papers
    issuer = settings.issuer(code, found.area.name, found.level)
    letterhead = papers.letterheads.get(code, issuer)
    return {
        "issuer": issuer,
        "letterhead": f"{letterhead}文件" if to_many else letterhead,
        "number": issued.number if issued else draft_number(found, settings, now),
        "signature": papers.signers.get(code, issuer),
        "contact": settings.contact(code, found.area.name, found.level),
        "day": issued.date if issued else last_day(found.period),
        "date": issued.date if issued else None,
        "copies": papers.copies.get(code, ()) if to_many else (),
        "printed_by": papers.printed_by.get(code, f"{issuer}办公室") if to_many else "",
        "verify_url": issued.verify_url if issued else None,
    }


def of_round(found: Round, unit: str = "") -> dict[str, Any]:
    """The values of RoundFacts beside those."""
    return {
        "area": found.area.name,
        "round_code": found.code,
        "period": found.period,
        "rubric_version": found.rubric.version,
        "unit": unit,
    }


def draft_number(found: Round, settings: Settings, now: datetime) -> str:
    """What stands where the number will be: 冀水监电〔2026〕草稿."""
    word = settings.numbering_word(found.area_code, found.area.name)
    return f"{word}〔{local(now).year}〕草稿"
