"""A job may have no next time: rounds are opened by hand only."""

import sqlalchemy as sa
from alembic import op

revision = "0009_jobs_that_never_come"
down_revision = "0008_journal_from_a_shell"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("job_plans") as plans:
        plans.alter_column("next_at", existing_type=sa.DateTime(), nullable=True)
