"""What of papers and the loop awaits someone today; each count is that of a ledger."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline import rights
from hotline.ledgers import ledger_notices, ledger_problems, ledger_talks
from hotline.models.inspection import Round
from hotline.models.papers import Notice
from hotline.rights import Actor
from hotline.settings import Settings


@dataclass(frozen=True)
class PaperDuties:
    """Of the rounds that an administrator manages.

    to_issue: submitted papers that they had no hand in; `theirs`: those they had. reported: to
    be verified; appealed: an appeal to decide. unknown, failed: papers whose e-mails may
    not have arrived.
    """

    drafts: int
    to_issue: int
    theirs: int
    reported: int
    rechecking: int
    overdue: int
    appealed: int
    talks_due: int
    talks_reported: int
    unknown: int
    failed: int


@dataclass(frozen=True)
class UnitDuties:
    """Of one's own unit: what is still open, what of it is overdue, what is to be signed for."""

    open: int
    overdue: int
    unsigned: int


def of_admin(session: Session, actor: Actor, *, settings: Settings, now: datetime) -> PaperDuties:
    """Seven queries, however much there is."""
    papers = ledger_notices.Sought(own=True)
    states = ledger_notices.state_counts(session, actor, papers, settings=settings, now=now)
    mails = {
        state: ledger_notices.count(
            session, actor, replace(papers, delivery=state), settings=settings, now=now
        )
        for state in ("unknown", "failed")
    }
    problems = ledger_problems.summary(session, actor, ledger_problems.Sought(own=True), now=now)
    talks = ledger_talks.state_counts(session, actor, ledger_talks.Sought(own=True), now=now)
    theirs = _with_a_hand(session, actor)
    return PaperDuties(
        drafts=states["draft"],
        to_issue=states["submitted"] - theirs,
        theirs=theirs,
        reported=problems.states["reported"],
        rechecking=problems.states["rechecking"],
        overdue=problems.overdue,
        appealed=problems.states["held"],
        talks_due=talks["due"],
        talks_reported=talks["reported"],
        unknown=mails["unknown"],
        failed=mails["failed"],
    )


def of_unit(session: Session, actor: Actor, *, settings: Settings, now: datetime) -> UnitDuties:
    """For a unit's reader."""
    problems = ledger_problems.summary(session, actor, ledger_problems.Sought(), now=now)
    unsigned = ledger_notices.Sought(state="issued", receipt="unsigned")
    return UnitDuties(
        open=problems.open,
        overdue=problems.overdue,
        unsigned=ledger_notices.count(session, actor, unsigned, settings=settings, now=now),
    )


def _with_a_hand(session: Session, actor: Actor) -> int:
    """Submitted papers that they drafted, edited or submitted, and so may not issue."""
    query = (
        select(Notice.hands)
        .join(Round, Round.id == Notice.round_id)
        .where(Notice.state == "submitted", rights.managed_rounds(actor))
    )
    return sum(actor.name in hands for hands in session.scalars(query))
