"""Findings that a paper does not pursue, and why: dropped, revoked, or disputed and undecided."""

from hotline.models.papers import Finding

NOT_PURSUED = ("dropped", "revoked", "held")


def why(finding: Finding) -> str | None:
    """None for a finding that is pursued."""
    return {
        "dropped": finding.drop_reason or "经复核不予追究",
        "revoked": "经申诉撤销认定",
        "held": "申诉正在处理",
    }.get(finding.state)
