"""What each route answers to each person: talks and appeals."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.web.town import Town

#                                  PA  PI  PX  SA  SP  SC  SX  SU  TA  TI  TU  DA  AU  nobody
ROWS = """
"""


def bodies(ids: dict[str, object]) -> dict[str, object]:
    """What a form sends, by the name that a row has after `+`."""
    return {}


def prepare(town: Town, session: Session) -> None:
    """What the rows are about; its ids go into `town.ids`."""
