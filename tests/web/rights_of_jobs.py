"""What each route answers to each person: the scheduler's jobs and what they made."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hotline.files import storage
from hotline.models.jobs import JobRun
from hotline.models.messages import Bulletin
from hotline.models.people import User
from tests.delivery.told import told
from tests.loop.files import pdf

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.web.town import Town

#                                  PA  PI  PX  SA  SP  SC  SX  SU  TA  TI  TU  DA  AU  nobody
ROWS = """
GET /metrics                       200 200 200 200 200 200 200 200 200 200 200 200 200 200
GET /jobs                          200 403 403 403 403 403 403 403 403 403 403 403 403 302
POST /jobs/{job.failed}/again      303 403 403 403 403 403 403 403 403 403 403 403 403 302
POST /jobs/{job.running}/again     409 403 403 403 403 403 403 403 403 403 403 403 403 302
GET /bulletins                     200 403 403 200 403 403 403 403 200 403 403 200 403 302
GET /bulletins/{bulletin.s}.pdf    200 403 403 200 403 403 403 403 404 403 403 404 403 302
GET /bulletins/4711.pdf            404 403 403 404 403 403 403 403 404 403 403 404 403 302
GET /messages                      200 403 403 200 403 403 403 403 200 403 403 200 403 302
POST /messages/{message.s}+known   303 403 403 303 403 403 403 403 404 403 403 404 403 302
POST /messages/{message.s}+again   303 403 403 303 403 403 403 403 404 403 403 404 403 302
POST /messages/{message.s}         400 403 403 400 403 403 403 403 404 403 403 404 403 302
POST /messages/{message.p}+known   303 403 403 404 403 403 403 403 404 403 403 404 403 302
POST /messages/4711+known          404 403 403 404 403 403 403 403 404 403 403 404 403 302
POST /messages/leave+listed        303 403 403 303 403 403 403 403 303 403 403 303 403 302
POST /email+own-email              303 303 303 303 303 303 303 303 303 303 303 303 303 302
POST /email+no-email               400 400 400 400 400 400 400 400 400 400 400 400 400 302
POST /jobs/4711/again              404 403 403 403 403 403 403 403 403 403 403 403 403 302
"""


def bodies(ids: dict[str, object]) -> dict[str, object]:
    """What a form sends, by the name that a row has after `+`."""
    return {
        "own-email": {"email": "me@example.cn"},
        "no-email": {"email": "me"},
        "known": {"decision": "left"},
        "again": {"decision": "again"},
        "listed": {"id": [ids["message.s"], ids["message.p"]]},
    }


def prepare(town: Town, session: Session) -> None:
    """What the rows are about; its ids go into `town.ids`."""
    from tests.web.town import NOW

    kept = Bulletin(
        kind="week",
        period="2026-W47",
        area_code="130100",
        title="周报",
        starts_on=NOW.date(),
        ends_on=NOW.date(),
        document={},
        file=storage.keep(session, pdf(), now=NOW),
        created_at=NOW,
    )
    session.add(kept)
    session.flush()
    town.ids["bulletin.s"] = kept.id
    for short, who in (("s", "SA"), ("p", "PA")):
        session.get_one(User, town.people[who].user_id).email = f"{short}-admin@example.cn"
        town.ids[f"message.{short}"] = told(session, f"{short}-admin", "unknown", at=NOW)
    for state in ("failed", "running"):
        run = JobRun(
            job="chase",
            period=state,
            state=state,
            token="t",
            runner="here:1",
            started_at=NOW,
            lease_until=NOW + timedelta(hours=1),
        )
        session.add(run)
        session.flush()
        town.ids[f"job.{state}"] = run.id
