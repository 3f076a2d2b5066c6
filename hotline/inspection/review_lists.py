"""The list of what awaits review, each check with its score opened."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from hotline.inspection import rubrics
from hotline.inspection.opened_scores import OpenedScore, opened
from hotline.inspection.reviews import awaiting, state
from hotline.models.inspection import Check, Round
from hotline.models.registry import Unit
from hotline.rights import Actor
from hotline.rules.outcomes import Klass

PAGE = 30
FAILED, PASSED = "failed", "pass"


@dataclass(frozen=True)
class Waiting:
    """A check with its score; `state` goes back with the reviewer's word on it."""

    check: Check
    score: OpenedScore | None
    state: str


@dataclass(frozen=True)
class WaitingPage:
    """One page, non-pass first, then the oldest. `rounds`: code, area, how many wait there."""

    waiting: Sequence[Waiting]
    rounds: Sequence[tuple[Round, int]]
    failed: int
    passed: int
    page: int
    pages: int

    @property
    def total(self) -> int:
        return self.failed + self.passed


def find(
    session: Session,
    actor: Actor,
    *,
    round_code: str | None = None,
    only: str | None = None,
    page: int = 1,
) -> WaitingPage:
    """What awaits the actor's review. `only`: FAILED, PASSED or None for both."""
    passes = Check.klass == Klass.PASS.value
    counted = _counted(session, actor)
    chosen = [counts for found, counts in counted if round_code in (None, found.code)]
    failed, passed = (sum(counts[n] for counts in chosen) for n in (0, 1))
    total = {FAILED: failed, PASSED: passed}.get(only or "", failed + passed)
    pages = max(1, -(-total // PAGE))
    page = min(max(1, page), pages)
    query = (
        select(Check)
        .join(Round)
        .where(*awaiting(actor))
        .options(
            joinedload(Check.round).joinedload(Round.area),
            joinedload(Check.round).joinedload(Round.rubric),
            joinedload(Check.unit).joinedload(Unit.area),
            joinedload(Check.area),
        )
        .order_by(passes, Check.last_call_at, Check.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    if round_code is not None:
        query = query.where(Round.code == round_code)
    if only in (FAILED, PASSED):
        query = query.where(passes if only == PASSED else ~passes)
    checks = session.scalars(query).all()
    return WaitingPage(
        waiting=[_waiting(session, check) for check in checks],
        rounds=[(found, sum(counts)) for found, counts in counted],
        failed=failed,
        passed=passed,
        page=page,
        pages=pages,
    )


def _counted(session: Session, actor: Actor) -> list[tuple[Round, tuple[int, int]]]:
    """The rounds in which something waits, open ones first, with how many failed and passed."""
    passes = Check.klass == Klass.PASS.value
    counts = {
        round_id: (total - passed, passed)
        for round_id, total, passed in session.execute(
            select(Check.round_id, func.count(Check.id), func.count().filter(passes))
            .join(Round)
            .where(*awaiting(actor))
            .group_by(Check.round_id)
        )
    }
    query = (
        select(Round)
        .where(Round.id.in_(counts))
        .options(joinedload(Round.area))
        .order_by(Round.closed_at.is_not(None), Round.ends_on.desc(), Round.code)
    )
    return [(found, counts[found.id]) for found in session.scalars(query)]


def _waiting(session: Session, check: Check) -> Waiting:
    rubric = rubrics.load(session, check.round.rubric.digest)
    return Waiting(check, opened(check, rubric), state(check))
