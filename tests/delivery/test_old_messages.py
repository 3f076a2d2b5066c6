"""Messages of a database of before: what was let go then waits for nobody."""

from __future__ import annotations

from alembic import command
from sqlalchemy import select, text

from hotline.models.messages import Message
from hotline.operations import schema
from tests.issuing.test_old_drafts import empty  # noqa: F401 (a fixture)

_ROW = """
INSERT INTO messages
    (kind, period, recipient, subject, body, message_id, state, attempts, error, created_at)
VALUES ('digest', '2026-11-20', :to, 'x', 'x', :to, :state, 0, :error, '2026-11-20')
"""


def test_lists_whose_day_was_over_are_left_and_nothing_else(empty):  # noqa: F811
    config = schema._config()
    with empty.restructure() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0006_what_was_dealt_by")
    rows = (
        ("past", "failed", "its day was over before it could be sent"),
        ("refused", "failed", "550 no such mailbox"),
        ("sent", "sent", None),
        ("unsure", "unknown", "the process ended before the answer was noted"),
    )
    with empty.engine.begin() as connection:
        for to, state, error in rows:
            connection.execute(text(_ROW), {"to": to, "state": state, "error": error})
    schema.upgrade(empty)
    with empty.write() as session:
        found = {one.recipient: one.state for one in session.scalars(select(Message))}
        assert found == {"past": "left", "refused": "failed", "sent": "sent", "unsure": "unknown"}
        session.scalars(select(Message).where(Message.recipient == "refused")).one().state = "left"
