"""Slow, irregular, wrong number, unreachable: the class of a check, with its reasons."""

from hotline.rules.outcomes import ANSWERED, WRONG_NUMBER, Dial, Klass, Outcome
from hotline.rules.reasons import Reason
from hotline.rules.rubric import Rubric
from hotline.rules.scoring import NO, handling


def slow_reasons(dial: Dial, attempts: int, rubric: Rubric) -> list[Reason]:
    """Every way in which the put-through was slow; empty if it was in time."""
    limits = rubric.limits
    reasons = []
    if dial.ring_s is not None and dial.ring_s > limits.slow_ring_s:
        reasons.append(Reason("slow.ring", {"s": dial.ring_s, "limit": limits.slow_ring_s}))
    if attempts >= limits.attempts:
        reasons.append(Reason("slow.attempts", {"n": attempts}))
    for name in ("first_human_s", "transfer_wait_s", "hold_total_s"):
        waited, limit = getattr(dial, name), getattr(limits, name)
        if waited is not None and waited > limit:
            reasons.append(Reason(f"slow.{name}", {"s": waited, "limit": limit}))
    if (dial.transfer_count or 0) >= limits.transfer_count:
        reasons.append(Reason("slow.transfers", {"n": dial.transfer_count}))
    if dial.outcome is Outcome.XFER_LOST:
        reasons.append(Reason("slow.transfer_lost"))
    return reasons


def failed_majors(dial: Dial, rubric: Rubric) -> list[str]:
    """The ids of the major items answered no."""
    return [
        part.id
        for part in handling(dial, rubric)
        if part.value == NO and rubric.item(part.id).severity == "major"
    ]


def irregular_reasons(dial: Dial, rubric: Rubric) -> list[Reason]:
    """Every way in which the handling was irregular; empty if it was in order."""
    if dial.outcome is Outcome.HANGUP:
        return [Reason("irregular.hangup")]
    if dial.outcome is Outcome.REFUSED:
        return [Reason("irregular.refused")]
    if dial.outcome is not Outcome.OK:
        return []
    reasons = []
    if dial.critical:
        reasons.append(Reason("irregular.critical", {"items": sorted(dial.critical)}))
    majors = failed_majors(dial, rubric)
    if len(majors) >= rubric.irregular.major_failed:
        reasons.append(Reason("irregular.majors", {"n": len(majors), "items": majors}))
    parts = handling(dial, rubric)
    earned, applicable = sum(p.earned for p in parts), sum(p.applicable for p in parts)
    if earned * 100 < rubric.irregular.earned_percent_below * applicable:
        reasons.append(
            Reason(
                "irregular.share",
                {
                    "earned": earned,
                    "applicable": applicable,
                    "limit": rubric.irregular.earned_percent_below,
                },
            )
        )
    return reasons


def classify(dial: Dial, attempts: int, rubric: Rubric) -> tuple[Klass, list[Reason]]:
    """The class that the decisive dial leads to, and why."""
    said = Reason("outcome", {"outcome": int(dial.outcome)})
    if dial.outcome in WRONG_NUMBER:
        return Klass.WRONG_NUMBER, [said]
    if dial.outcome not in ANSWERED:
        return Klass.UNREACHABLE, [said]
    slow = slow_reasons(dial, attempts, rubric)
    irregular = irregular_reasons(dial, rubric)
    if slow and irregular:
        return Klass.SLOW_IRREGULAR, slow + irregular
    if slow:
        return Klass.SLOW, slow
    if irregular:
        return Klass.IRREGULAR, irregular
    return Klass.PASS, []
