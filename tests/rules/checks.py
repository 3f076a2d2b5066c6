"""Dials and checks as Hypothesis draws them."""

from datetime import timedelta

from hypothesis import strategies as st

from hotline.rules.outcomes import Dial, Outcome
from tests.rules.dialing import ITEMS, at

MONDAY = at("2026-11-02 08:30")
ANSWERED = [Outcome.OK, Outcome.HANGUP, Outcome.REFUSED, Outcome.XFER_LOST]
VOID = [outcome for outcome in Outcome if outcome > 90]
SETTLING = ANSWERED
OPEN = [outcome for outcome in Outcome if outcome not in SETTLING and outcome not in VOID]

POINTS = dict(zip(ITEMS, (4, 6, 6, 5, 3, 6, 8, 2, 6, 6, 4, 4), strict=True))
MAJOR = {"B2", "B3", "B4", "B6", "B7", "D1", "D2", "D3", "D4"}

# the limits themselves, and what lies just beyond them, come up often
seconds = st.one_of(
    st.sampled_from([0.0, 15.0, 15.1, 20.0, 30.0, 30.1, 60.0, 60.1, 120.0]),
    st.integers(0, 1200).map(lambda tenths: tenths / 10),
)
waits = st.one_of(st.none(), seconds, st.just(120.1))


def applicable(answers):
    return sum(points for item, points in POINTS.items() if answers.get(item, "no") != "na")


@st.composite
def answer_sheets(draw, outcome):
    """Answers that may be entered: all of B1–D3 for an 11, and 30 points that apply."""
    said = st.sampled_from(["yes", "yes", "no", "na"])
    maybe = said if outcome is Outcome.OK else st.one_of(st.none(), said)
    sheet = {item: draw(maybe) for item in ITEMS[:-1]}
    sheet["D4"] = draw(st.one_of(st.none(), said))
    sheet = {item: given for item, given in sheet.items() if given}
    if applicable(sheet | {"D4": sheet.get("D4", "na")}) < 30:
        sheet |= dict.fromkeys(("B2", "B3", "B6", "D1", "D2"), "no")
    return sheet


@st.composite
def answered_dials(draw, outcomes=ANSWERED):
    """A dial to which the checklist applies."""
    outcome = draw(st.sampled_from(outcomes))
    sheet = draw(answer_sheets(outcome))
    failed = [item for item in ("B6", "B7") if sheet.get(item, "no") == "no"]
    critical = draw(st.sets(st.sampled_from(failed))) if failed else set()
    return Dial(
        started_at=MONDAY,
        attempt=draw(st.integers(1, 5)),
        outcome=outcome,
        ring_s=draw(seconds),
        transfer_count=draw(st.one_of(st.none(), st.integers(0, 4))),
        transfer_wait_s=draw(waits),
        hold_total_s=draw(waits),
        first_human_s=draw(waits),
        answers=sheet,
        critical=frozenset(critical) if draw(st.booleans()) else frozenset(),
    )


@st.composite
def any_dials(draw, most=7):
    """Dials of any kind, at different times, in any disorder."""
    minutes = draw(st.lists(st.integers(0, 4000), max_size=most, unique=True))
    made = []
    for minute in minutes:
        outcome = draw(st.sampled_from(list(Outcome)))
        made.append(
            Dial(
                started_at=MONDAY + timedelta(minutes=minute),
                attempt=draw(st.integers(1, 4)),
                outcome=outcome,
                ring_s=draw(seconds) if outcome.connected else None,
                answers=draw(answer_sheets(outcome)) if outcome in ANSWERED else {},
                voided=draw(st.sampled_from([False, False, False, True])),
            )
        )
    return made


@st.composite
def orderly_dials(draw):
    """What an inspector who keeps the rules logs: attempts in turn, up to 3 redials when busy."""
    made = []

    def log(attempt, outcome, voided=False):
        start = MONDAY + timedelta(minutes=7 * len(made))
        made.append(Dial(start, attempt, outcome, ring_s=5.0, voided=voided))

    for attempt in range(1, draw(st.integers(1, 4)) + 1):
        for _ in range(draw(st.integers(0, 1))):
            log(attempt, draw(st.sampled_from(VOID)))
        if draw(st.booleans()):
            log(attempt, draw(st.sampled_from(list(Outcome))), voided=True)
        for _ in range(draw(st.integers(0, 3))):
            log(attempt, Outcome.BUSY)
        last = draw(st.sampled_from([*OPEN, *OPEN, *SETTLING]))
        log(attempt, last)
        if last in SETTLING:
            break
    return made
