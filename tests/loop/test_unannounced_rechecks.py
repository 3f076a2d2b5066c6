"""A running re-check is unannounced: ledgers, pages and links tell of a report still looked at."""

from __future__ import annotations

import pytest

from hotline.delivery import links, visits
from hotline.errors import Conflict, Forbidden
from hotline.ledgers import ledger_problems
from hotline.ledgers.ledger_problems import Sought
from hotline.loop import rectification_sheets, rectifications
from hotline.papers import recheck_facts
from hotline.rights import Actor
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


def as_seen(session, settings, repair, who) -> list[object]:
    """What page, link and ledger tell of the rectification, and what a report meets."""
    actor, at = repair.people[who], {"settings": settings, "now": LATER}
    sheet = rectification_sheets.sheet_for(session, actor, repair.id, **at)
    (row,) = ledger_problems.find(session, actor, Sought(), **at).rows
    with pytest.raises((Conflict, Forbidden)) as refused:
        report(session, settings, repair, actor=actor, now=LATER)
    return [
        sheet.state,
        [(step.step, step.state, step.reason) for step in sheet.steps],
        sheet.recheck and sheet.recheck.round.code,
        (row.state, row.step, row.step_at),
        str(refused.value),
        [(again.progress, again.recheck) for again in annex(session, repair)],
    ]


def annex(session, repair):
    """The line in annex 3 of the next round's 通报, which goes to all."""
    before = repair.found(session).notice.round
    return recheck_facts.rows(session, Actor.operator("papers"), before, before, {})


@pytest.mark.parametrize("who", sorted(OTHERS))
def test_nothing_changes_when_one_begins_after_one_that_failed(database, settings, who):
    with database.write() as session:
        repair = a_repair(session, settings)
        report(session, settings, repair)
        call_again(session, settings, repair)
        answer(session, settings, repair, outcome=14, ring_s="8")
        settle(session, settings, repair)
        report(session, settings, repair, now=LATER)
        before = as_seen(session, settings, repair, who)
        assert before[2] == f"R-{repair.id}-1"
        assert before[-1][0][1] is not None
        call_again(session, settings, repair, now=LATER)
        assert as_seen(session, settings, repair, who) == before
        answer(session, settings, repair, at=LATER)
        assert as_seen(session, settings, repair, who) == before


@pytest.mark.parametrize("who", sorted(OTHERS))
def test_nor_when_the_unit_appeals_while_one_runs(database, settings, who):
    with database.write() as session:
        repair = a_repair(session, settings)
        report(session, settings, repair)
        seen = []
        for begin in (False, True):
            with session.begin_nested() as undone:
                if begin:
                    call_again(session, settings, repair)
                rectifications.hold(
                    session,
                    repair.case.finding_id,
                    True,
                    by="unit",
                    settings=settings,
                    now=CHECKED,
                )
                seen.append(as_seen(session, settings, repair, who))
                undone.rollback()
            session.expire_all()
        assert seen[0] == seen[1]
