"""The loop that closes problems: rectifications, appeals, talks."""

import sqlalchemy as sa
from alembic import op

revision = "0003_the_loop"
down_revision = "0002_issued_papers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "talks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("area_code", sa.String(length=6), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("person", sa.String(length=60), nullable=False),
        sa.Column("meets_at", sa.DateTime(), nullable=True),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("host", sa.String(length=200), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=True),
        sa.Column("held_at", sa.DateTime(), nullable=True),
        sa.Column("held_place", sa.String(length=200), nullable=False),
        sa.Column("present", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("demands", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=True),
        sa.Column("report_due_on", sa.Date(), nullable=True),
        sa.Column("report", sa.Text(), nullable=True),
        sa.Column("reported_by", sa.String(length=80), nullable=True),
        sa.Column("reported_at", sa.DateTime(), nullable=True),
        sa.Column("closed_by", sa.String(length=80), nullable=True),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "state IN ('due', 'drafted', 'notified', 'held', 'reported', 'closed', 'no_show',"
            " 'cancelled')",
            name=op.f("ck_talks_state"),
        ),
        sa.ForeignKeyConstraint(
            ["area_code"], ["areas.code"], name=op.f("fk_talks_area_code_areas")
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notices.id"], name=op.f("fk_talks_notice_id_notices")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["notices.id"], name=op.f("fk_talks_record_id_notices")
        ),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_talks_round_id_rounds")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_talks_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talks")),
    )
    with op.batch_alter_table("talks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_talks_round_id"), ["round_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_talks_unit_id"), ["unit_id"], unique=False)
    op.create_table(
        "commitments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("talk_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("person", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["talk_id"], ["talks.id"], name=op.f("fk_commitments_talk_id_talks")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitments")),
    )
    with op.batch_alter_table("commitments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_commitments_talk_id"), ["talk_id"], unique=False)
    op.create_table(
        "appeals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("appellant", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("filed_by", sa.String(length=80), nullable=False),
        sa.Column("filed_at", sa.DateTime(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.Column("correction_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state IN ('filed', 'upheld', 'partly', 'revoked')", name=op.f("ck_appeals_state")
        ),
        sa.ForeignKeyConstraint(
            ["correction_id"], ["notices.id"], name=op.f("fk_appeals_correction_id_notices")
        ),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["findings.id"], name=op.f("fk_appeals_finding_id_findings")
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notices.id"], name=op.f("fk_appeals_notice_id_notices")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_appeals_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeals")),
        sa.UniqueConstraint("finding_id", name=op.f("uq_appeals_finding_id")),
    )
    with op.batch_alter_table("appeals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_appeals_notice_id"), ["notice_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_appeals_unit_id"), ["unit_id"], unique=False)
    op.create_table(
        "rectifications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=True),
        sa.Column("commitment_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(length=60), nullable=True),
        sa.Column("counted_from", sa.Date(), nullable=False),
        sa.Column("working_days", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("returns", sa.Integer(), nullable=False),
        sa.Column("reported_at", sa.DateTime(), nullable=True),
        sa.Column("reported_by", sa.String(length=80), nullable=True),
        sa.Column("verified_at", sa.DateTime(), nullable=True),
        sa.Column("verified_by", sa.String(length=80), nullable=True),
        sa.Column("recheck_round_id", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("closed_by", sa.String(length=80), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "state IN ('issued', 'in_progress', 'reported', 'rechecking', 'closed', 'returned',"
            " 'cancelled')",
            name=op.f("ck_rectifications_state"),
        ),
        sa.ForeignKeyConstraint(
            ["commitment_id"],
            ["commitments.id"],
            name=op.f("fk_rectifications_commitment_id_commitments"),
        ),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["findings.id"], name=op.f("fk_rectifications_finding_id_findings")
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["lines.id"], name=op.f("fk_rectifications_line_id_lines")
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notices.id"], name=op.f("fk_rectifications_notice_id_notices")
        ),
        sa.ForeignKeyConstraint(
            ["recheck_round_id"],
            ["rounds.id"],
            name=op.f("fk_rectifications_recheck_round_id_rounds"),
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["units.id"], name=op.f("fk_rectifications_unit_id_units")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rectifications")),
        sa.UniqueConstraint("commitment_id", name=op.f("uq_rectifications_commitment_id")),
        sa.UniqueConstraint("finding_id", name=op.f("uq_rectifications_finding_id")),
    )
    with op.batch_alter_table("rectifications", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rectifications_line_id"), ["line_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_rectifications_notice_id"), ["notice_id"], unique=False
        )
        batch_op.create_index("ix_rectifications_state_due", ["state", "due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_rectifications_unit_id"), ["unit_id"], unique=False)
    op.create_table(
        "extensions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rectification_id", sa.Integer(), nullable=False),
        sa.Column("old_due_on", sa.Date(), nullable=False),
        sa.Column("new_due_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("granted_by", sa.String(length=80), nullable=False),
        sa.Column("granted_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["rectification_id"],
            ["rectifications.id"],
            name=op.f("fk_extensions_rectification_id_rectifications"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extensions")),
    )
    with op.batch_alter_table("extensions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_extensions_rectification_id"), ["rectification_id"], unique=False
        )
    op.create_table(
        "rectification_reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rectification_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("reporter", sa.String(length=60), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["rectification_id"],
            ["rectifications.id"],
            name=op.f("fk_rectification_reports_rectification_id_rectifications"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rectification_reports")),
    )
    with op.batch_alter_table("rectification_reports", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_rectification_reports_rectification_id"),
            ["rectification_id"],
            unique=False,
        )
    op.create_table(
        "rectification_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rectification_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["rectification_id"],
            ["rectifications.id"],
            name=op.f("fk_rectification_steps_rectification_id_rectifications"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rectification_steps")),
    )
    with op.batch_alter_table("rectification_steps", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_rectification_steps_rectification_id"),
            ["rectification_id"],
            unique=False,
        )
    op.create_table(
        "attachments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=True),
        sa.Column("appeal_id", sa.Integer(), nullable=True),
        sa.Column("talk_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("file", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "(CASE WHEN report_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN appeal_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN talk_id IS NULL THEN 0 ELSE 1 END) = 1",
            name=op.f("ck_attachments_one_subject"),
        ),
        sa.ForeignKeyConstraint(
            ["appeal_id"], ["appeals.id"], name=op.f("fk_attachments_appeal_id_appeals")
        ),
        sa.ForeignKeyConstraint(
            ["file"], ["stored_files.digest"], name=op.f("fk_attachments_file_stored_files")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["rectification_reports.id"],
            name=op.f("fk_attachments_report_id_rectification_reports"),
        ),
        sa.ForeignKeyConstraint(
            ["talk_id"], ["talks.id"], name=op.f("fk_attachments_talk_id_talks")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
    )
    with op.batch_alter_table("attachments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachments_appeal_id"), ["appeal_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attachments_report_id"), ["report_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attachments_talk_id"), ["talk_id"], unique=False)
    with op.batch_alter_table("measures", schema=None) as batch_op:
        batch_op.add_column(sa.Column("talk_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_measures_talk_id"), ["talk_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_measures_talk_id_talks"), "talks", ["talk_id"], ["id"]
        )
        batch_op.drop_constraint(batch_op.f("ck_measures_step"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_measures_step"),
            "step IN ('remind', 'rectify', 'circular', 'talk', 'copy_up')",
        )
