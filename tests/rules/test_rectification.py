"""Every state of a rectification × every deed, held by an appeal or not."""

from __future__ import annotations

import pytest

from hotline.models.loop import RECTIFICATION_STATES
from hotline.rules.rectification import Deed, State, after
from hotline.words import RECTIFICATION_STATE, RECTIFICATION_STEP

# Columns in the order of DEEDS; -: not to be done.
TABLE = """
issued      in_progress reported -        -          -        -          -        -      issued      cancelled
in_progress -           reported -        -          -        -          -        -      in_progress cancelled
reported    -           -        returned rechecking -        -          -        closed -           cancelled
rechecking  -           -        -        -          reported rechecking returned closed -           cancelled
returned    -           reported -        -          -        -          -        -      returned    cancelled
closed      -           -        -        -          -        -          -        -      -           -
cancelled   -           -        -        -          -        -          -        -      -           -
"""  # noqa: E501
DEEDS = (
    *("begin", "report", "return", "recheck", "call_off"),
    *("recheck_pass", "recheck_fail", "close", "extend", "cancel"),
)
ROWS = {row.split()[0]: row.split()[1:] for row in TABLE.strip().splitlines()}
STILL = {"begin", "call_off", "extend", "cancel"}  # while an appeal is undecided


def test_the_table_is_whole():
    assert set(ROWS) == {state.value for state in State} == set(RECTIFICATION_STATES)
    assert set(DEEDS) == {deed.value for deed in Deed}
    assert all(len(row) == len(DEEDS) for row in ROWS.values())


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("deed", Deed)
def test_a_deed_leads_where_the_table_says(state, deed):
    said = ROWS[state.value][DEEDS.index(deed.value)]
    expected = None if said == "-" else State(said)
    assert after(deed, state) == expected
    assert after(deed, state, held=True) == (expected if deed.value in STILL else None)


def test_the_due_date_counts_while_it_is_the_units_turn():
    turn = {state.value for state in State if state.awaits_report}
    assert turn == {"issued", "in_progress", "returned"}
    assert {state.value for state in State if state.over} == {"closed", "cancelled"}


def test_states_and_steps_have_words():
    assert set(RECTIFICATION_STATE) == set(RECTIFICATION_STATES)
    shown = {deed.value for deed in Deed} | {"open", "report_late", "overdue", "hold", "release"}
    assert set(RECTIFICATION_STEP) == shown
