"""What an issuer had on the screen: a mark of the papers' words, compared when they are issued.

The mark is of the composed papers, for nothing less has all that they say: findings and calls,
appeals, text of one's own, names, settings, the wording of the day.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from hotline.errors import Conflict, T, Text
from hotline.models.papers import Notice
from hotline.papers import notice_documents
from hotline.settings import Settings
from reports.document import Document

_LENGTH = 16
_MOST_NAMED = 10


class Changed(Conflict):
    """Papers are not what the issuer had on the screen."""


def mark(papers: Mapping[int, Document]) -> str:
    """Of notice id → draft as composed: `<id>:<digest>` of each, with blanks between."""
    return " ".join(f"{notice_id}:{_digest(paper)}" for notice_id, paper in papers.items())


def mark_of(
    session: Session, papers: Collection[Notice], *, settings: Settings, now: datetime
) -> str:
    """The mark of drafts as they stand. Raises Invalid for wording that cannot be used."""
    return mark(notice_documents.compose_all(session, papers, settings=settings, now=now))


def require_seen(
    session: Session, papers: Collection[Notice], seen: str, *, settings: Settings, now: datetime
) -> None:
    """Raises Changed, naming them, unless `seen` is the mark of these papers as they stand."""
    shown, standing = _parts(seen), _parts(mark_of(session, papers, settings=settings, now=now))
    if shown == standing:
        return
    said = [
        _said(paper, str(paper.id) in shown) for paper in papers if _differs(paper, shown, standing)
    ]
    gone = len(set(shown) - set(standing))
    raise Changed(
        T("文书在您打开页面以后有改动，没有签发。请看过改动后的文书，再签发。"),
        [
            *said[:_MOST_NAMED],
            *([T("另有 {n} 项", n=len(said) - _MOST_NAMED)] if len(said) > _MOST_NAMED else []),
            *([T("有 {n} 份已不在待签发之列", n=gone)] if gone else []),
        ],
    )


def _differs(paper: Notice, shown: Mapping[str, str], standing: Mapping[str, str]) -> bool:
    return shown.get(str(paper.id)) != standing[str(paper.id)]


def _said(paper: Notice, was_shown: bool) -> Text:
    if was_shown:
        return T("{title}：内容有改动", title=paper.title)
    return T("{title}：打开页面时不在待签发之列", title=paper.title)


def _digest(document: Document) -> str:
    plain = json.dumps(notice_documents.to_json(document), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(plain.encode()).hexdigest()[:_LENGTH]


def _parts(mark: str) -> dict[str, str]:
    """Id → digest. What a browser sent may be anything, and is compared only."""
    return {number: digest for number, _, digest in (one.partition(":") for one in mark.split())}
