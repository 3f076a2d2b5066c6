"""逾期: which rectifications missed their due date, as a condition of queries and of one row."""

from datetime import date

from sqlalchemy import ColumnElement, and_

from hotline.models.loop import Rectification
from hotline.rules.rectification import AWAITING, State


def overdue(today: date) -> ColumnElement[bool]:
    """逾期: the due date has passed, no report stands, and no appeal is undecided."""
    return and_(
        Rectification.state.in_(AWAITING), Rectification.due_on < today, ~Rectification.held
    )


def is_overdue(found: Rectification, today: date) -> bool:
    """The same of one."""
    return State(found.state).awaits_report and found.due_on < today and not found.held
