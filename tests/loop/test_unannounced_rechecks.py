"""A running re-check is unannounced: ledgers, pages and links tell of a report still looked at."""

from __future__ import annotations

import pytest

from hotline import ledger_problems, links, rectification_sheets, visits
from hotline.ledger_problems import Sought
from tests.loop.repairs import CHECKED, LATER, a_repair, answer, call_again, report, settle

KNOWING = {"admin", "other", "province", "inspector"}
OTHERS = {"province_inspector", "unit"}


@pytest.fixture
def repair(database, settings):
    with database.write() as session:
        made = a_repair(session, settings)
        report(session, settings, made)
        call_again(session, settings, made)
    return made


def told(session, settings, repair, who) -> dict[str, object]:
    """State and last step by ledger and page, and where the ledger's filter finds it."""
    actor, at = repair.people[who], {"settings": settings, "now": LATER}
    (row,) = ledger_problems.find(session, actor, Sought(), **at).rows
    sheet = rectification_sheets.sheet_for(session, actor, repair.id, **at)
    found = [
        state
        for state in ("reported", "rechecking", "open")
        if ledger_problems.find(session, actor, Sought(state=state), **at).total
    ]
    states = ledger_problems.summary(session, actor, Sought(), now=LATER).states
    return {
        "row": (row.state, row.step),
        "sheet": (sheet.state.value, sheet.steps[-1].step, sheet.recheck is not None),
        "found": found,
        "counted": [state for state, n in states.items() if n],
    }


def test_it_is_told_to_those_who_make_and_manage_it(repair, database, settings):
    with database.read() as session:
        for who in KNOWING:
            assert told(session, settings, repair, who) == {
                "row": ("rechecking", "recheck"),
                "sheet": ("rechecking", "recheck", True),
                "found": ["rechecking", "open"],
                "counted": ["rechecking"],
            }, who


def test_others_read_that_the_report_came(repair, database, settings):
    with database.read() as session:
        for who in OTHERS:
            assert told(session, settings, repair, who) == {
                "row": ("reported", "report"),
                "sheet": ("reported", "report", False),
                "found": ["reported", "open"],
                "counted": ["reported"],
            }, who


def test_all_read_its_result_once_it_is_over(repair, database, settings):
    with database.write() as session:
        answer(session, settings, repair)
        settle(session, settings, repair)
    with database.read() as session:
        for who in KNOWING | OTHERS:
            assert told(session, settings, repair, who)["sheet"] == (
                "rechecking",
                "recheck_pass",
                True,
            ), who


def test_the_link_of_the_paper_tells_no_more(repair, database, settings):
    with database.write() as session:
        one = repair.found(session)
        link = links.make(
            session, one.notice, one.unit_id, by="review", settings=settings, now=CHECKED
        )
        token = links.address(link, key="k" * 40, settings=settings).rpartition("/")[2]
    with database.read() as session:
        visit = links.visitor(session, token, key="k" * 40, now=LATER)
        (task,) = visits.look(session, visit, settings=settings, now=LATER).tasks
        assert (task.state, task.steps[-1].step) == ("reported", "report")
