"""What each route answers to each person: papers on their way to issue, and their public check."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from sqlalchemy import select

from hotline.inspection import reviews
from hotline.issuing import approval, shown_papers
from hotline.models.papers import Finding, Notice
from tests.factories import OPERATOR

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.web.town import Town

SLOT = "opening"
CLOSED = ("P.old", "S.old", "P.closed", "S.closed", "T.closed")

# S.old.circular is submitted and reviewed; P.closed.s is issued; the others are drafts.
#                                  PA  PI  PX  SA  SP  SC  SX  SU  TA  TI  TU  DA  AU  nobody
ROWS = """
GET /notices/{notice.P.closed.s}.docx
                                   200 200 200 200 200 200 200 200 404 404 404 404 403 302
GET /notices/{notice.S.closed.s}.docx
                                   200 404 404 200 404 404 404 404 404 404 404 404 403 302
POST /notices/{notice.S.closed.s}/submit
                                   303 403 403 303 403 403 403 403 404 403 403 404 403 302
POST /notices/{notice.P.closed.t}/submit
                                   303 403 403 404 403 403 403 403 404 403 403 404 403 302
POST /notices/{notice.P.closed.s}/submit
                                   409 403 403 403 403 403 403 403 404 403 403 404 403 302
POST /notices/{notice.S.old.circular}/issue+seen
                                   303 403 403 303 403 403 403 403 404 403 403 404 403 302
POST /notices/{notice.S.closed.s}/issue+seen
                                   409 403 403 409 403 403 403 403 404 403 403 404 403 302
POST /notices/{notice.P.closed.t}/issue+seen
                                   409 403 403 404 403 403 403 403 404 403 403 404 403 302
POST /notices/{notice.S.old.circular}/return+reason
                                   303 403 403 303 403 403 403 403 404 403 403 404 403 302
POST /notices/{notice.S.old.circular}/return
                                   400 403 403 400 403 403 403 403 404 403 403 404 403 302
POST /notices/{notice.S.closed.s}/withdraw+reason
                                   303 403 403 303 403 403 403 403 404 403 403 404 403 302
POST /notices/{notice.P.closed.s}/withdraw+reason
                                   409 403 403 403 403 403 403 403 404 403 403 404 403 302
GET /notices/{notice.S.closed.s}/edit
                                   200 403 403 200 403 403 403 403 404 403 403 404 403 302
GET /notices/{notice.P.closed.s}/edit
                                   409 403 403 403 403 403 403 403 404 403 403 404 403 302
POST /notices/{notice.S.closed.s}/edit+own-words
                                   303 403 403 303 403 403 403 403 404 403 403 404 403 302
POST /notices/{notice.S.closed.s}/findings/{finding.S.closed.s}/drop+reason
                                   303 403 403 303 403 403 403 403 404 403 403 404 403 302
POST /notices/{notice.S.closed.s}/findings/{finding.S.closed.s}/drop
                                   400 403 403 400 403 403 403 403 404 403 403 404 403 302
POST /notices/{notice.P.closed.s}/findings/{finding.P.closed.s}/drop+reason
                                   409 403 403 404 403 403 403 403 404 403 403 404 403 302
POST /notices/{notice.S.closed.s}/findings/{finding.S.closed.s}/restore
                                   409 403 403 409 403 403 403 403 404 403 403 404 403 302
GET /rounds/{round.S.closed}/papers
                                   200 403 403 200 403 403 403 403 404 403 403 404 403 302
GET /rounds/{round.P.closed}/papers
                                   200 403 403 403 403 403 403 403 403 403 403 403 403 302
POST /rounds/{round.S.closed}/papers/submit
                                   303 403 403 303 403 403 403 403 404 403 403 404 403 302
POST /rounds/{round.P.closed}/papers/submit
                                   303 403 403 403 403 403 403 403 403 403 403 403 403 302
POST /rounds/{round.S.old}/papers/issue+seen
                                   303 403 403 303 403 403 403 403 404 403 403 404 403 302
POST /rounds/{round.S.closed}/papers/issue+seen
                                   409 403 403 409 403 403 403 403 404 403 403 404 403 302

GET /verify/{code.P.closed.s}      200 200 200 200 200 200 200 200 200 200 200 200 200 200
GET /verify/nothing                404 404 404 404 404 404 404 404 404 404 404 404 404 404
POST /verify/{code.P.closed.s}+copy
                                   200 200 200 200 200 200 200 200 200 200 200 200 200 200
POST /verify/{code.P.closed.s}     400 400 400 400 400 400 400 400 400 400 400 400 400 400
"""


def bodies(ids: dict[str, object]) -> dict[str, object]:
    """What a form sends, by the name that a row has after `+`."""
    return {
        "seen": {"seen": ids["seen.S.old.circular"]},
        "own-words": {SLOT: "请于会前报送。"},
        "copy": lambda: {"file": (BytesIO(b"%PDF-1.4"), "通报.pdf")},
    }


def prepare(town: Town, session: Session) -> None:
    """A paper that only waits to be issued; ids of findings and of the public check."""
    from tests.web.town import LINES, NOW

    checks = {
        town.ids[f"check.{name}.{line}"]: f"{name}.{line}"
        for name in CLOSED
        for line in LINES
        if f"check.{name}.{line}" in town.ids
    }
    for finding in session.scalars(select(Finding)):
        town.ids[f"finding.{checks[finding.check_id]}"] = finding.id
    code = str(town.ids["round.S.old"])
    reviews.accept_all(session, OPERATOR, code, settings=town.settings, now=NOW)
    approval.submit(session, OPERATOR, int(str(town.ids["notice.S.old.circular"])), now=NOW)
    waiting = session.get_one(Notice, town.ids["notice.S.old.circular"])
    town.ids["seen.S.old.circular"] = shown_papers.mark_of(
        session, [waiting], settings=town.settings, now=NOW
    )
    issued = session.get_one(Notice, town.ids["notice.P.closed.s"])
    town.ids["code.P.closed.s"] = issued.verification_code
