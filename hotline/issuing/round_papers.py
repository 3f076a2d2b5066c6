"""The papers of one round together: how far each is, and what stands in the way of all."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from hotline import rights
from hotline.errors import Invalid, Text
from hotline.inspection import rounds
from hotline.issuing import paper_checks, shown_papers
from hotline.models.inspection import Round
from hotline.models.papers import Notice
from hotline.papers import notices
from hotline.rights import Actor
from hotline.settings import Settings


@dataclass(frozen=True)
class RoundPapers:
    """`obstacles`: of all on their way. `theirs`: how many submitted ones the actor may issue.

    `seen`: the mark of these as they stand, which issuing asks for; empty while nothing can be.
    """

    round: Round
    papers: Sequence[Notice]
    counts: Mapping[str, int]
    obstacles: Sequence[Text]
    theirs: int
    seen: str


def get_for(
    session: Session, actor: Actor, code: str, *, settings: Settings, now: datetime
) -> RoundPapers:
    """For those who manage the round. Raises NotFound outside the scope, Forbidden for readers."""
    found = rounds.get_for(session, actor, code)
    rights.require_manages(actor, found.level, found.area_code)
    papers = notices.find(session, actor, round_code=code)
    coming = [paper for paper in papers if paper.state in ("draft", "submitted")]
    submitted = [paper for paper in papers if paper.state == "submitted"]
    theirs = [paper for paper in submitted if paper_checks.why_not_theirs(actor, paper) is None]
    obstacles = paper_checks.obstacles(session, coming)
    seen = ""
    if theirs and not obstacles:
        try:
            seen = shown_papers.mark_of(session, theirs, settings=settings, now=now)
        except Invalid as unusable:
            obstacles = [error.text for error in unusable.errors]
    return RoundPapers(
        round=found,
        papers=papers,
        counts=Counter(paper.state for paper in papers),
        obstacles=obstacles,
        theirs=len(theirs),
        seen=seen,
    )
