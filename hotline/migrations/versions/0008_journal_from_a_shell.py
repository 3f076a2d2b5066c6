"""The journal says which person at a shell acted as an account, and by which command."""

import sqlalchemy as sa
from alembic import op

revision = "0008_journal_from_a_shell"
down_revision = "0007_settled_messages"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not as a batch: that would make the table anew, without the triggers that keep it.
    op.add_column("audit_entries", sa.Column("shell", sa.JSON(), nullable=True))
