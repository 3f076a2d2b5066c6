"""What each route answers to each person: who dials which line of a round."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from hotline.inspection import doubles, rounds
from hotline.models.inspection import Check, Round
from hotline.models.people import User

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.web.town import Town

# The round of 定州 is dealt to 唐山's inspector TI, and open to SC too.
# Of another, SC tests the line a second time. One is over: its line is not of SC's own city.
#                                  PA  PI  PX  SA  SP  SC  SX  SU  TA  TI  TU  DA  AU  nobody
ROWS = """
GET /rounds/{round.dealt}/assignments
                                   200 403 403 404 403 403 403 403 404 403 403 200 403 302
GET /rounds/{round.S.closed}/assignments
                                   409 403 403 409 403 403 403 403 404 403 403 404 403 302
POST /rounds/{round.dealt}/assignments+hand-on
                                   303 403 403 404 403 403 403 403 404 403 403 303 403 302
POST /rounds/{round.dealt}/assignments+hand-nothing
                                   400 403 403 404 403 403 403 403 404 403 403 400 403 302
GET /rounds/{round.double}         200 404 404 404 404 200 404 404 404 404 404 200 403 302
GET /rounds/{round.double}/inspectors
                                   409 403 403 404 403 403 403 403 404 403 403 409 403 302
GET /rounds/{round.double}/assignments
                                   409 403 403 404 403 403 403 403 404 403 403 409 403 302
GET /figures/{round.double}        404 404 404 404 404 404 404 404 404 404 404 404 403 302
POST /rounds/{round.double}/settle 303 403 403 404 403 403 403 403 404 403 403 303 403 302
POST /rounds/{round.double}/call-off+no-doubles
                                   303 403 403 404 403 403 403 403 404 403 403 303 403 302
POST /rounds/{round.double}/call-off
                                   400 403 403 404 403 403 403 403 404 403 403 400 403 302
POST /rounds/{round.off}/call-off+no-doubles
                                   409 403 403 404 403 403 403 403 404 403 403 409 403 302
POST /rounds/{round.off}/settle    409 403 403 404 403 403 403 403 404 403 403 409 403 302
POST /rounds/{round.dealt}/call-off+no-doubles
                                   404 403 403 404 403 403 403 403 404 403 403 404 403 302
POST /rounds/{round.doubled.p}/call-off+no-doubles
                                   303 403 403 404 403 403 403 403 404 403 403 404 403 302
POST /rounds/{round.dealt}/extend+run-on
                                   303 403 403 404 403 403 403 403 404 403 403 303 403 302
POST /rounds/{round.dealt}/extend
                                   400 403 403 404 403 403 403 403 404 403 403 400 403 302
POST /rounds/{round.double}/extend+run-on
                                   409 403 403 404 403 403 403 403 404 403 403 409 403 302
POST /rounds/{round.S.closed}/extend+run-on
                                   409 403 403 409 403 403 403 403 404 403 403 404 403 302
GET /rounds/{round.off}            200 404 404 404 404 200 404 404 404 404 404 200 403 302
GET /checks/{check.off}            200 404 404 404 404 404 404 404 404 404 404 200 403 302
GET /rounds/{round.doubled.p}      200 200 404 404 404 404 404 404 404 404 404 404 403 302
GET /checks/{check.doubled.p}      200 200 404 404 404 404 404 404 404 404 404 404 403 302
POST /reviews/{check.off}/accept   409 403 403 404 403 403 403 403 404 403 403 409 403 302
GET /checks/{check.double}         200 404 404 404 404 200 404 404 404 404 404 200 403 302
GET /checks/{check.dealt}          200 404 404 404 404 200 404 404 404 200 404 200 403 302
POST /checks/{check.dealt}/calls+dial-dealt
                                   303 404 404 404 404 403 404 403 404 303 403 303 403 302
"""


def bodies(ids: dict[str, object]) -> dict[str, object]:
    """What a form sends, by the name that a row has after `+`."""
    return {
        "hand-on": {"checks": [ids["check.dealt"]], "to": "anyone"},
        "hand-nothing": {"to": "anyone"},
        "run-on": {"ends_on": "2026-12-08", "reason": "线路抢修"},
        "no-doubles": {"reason": "线路抢修"},
        "dial-dealt": {"outcome": "21", "attempt": "1", "started_at": "2026-11-10 09:00"},
    }


def prepare(town: Town, session: Session) -> None:
    """What the rows are about; its ids go into `town.ids`."""
    from tests.web.town import NOW

    both = tuple(int(str(town.ids[f"user.{who}"])) for who in ("SC", "TI"))
    new = rounds.NewRound("city", "130682", "2026-11", inspectors=both)
    found = rounds.open_round(session, town.people["PA"], new, settings=town.settings, now=NOW)
    check = session.scalars(select(Check).where(Check.round_id == found.id)).one()
    check.inspector_id = both[1]
    town.ids |= {"round.dealt": found.code, "check.dealt": check.id}
    # Of a month that is over, its line is tested again by SC, and the test is done.
    again = _tested_again(town, session, "2026-09", both)
    again.closable = True
    town.ids |= {"round.double": again.round.code, "check.double": again.id}
    # Of another, the second test was called off.
    again = _tested_again(town, session, "2026-08", both)
    again.closable, again.klass = True, "PASS"
    session.flush()
    code = again.round.code
    doubles.call_off(session, town.people["DA"], code, reason="线路抢修", now=NOW)
    town.ids |= {"round.off": code, "check.off": again.id}
    of_province = tuple(int(str(town.ids[f"user.{who}"])) for who in ("PI", "PX"))
    again = _tested_again(town, session, "2025Q2", of_province, "province", "130000")
    town.ids |= {"round.doubled.p": again.round.code, "check.doubled.p": again.id}


def _tested_again(
    town: Town,
    session: Session,
    period: str,
    people: tuple[int, ...],
    level: str = "city",
    area: str = "130682",
) -> Check:
    """A line that the first of `people` tests again, alone, in a round that is opened for it."""
    from tests.web.town import NOW

    always = town.settings.rounds.model_copy(update={"doubles_percent": 0.01})
    doubling = town.settings.model_copy(update={"rounds": always})
    new = rounds.NewRound(level, area, period, inspectors=people)
    main = rounds.open_round(session, town.people["PA"], new, settings=doubling, now=NOW)
    code = f"D-{main.code}"
    again = session.scalars(select(Check).join(Round).where(Round.code == code)).one()
    again.inspector_id, again.round.inspectors = people[0], [session.get_one(User, people[0])]
    return again
