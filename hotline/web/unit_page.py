"""A unit's own page; its administrators may look at it, nobody else's."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from hotline import clock, words
from hotline.errors import NotFound, T
from hotline.ledgers import ledger_problems, unit_sheets
from hotline.web import people
from hotline.web.current import current_actor, current_database, current_settings

room = Blueprint("unit_page", __name__, url_prefix="/unit")


@room.get("")
def show() -> ResponseReturnValue:
    """Of the unit that the account reads for."""
    unit_id = current_actor().unit_id
    if unit_id is None:
        raise NotFound(T("没有这个单位，或您无权查看。"))
    return _page(unit_id)


@room.get("/<int:unit_id>")
def of_unit(unit_id: int) -> ResponseReturnValue:
    """The same for an administrator, with nothing to fill in."""
    return _page(unit_id)


def _page(unit_id: int) -> str:
    people.know_names()
    now, settings = clock.now(), current_settings()
    with current_database().read() as session:
        sheet = unit_sheets.get_for(session, current_actor(), unit_id, settings=settings, now=now)
    return render_template(
        "unit_page/page.html",
        sheet=sheet,
        kind_words=words.NOTICE_KIND,
        problem_states=ledger_problems.STATES,
        talk_states=words.TALK_STATE,
        status_words=words.LINE_STATUS,
        round_levels=words.ROUND_LEVEL,
    )
