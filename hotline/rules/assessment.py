"""From a check's dials to all that is kept about it. The same dials always give the same answer."""

from collections.abc import Iterable
from dataclasses import dataclass

from hotline.rules.classification import classify, failed_majors
from hotline.rules.outcomes import Dial, Klass, Outcome, attempts_of, counting, decisive
from hotline.rules.reasons import Reason
from hotline.rules.rubric import Rubric
from hotline.rules.scoring import Part, score


@dataclass(frozen=True)
class Assessment:
    """What a check's dials amount to.

    klass: None = untested, VOID = nothing but void dials. score_tenths: None for these two.
    critical: a hang-up, a refusal or a critical item. open_items: answers that may still come
    before the round closes; while there are any, the score is provisional.
    """

    klass: Klass | None = None
    score_tenths: int | None = None
    decisive: Dial | None = None
    attempts: int | None = None
    first_connected: bool | None = None
    reasons: tuple[Reason, ...] = ()
    parts: tuple[Part, ...] = ()
    critical: bool = False
    majors_failed: tuple[str, ...] = ()
    open_items: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome | None:
        return self.decisive.outcome if self.decisive else None


def assess(dials: Iterable[Dial], rubric: Rubric) -> Assessment:
    """Derive decisive dial, score, class and reasons. The order of `dials` does not matter."""
    dials = list(dials)
    deciding = decisive(dials)
    if deciding is None:
        return Assessment(klass=Klass.VOID if dials else None)
    attempts = attempts_of(deciding, dials)
    klass, reasons = classify(deciding, attempts, rubric)
    scored = score(deciding, attempts, rubric)
    unanswered = [
        item.id
        for item in rubric.items
        if item.until_close and deciding.outcome is Outcome.OK and item.id not in deciding.answers
    ]
    return Assessment(
        klass=klass,
        score_tenths=scored.tenths,
        decisive=deciding,
        attempts=attempts,
        first_connected=counting(dials)[0].outcome.connected,
        reasons=tuple(reasons),
        parts=scored.parts,
        critical=deciding.outcome in (Outcome.HANGUP, Outcome.REFUSED) or bool(deciding.critical),
        majors_failed=tuple(failed_majors(deciding, rubric)),
        open_items=tuple(unanswered),
    )
