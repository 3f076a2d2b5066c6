"""E-mails that are no papers: a person settles what failed or is unsure."""

import sqlalchemy as sa
from alembic import op

revision = "0007_settled_messages"
down_revision = "0006_what_was_dealt_by"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_messages_state"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_messages_state"),
            "state IN ('queued', 'sending', 'sent', 'failed', 'unknown', 'left')",
        )
        batch_op.add_column(sa.Column("settled_by", sa.String(length=80), nullable=True))
    op.execute(
        "UPDATE messages SET state = 'left' WHERE state = 'failed' "
        "AND error = 'its day was over before it could be sent'"
    )
