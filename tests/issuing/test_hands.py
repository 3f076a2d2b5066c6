"""Who had a hand in a paper, also where it was withdrawn and drafted anew."""

from __future__ import annotations

import pytest

from hotline.errors import Forbidden
from hotline.issuing import approval
from hotline.models.papers import Notice
from hotline.papers import notices
from tests.issuing.closed_rounds import NOW


def test_whoever_worded_a_paper_does_not_issue_what_another_drafts_anew(closed):
    found_by = {"key": "overdue:1", "kind": "overdue", "title": "督办通知", "now": NOW}
    with closed.database.write() as session:
        found = session.get_one(Notice, closed.circular.id).round
        first = notices.draft_for(session, closed.chief, found, **found_by)
        approval.withdraw(session, closed.chief, first.id, reason="改期", now=NOW)
    with closed.database.write() as session:
        found = session.get_one(Notice, closed.circular.id).round
        again = notices.draft_for(session, closed.drafter, found, **found_by)
        approval.submit(session, closed.drafter, again.id, now=NOW)
    assert set(again.hands) == {closed.chief.name, closed.drafter.name}
    with closed.database.write() as session, pytest.raises(Forbidden):
        approval.issue(session, closed.chief, again.id, settings=closed.settings, now=NOW)
