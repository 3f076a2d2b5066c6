"""The states of a rectification, and which deed leads from which state to which."""

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """已下达 → 整改中 → 已报送 → 复查中 → 已销号, or 退回; 已撤销 with its finding."""

    ISSUED = "issued"
    IN_PROGRESS = "in_progress"
    REPORTED = "reported"
    RECHECKING = "rechecking"
    CLOSED = "closed"
    RETURNED = "returned"
    CANCELLED = "cancelled"

    @property
    def awaits_report(self) -> bool:
        """It is the unit's turn, so that the due date counts."""
        return self in AWAITING

    @property
    def over(self) -> bool:
        return self in (State.CLOSED, State.CANCELLED)


class Deed(StrEnum):
    """What is done to a rectification."""

    BEGIN = "begin"
    REPORT = "report"
    RETURN = "return"
    RECHECK = "recheck"
    CALL_OFF = "call_off"
    PASS = "recheck_pass"
    FAIL = "recheck_fail"
    CLOSE = "close"
    EXTEND = "extend"
    CANCEL = "cancel"


AWAITING = frozenset({State.ISSUED, State.IN_PROGRESS, State.RETURNED})
# From which states a deed may be done, and where it leads; None: the state stays.
_TABLE: Mapping[Deed, tuple[frozenset[State], State | None]] = {
    Deed.BEGIN: (frozenset({State.ISSUED}), State.IN_PROGRESS),
    Deed.REPORT: (AWAITING, State.REPORTED),
    Deed.RETURN: (frozenset({State.REPORTED}), State.RETURNED),
    Deed.RECHECK: (frozenset({State.REPORTED}), State.RECHECKING),
    Deed.CALL_OFF: (frozenset({State.RECHECKING}), State.REPORTED),
    Deed.PASS: (frozenset({State.RECHECKING}), None),
    Deed.FAIL: (frozenset({State.RECHECKING}), State.RETURNED),
    Deed.CLOSE: (frozenset({State.REPORTED, State.RECHECKING}), State.CLOSED),
    Deed.EXTEND: (AWAITING, None),
    Deed.CANCEL: (frozenset(State) - {State.CLOSED, State.CANCELLED}, State.CANCELLED),
}
# While an appeal is undecided nothing that rests on the finding goes on.
_ALSO_WHILE_HELD = frozenset({Deed.BEGIN, Deed.CALL_OFF, Deed.EXTEND, Deed.CANCEL})


def after(deed: Deed, state: State, *, held: bool = False) -> State | None:
    """The state that the deed leads to; None where it is not to be done now."""
    allowed, following = _TABLE[deed]
    if state not in allowed or (held and deed not in _ALSO_WHILE_HELD):
        return None
    return following or state
