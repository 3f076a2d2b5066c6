"""What each route answers to each person: the ledgers and a unit's own page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.web.town import Town

#                                  PA  PI  PX  SA  SP  SC  SX  SU  TA  TI  TU  DA  AU  nobody
ROWS = """
GET /problems                      200 200 200 200 200 200 200 200 200 200 200 200 403 302
GET /problems/export.xlsx          200 200 200 200 200 200 200 200 200 200 200 200 403 302
GET /problems?unit={unit.t}&all=1  200 200 200 200 200 200 200 200 200 200 200 200 403 302
GET /notices/export.xlsx           200 200 200 200 200 200 200 200 200 200 200 200 403 302
GET /talks                         200 200 200 200 200 200 200 200 200 200 200 200 403 302
GET /talks/export.xlsx             200 200 200 200 200 200 200 200 200 200 200 200 403 302
GET /unit                          403 403 403 403 403 403 403 200 403 403 200 403 403 302
GET /unit/{unit.s}                 200 403 403 200 403 403 403 403 404 403 403 404 403 302
GET /unit/{unit.t}                 200 403 403 404 403 403 403 403 200 403 403 404 403 302
GET /unit/{unit.d}                 200 403 403 404 403 403 403 403 404 403 403 200 403 302
GET /unit/{unit.p}                 200 403 403 404 403 403 403 403 404 403 403 404 403 302
GET /unit/4711                     404 403 403 404 403 403 403 403 404 403 403 404 403 302
"""


def bodies(ids: dict[str, object]) -> dict[str, object]:
    """What a form sends, by the name that a row has after `+`."""
    return {}


def prepare(town: Town, session: Session) -> None:
    """What the rows are about; its ids go into `town.ids`."""
