"""The journal, to be read."""

from datetime import date

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from hotline import journal
from hotline.web import journal_subjects, journal_words
from hotline.web.current import current_actor, current_database

room = Blueprint("journal", __name__, url_prefix="/journal")


@room.get("")
def index() -> ResponseReturnValue:
    given = request.args
    filters = journal.Filters(
        by=given.get("by", "").strip()[:80],
        subject=given.get("subject", "")[:20],
        subject_id=given.get("id", "").strip()[:60],
        since=_day(given.get("since", "")),
        until=_day(given.get("until", "")),
        at_shell=given.get("from") == "shell",
    )
    with current_database().read() as session:
        found = journal.find(session, current_actor(), filters, page=given.get("page", 1, type=int))
        named = journal_subjects.named(session, found.entries)
    return render_template(
        "journal/index.html",
        found=found,
        filters=filters,
        named=named,
        subjects=journal_words.SUBJECTS.items(),
        say_subject=journal_words.subject,
        say_action=journal_words.action,
        say_reason=journal_words.reason,
        say_shell=journal_words.shell,
        say_values=journal_words.values,
    )


def _day(given: str) -> date | None:
    try:
        return date.fromisoformat(given)
    except ValueError:
        return None
