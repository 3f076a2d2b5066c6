"""Each deed in each state by each person, and what stops while an appeal is undecided."""

from __future__ import annotations

from datetime import date

import pytest

from hotline.errors import Conflict, Forbidden, HotlineError, NotFound
from hotline.loop import rechecks, rectifications
from tests.loop.repairs import (
    LATER,
    a_repair,
    bring_to,
    report,
)

VACANT = [{"outcome": 23}, {"outcome": 23}]
STATES = ("issued", "in_progress", "reported", "rechecking", "passed", "returned", "closed")


#             who does it, and what it comes to in STATES: an error or the state after
N, F, C = NotFound, Forbidden, Conflict
WHO = {
    "report": {
        "unit": ("reported", "reported", C, C, C, "reported", C),
        **dict.fromkeys(("admin", "province", "inspector", "province_inspector"), (F,) * 7),
        **dict.fromkeys(("other_unit", "other_city", "auditor"), (N,) * 7),
    },
    "return": {
        **dict.fromkeys(("admin", "province"), (C, C, "returned", C, C, C, C)),
        **dict.fromkeys(("inspector", "province_inspector", "unit"), (F,) * 7),
        **dict.fromkeys(("other_unit", "other_city", "auditor"), (N,) * 7),
    },
    "recheck": {
        **dict.fromkeys(("admin", "province"), (C, C, "rechecking", C, C, C, C)),
        **dict.fromkeys(("inspector", "province_inspector", "unit"), (F,) * 7),
        **dict.fromkeys(("other_unit", "other_city", "auditor"), (N,) * 7),
    },
    "settle": {
        **dict.fromkeys(("admin", "province"), (C,) * 7),
        **dict.fromkeys(("inspector", "province_inspector", "unit"), (F,) * 7),
        **dict.fromkeys(("other_unit", "other_city", "auditor"), (N,) * 7),
    },
    "call_off": {
        **dict.fromkeys(("admin", "province"), (C, C, C, "reported", C, C, C)),
        **dict.fromkeys(("inspector", "province_inspector", "unit"), (F,) * 7),
        **dict.fromkeys(("other_unit", "other_city", "auditor"), (N,) * 7),
    },
    "extend": {
        **dict.fromkeys(("admin", "province"), ("issued", "in_progress", C, C, C, "returned", C)),
        **dict.fromkeys(("inspector", "province_inspector", "unit"), (F,) * 7),
        **dict.fromkeys(("other_unit", "other_city", "auditor"), (N,) * 7),
    },
    "close": {
        **dict.fromkeys(("admin", "province"), (C, C, C, C, "closed", C, C)),
        **dict.fromkeys(("inspector", "province_inspector", "unit"), (F,) * 7),
        **dict.fromkeys(("other_unit", "other_city", "auditor"), (N,) * 7),
    },
}


def do(session, settings, repair, actor, deed: str) -> None:
    at = {"settings": settings, "now": LATER}
    if deed == "report":
        report(session, settings, repair, actor=actor, now=LATER)
    elif deed == "return":
        rectifications.return_(session, actor, repair.id, reason="材料不全", **at)
    elif deed == "recheck":
        rechecks.open(session, actor, repair.id, **at)
    elif deed == "settle":
        rechecks.settle(session, actor, repair.id, **at)
    elif deed == "call_off":
        rechecks.call_off(session, actor, repair.id, reason="线路抢修", now=LATER)
    elif deed == "extend":
        late = {"due_on": date(2026, 12, 11), "reason": "施工"}
        rectifications.extend(session, actor, repair.id, **late, **at)
    else:
        rectifications.close(session, actor, repair.id, now=LATER)


@pytest.mark.parametrize("state", STATES)
def test_each_deed_in_each_state_by_each_person(database, settings, state):
    with database.write() as session:
        repair = a_repair(session, settings)
        bring_to(session, settings, repair, state)
    different = []
    for deed, people in WHO.items():
        for who, expected in people.items():
            try:
                with database.write() as session:
                    do(session, settings, repair, repair.people[who], deed)
                    came = repair.found(session).state
                    session.flush()
                    raise Undone
            except Undone:
                pass
            except HotlineError as refusal:
                came = type(refusal)
            if came != expected[STATES.index(state)]:
                different.append(f"{deed} by {who}: {came}")
    assert different == []


class Undone(Exception):
    """Ends a transaction without a trace."""


@pytest.mark.parametrize("deed", ["return", "recheck", "close"])
def test_whoever_reported_does_not_judge_it(sqlite_database, settings, deed):
    """The unit's clerk became the city's administrator meanwhile."""
    with sqlite_database.write() as session:
        repair = a_repair(session, settings)
        bring_to(session, settings, repair, "passed" if deed == "close" else "reported")
        repair.found(session).reported_by = repair.case.admin.name
        session.flush()
        with pytest.raises(Forbidden, match="本人报送"):
            do(session, settings, repair, repair.case.admin, deed)
        do(session, settings, repair, repair.people["province"], deed)


@pytest.mark.parametrize(
    ("state", "deed"),
    [("issued", "report"), ("reported", "return"), ("reported", "recheck"), ("passed", "close")],
)
def test_nothing_goes_on_while_an_appeal_is_undecided(sqlite_database, settings, state, deed):
    with sqlite_database.write() as session:
        repair = a_repair(session, settings)
        bring_to(session, settings, repair, state)
        held = {"by": "unit", "settings": settings, "now": LATER}
        assert rectifications.hold(session, repair.case.finding_id, True, **held)
        who = repair.case.unit if deed == "report" else repair.case.admin
        with pytest.raises(Conflict, match="申诉尚未决定"):
            do(session, settings, repair, who, deed)
        assert rectifications.hold(session, repair.case.finding_id, False, **held)
        do(session, settings, repair, who, deed)
