"""Is what was issued still what it was: bytes against their digest, words, and numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.errors import NotFound, T, Text
from hotline.files import storage
from hotline.models.papers import Notice, NumberSeries
from hotline.papers import notice_documents, notices
from hotline.settings import Settings


@dataclass(frozen=True)
class Checked:
    """`broken`: what is not as it was issued.

    `drawn_otherwise`: papers whose words would be drawn differently today, by other typefaces or
    a later version; what is kept of them stands all the same.
    """

    count: int
    broken: tuple[Text, ...]
    drawn_otherwise: tuple[Text, ...]


def verify(session: Session, *, settings: Settings) -> Checked:
    """Every issued paper: kept bytes, snapshot, and a series of numbers without gap or double."""
    issued = session.scalars(
        select(Notice)
        .where(Notice.number.is_not(None))
        .order_by(Notice.word, Notice.year, Notice.serial)
    ).all()
    broken, otherwise = _numbers(session, issued), []
    for notice in issued:
        try:
            content = storage.fetch(session, notice.file or "")
        except NotFound:
            broken.append(T("{number}：没有存档文件", number=notice.number))
            continue
        if storage.digest_of(content) != notice.file:
            broken.append(T("{number}：存档文件与校验值不符", number=notice.number))
            continue
        document = notice_documents.from_json(notice.document or {})
        if document.number != notice.number:
            broken.append(T("{number}：快照中的文号不同", number=notice.number))
        # A signature is appended: the bytes as drawn come first.
        elif not content.startswith(notices.drawn(document, settings)):
            otherwise.append(
                T("{number}：字体或版本已变，按快照重绘与存档不同", number=notice.number)
            )
    return Checked(len(issued), tuple(broken), tuple(otherwise))


def _numbers(session: Session, issued: Sequence[Notice]) -> list[Text]:
    """What is wrong with the series, which begin at 1 and leave none out."""
    wrong = []
    last = {
        (series.word, series.year): series.last for series in session.scalars(select(NumberSeries))
    }
    of_series = {
        key: [notice.serial for notice in papers]
        for key, papers in groupby(issued, lambda notice: (notice.word, notice.year))
    }
    for (word, year), end in sorted(
        last.items() | {(key, 0) for key in of_series if key not in last}
    ):
        serials = of_series.get((word, year), [])
        if serials != list(range(1, end + 1)):
            wrong.append(T("{word}〔{year}〕：文号有缺号或重号", word=word, year=year))
    return wrong
