"""Numbers of issued papers (发文字号): one series a word and year, without gaps or doubles."""

from datetime import datetime

from sqlalchemy.orm import Session

from hotline.clock import local
from hotline.db import insert_for
from hotline.models.papers import NumberSeries


def next_serial(session: Session, word: str, year: int) -> int:
    """The number after the last one of the series.

    Its row stays locked until the commit: the next issuer waits, and a number whose transaction
    fails was never given out.
    """
    first = insert_for(session, NumberSeries).values(word=word, year=year, last=1)
    series = first.on_conflict_do_update(
        index_elements=[NumberSeries.word, NumberSeries.year],
        set_={"last": NumberSeries.last + 1},
    )
    return session.execute(series.returning(NumberSeries.last)).scalar_one()


def year_of(issued_at: datetime) -> int:
    """The year whose series a paper of that moment is numbered in: Shanghai's."""
    return local(issued_at).year


def number(word: str, year: int, serial: int) -> str:
    """冀水监电〔2026〕12号."""
    return f"{word}〔{year}〕{serial}号"
