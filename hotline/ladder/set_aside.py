"""Findings that a paper does not pursue, and why: dropped, revoked, or disputed and undecided.

A failure that a round closed as it stood (照现状关闭) did not prove is dropped from the start: one
unanswered dial proves nothing.
"""

from datetime import datetime

from hotline.models.inspection import Check
from hotline.models.papers import Finding
from hotline.rules.outcomes import Klass

NOT_PURSUED = ("dropped", "revoked", "held")
UNPROVEN = "未按复拨规则测完（照现状关闭），不予认定"


def why(finding: Finding) -> str | None:
    """None for a finding that is pursued."""
    return {
        "dropped": finding.drop_reason or "经复核不予追究",
        "revoked": "经申诉撤销认定",
        "held": "申诉正在处理",
    }.get(finding.state)


def unproven(check: Check) -> bool:
    """Does a check fail by dials that the retry rule does not take for a proof?"""
    return check.klass is not None and Klass(check.klass).failed and not check.closable


def for_want_of_proof(finding: Finding, *, by: str, now: datetime) -> None:
    finding.state, finding.drop_reason = "dropped", UNPROVEN
    finding.dropped_by, finding.dropped_at = by, now
