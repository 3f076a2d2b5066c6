"""What each route answers to each person: delivery, links, receipts and units' contacts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hotline.delivery import links
from hotline.models.inspection import Check
from hotline.models.loop import Rectification
from hotline.models.papers import Delivery
from hotline.models.registry import Unit
from tests.delivery.papers import issued

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.web.town import Town

# Nothing that a link opens hangs on who is signed in.
#                                  PA  PI  PX  SA  SP  SC  SX  SU  TA  TI  TU  DA  AU  nobody
ROWS = """
POST /deliveries/{delivery.s}+arrived
                                   303 403 403 303 403 403 403 403 404 403 403 404 403 302
POST /deliveries/{delivery.s}      400 403 403 400 403 403 403 403 404 403 403 404 403 302
POST /deliveries/{delivery.p}+arrived
                                   303 403 403 403 403 403 403 403 404 403 403 404 403 302
POST /deliveries/4711+arrived      404 403 403 404 403 403 403 403 404 403 403 404 403 302
POST /notices/{notice.mailed.s}/deliveries
                                   409 403 403 409 403 403 403 403 404 403 403 404 403 302
POST /notices/{notice.mailed.s}/links+to-unit-s
                                   303 403 403 303 403 403 403 403 404 403 403 404 403 302
POST /notices/{notice.mailed.s}/links+to-unit-t
                                   404 403 403 404 403 403 403 403 404 403 403 404 403 302
POST /notices/{notice.mailed.p}/links+to-unit-s
                                   303 403 403 403 403 403 403 403 404 403 403 404 403 302
POST /links/{link.s}/revoke        303 403 403 303 403 403 403 403 404 403 403 404 403 302
POST /links/{link.p}/revoke        303 403 403 403 403 403 403 403 404 403 403 404 403 302
GET /notices/{notice.mailed.s}/receipt
                                   403 403 403 403 403 403 403 200 403 403 404 403 403 302
POST /notices/{notice.mailed.s}/receipt+signed
                                   403 403 403 403 403 403 403 303 403 403 404 403 403 302
POST /notices/{notice.mailed.s}/receipt
                                   403 403 403 403 403 403 403 400 403 403 404 403 403 302
GET /notices/zip?round={round.S.old}
                                   200 200 200 200 200 200 200 200 404 404 404 404 403 302
GET /notices/print?round={round.S.old}
                                   200 200 200 200 200 200 200 200 404 404 404 404 403 302
GET /notices/zip?round=C-4711      404 404 404 404 404 404 404 404 404 404 404 404 403 302

GET /n/{token.s}                   200 200 200 200 200 200 200 200 200 200 200 200 200 200
GET /n/{token.s}/paper.pdf         200 200 200 200 200 200 200 200 200 200 200 200 200 200
POST /n/{token.s}/receipt+signed   303 303 303 303 303 303 303 303 303 303 303 303 303 303
POST /n/{token.s}/receipt          400 400 400 400 400 400 400 400 400 400 400 400 400 400
POST /n/{token.s}/rectifications/{rectification.mailed}+repaired
                                   303 303 303 303 303 303 303 303 303 303 303 303 303 303
POST /n/{token.s}/rectifications/{rectification.mailed}
                                   400 400 400 400 400 400 400 400 400 400 400 400 400 400
POST /n/{token.p}/rectifications/{rectification.mailed}+repaired
                                   404 404 404 404 404 404 404 404 404 404 404 404 404 404
POST /n/{token.s}/findings/4711+disputed
                                   404 404 404 404 404 404 404 404 404 404 404 404 404 404
GET /n/altered                     404 404 404 404 404 404 404 404 404 404 404 404 404 404
GET /n/{token.old}                 410 410 410 410 410 410 410 410 410 410 410 410 410 410
POST /n/{token.old}/receipt+signed
                                   410 410 410 410 410 410 410 410 410 410 410 410 410 410

GET /units                         200 403 403 200 403 403 403 403 200 403 403 200 403 302
GET /units/{unit.s}                200 403 403 200 403 403 403 403 404 403 403 404 403 302
GET /units/{unit.p}                200 403 403 404 403 403 403 403 404 403 403 404 403 302
POST /units/{unit.s}+contact       302 403 403 302 403 403 403 403 404 403 403 404 403 302
POST /units/{unit.s}+no-contact    400 403 403 400 403 403 403 403 404 403 403 404 403 302
"""


def bodies(ids: dict[str, object]) -> dict[str, object]:
    """What a form sends, by the name that a row has after `+`."""
    return {
        "arrived": {"decision": "sent"},
        "to-unit-s": {"unit_id": ids["unit.s"]},
        "to-unit-t": {"unit_id": ids["unit.t"]},
        "signed": {"signer": "王主任", "post": "主任", "phone": "0311-86050000"},
        "repaired": {"body": "已更换话机。", "reporter": "王主任"},
        "disputed": {"body": "当时在岗。", "appellant": "王主任"},
        "contact": {"email": "new@example.cn", "contact": "王主任"},
        "no-contact": {"email": "new@example.cn, other@example.cn"},
    }


def prepare(town: Town, session: Session) -> None:
    """A paper of the city's and one of the province's to the same unit, with links and e-mails."""
    from tests.web.town import NOW

    unit = session.get_one(Unit, town.ids["unit.s"])
    unit.email = "s@example.cn"
    for name, round_name in (("s", "S.old"), ("p", "P.old")):
        found = session.get_one(Check, town.ids[f"check.{round_name}.s"]).round
        notice = issued(session, found, unit, now=NOW)
        mailed = Delivery(
            notice_id=notice.id,
            unit_id=unit.id,
            recipient=str(unit.email),
            message_id=f"<{name}@example.cn>",
            state="unknown",
            claimed_at=NOW,
            created_at=NOW,
        )
        link = _link(town, session, notice, NOW)
        session.add(mailed)
        session.flush()
        town.ids |= {f"notice.mailed.{name}": notice.id, f"delivery.{name}": mailed.id}
        town.ids |= {f"link.{name}": link.id, f"token.{name}": _token(town, link)}
        if name == "s":
            task = Rectification(
                notice_id=notice.id,
                unit_id=unit.id,
                what="查明原因",
                counted_from=NOW.date(),
                due_on=NOW.date() + timedelta(days=7),
                created_at=NOW,
            )
            session.add(task)
            session.flush()
            old = _link(town, session, notice, NOW - timedelta(days=400))
            town.ids |= {"rectification.mailed": task.id, "token.old": _token(town, old)}


def _link(town: Town, session: Session, notice, at):
    unit_id = town.ids["unit.s"]
    return links.make(session, notice, unit_id, by="PA", settings=town.settings, now=at)


def _token(town: Town, link) -> str:
    return links.address(link, key="k" * 40, settings=town.settings).rpartition("/")[2]
