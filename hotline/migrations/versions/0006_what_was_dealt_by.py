"""What a round's checks were dealt out by, and its doubles drawn: kept with the round.

Rounds opened before have none: what is not known any more is not made up.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006_what_was_dealt_by"
down_revision = "0005_rounds_that_run"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("rounds", schema=None) as batch_op:
        batch_op.add_column(sa.Column("dealing", sa.JSON(), nullable=True))
