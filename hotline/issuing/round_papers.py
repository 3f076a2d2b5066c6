"""The papers of one round together: how far each is, and what stands in the way of all."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from hotline import rights
from hotline.errors import Text
from hotline.inspection import rounds
from hotline.issuing import paper_checks
from hotline.models.inspection import Round
from hotline.models.papers import Notice
from hotline.papers import notices
from hotline.rights import Actor


@dataclass(frozen=True)
class RoundPapers:
    """`obstacles`: of all on their way. `theirs`: how many submitted ones the actor may issue."""

    round: Round
    papers: Sequence[Notice]
    counts: Mapping[str, int]
    obstacles: Sequence[Text]
    theirs: int


def get_for(session: Session, actor: Actor, code: str) -> RoundPapers:
    """For those who manage the round. Raises NotFound outside the scope, Forbidden for readers."""
    found = rounds.get_for(session, actor, code)
    rights.require_manages(actor, found.level, found.area_code)
    papers = notices.find(session, actor, round_code=code)
    coming = [paper for paper in papers if paper.state in ("draft", "submitted")]
    submitted = [paper for paper in papers if paper.state == "submitted"]
    theirs = [paper for paper in submitted if paper_checks.why_not_theirs(actor, paper) is None]
    return RoundPapers(
        round=found,
        papers=papers,
        counts=Counter(paper.state for paper in papers),
        obstacles=paper_checks.obstacles(session, coming),
        theirs=len(theirs),
    )
