"""Papers that can be issued, delivered and signed for."""

import sqlalchemy as sa
from alembic import op

revision = "0002_issued_papers"
down_revision = "0001_first_floor"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "number_series",
        sa.Column("word", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("word", "year", name=op.f("pk_number_series")),
    )
    op.create_table(
        "stored_files",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_stored_files")),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claim", sa.String(length=40), nullable=True),
        sa.Column("claimed_at", sa.DateTime(), nullable=True),
        sa.Column("not_before", sa.DateTime(), nullable=True),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("settled_by", sa.String(length=80), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "state IN ('queued', 'sending', 'sent', 'failed', 'unknown')",
            name=op.f("ck_deliveries_state"),
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notices.id"], name=op.f("fk_deliveries_notice_id_notices")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["units.id"], name=op.f("fk_deliveries_unit_id_units")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("message_id", name=op.f("uq_deliveries_message_id")),
        sa.UniqueConstraint(
            "notice_id", "recipient", name=op.f("uq_deliveries_notice_id_recipient")
        ),
    )
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.create_index("ix_deliveries_state_created", ["state", "created_at"], unique=False)
    op.create_table(
        "notice_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("nonce", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.Column("revoked_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notices.id"], name=op.f("fk_notice_links_notice_id_notices")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["units.id"], name=op.f("fk_notice_links_unit_id_units")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_links")),
        sa.UniqueConstraint("nonce", name=op.f("uq_notice_links_nonce")),
    )
    with op.batch_alter_table("notice_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_links_notice_id"), ["notice_id"], unique=False)
    op.create_table(
        "notice_openings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["link_id"], ["notice_links.id"], name=op.f("fk_notice_openings_link_id_notice_links")
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notices.id"], name=op.f("fk_notice_openings_notice_id_notices")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_openings")),
    )
    with op.batch_alter_table("notice_openings", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_notice_openings_notice_id"), ["notice_id"], unique=False
        )
    op.create_table(
        "receipts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("signer", sa.String(length=60), nullable=False),
        sa.Column("post", sa.String(length=60), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["link_id"], ["notice_links.id"], name=op.f("fk_receipts_link_id_notice_links")
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notices.id"], name=op.f("fk_receipts_notice_id_notices")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_receipts_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipts")),
        sa.UniqueConstraint("notice_id", "unit_id", name=op.f("uq_receipts_notice_id_unit_id")),
    )
    op.create_table(
        "notice_findings",
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["findings.id"], name=op.f("fk_notice_findings_finding_id_findings")
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notices.id"], name=op.f("fk_notice_findings_notice_id_notices")
        ),
        sa.PrimaryKeyConstraint("notice_id", "finding_id", name=op.f("pk_notice_findings")),
    )
    with op.batch_alter_table("notice_findings", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_notice_findings_finding_id"), ["finding_id"], unique=False
        )
    with op.batch_alter_table("findings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("drop_reason", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("dropped_by", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("dropped_at", sa.DateTime(), nullable=True))
        batch_op.create_check_constraint(
            batch_op.f("ck_findings_state"),
            "state IN ('new', 'dropped', 'issued', 'held', 'revoked')",
        )
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.add_column(sa.Column("area_code", sa.String(length=6), nullable=True))
        batch_op.add_column(sa.Column("refers_to_id", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("state", sa.String(length=12), nullable=False, server_default="draft")
        )
        batch_op.add_column(sa.Column("insertions", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("hands", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("submitted_at", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("submitted_by", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("return_reason", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("returned_at", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("returned_by", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("issued_by", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("word", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("year", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("serial", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("verification_code", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("document", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("file", sa.String(length=64), nullable=True))
        batch_op.create_index(batch_op.f("ix_notices_refers_to_id"), ["refers_to_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notices_state"), ["state"], unique=False)
        batch_op.create_unique_constraint(
            batch_op.f("uq_notices_verification_code"), ["verification_code"]
        )
        batch_op.create_unique_constraint(
            batch_op.f("uq_notices_word_year_serial"), ["word", "year", "serial"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_notices_area_code_areas"), "areas", ["area_code"], ["code"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_notices_file_stored_files"), "stored_files", ["file"], ["digest"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_notices_refers_to_id_notices"), "notices", ["refers_to_id"], ["id"]
        )
        batch_op.drop_column("snapshot")
        batch_op.create_check_constraint(
            batch_op.f("ck_notices_kind"),
            "kind IN ('circular', 'rectification', 'talk', 'talk_record', 'correction',"
            " 'overdue', 'no_show')",
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_notices_state"),
            "state IN ('draft', 'submitted', 'issued', 'withdrawn')",
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_notices_issued_has_number"),
            "(state = 'issued') = (number IS NOT NULL)",
        )
    with op.batch_alter_table("rounds", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("purpose", sa.String(length=10), nullable=False, server_default="sample")
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_rounds_purpose"), "purpose IN ('sample', 'recheck')"
        )
        batch_op.alter_column(
            "code",
            existing_type=sa.VARCHAR(length=24),
            type_=sa.String(length=40),
            existing_nullable=False,
        )
        batch_op.drop_constraint(batch_op.f("uq_rounds_level_area_code_period"), type_="unique")
        batch_op.create_index(
            "uq_rounds_sample",
            ["level", "area_code", "period"],
            unique=True,
            sqlite_where=sa.text("purpose = 'sample'"),
            postgresql_where=sa.text("purpose = 'sample'"),
        )
    with op.batch_alter_table("units", schema=None) as batch_op:
        batch_op.add_column(sa.Column("email", sa.String(length=254), nullable=True))
        batch_op.add_column(sa.Column("contact", sa.String(length=60), nullable=True))
        batch_op.add_column(sa.Column("contact_phone", sa.String(length=40), nullable=True))
    _name_findings_of_drafts()
    for statement in _KEPT[op.get_bind().dialect.name]:
        op.execute(statement)


def _name_findings_of_drafts() -> None:
    """A draft of before says which findings it is about, and who had a hand in it."""
    op.execute(
        """INSERT INTO notice_findings (notice_id, finding_id)
           SELECT notices.id, findings.id FROM notices
           JOIN findings ON findings.round_id = notices.round_id
           WHERE notices.kind = 'circular'"""
    )
    op.execute(
        """INSERT INTO notice_findings (notice_id, finding_id)
           SELECT notices.id, findings.id FROM notices
           JOIN findings ON findings.round_id = notices.round_id
           JOIN checks ON checks.id = findings.check_id AND checks.unit_id = notices.unit_id
           WHERE notices.kind = 'rectification' AND EXISTS (
               SELECT 1 FROM measures
               WHERE measures.round_id = notices.round_id AND measures.step = 'rectify'
               AND measures.line_id = checks.line_id)"""
    )
    array = {"sqlite": "json_array", "postgresql": "json_build_array"}[op.get_bind().dialect.name]
    op.execute(f"UPDATE notices SET hands = {array}(drafted_by)")


# SQLite drops a table's triggers when a later migration makes the table anew: repeat them there.
_KEPT = {
    "sqlite": [
        *(
            f"""CREATE TRIGGER notices_no_{deed} BEFORE {deed} ON notices
                WHEN OLD.number IS NOT NULL
                BEGIN SELECT RAISE(ABORT, 'what was issued never changes'); END"""
            for deed in ("update", "delete")
        ),
        """CREATE TRIGGER stored_files_no_update BEFORE UPDATE ON stored_files
           BEGIN SELECT RAISE(ABORT, 'what is kept never changes'); END""",
    ],
    "postgresql": [
        """CREATE FUNCTION kept_for_good() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN RAISE EXCEPTION 'what was issued or kept never changes'; END $$""",
        """CREATE TRIGGER notices_kept BEFORE UPDATE OR DELETE ON notices
           FOR EACH ROW WHEN (OLD.number IS NOT NULL) EXECUTE FUNCTION kept_for_good()""",
        """CREATE TRIGGER stored_files_kept BEFORE UPDATE ON stored_files
           FOR EACH ROW EXECUTE FUNCTION kept_for_good()""",
        *(
            f"""CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table}
                FOR EACH STATEMENT EXECUTE FUNCTION kept_for_good()"""
            for table in ("notices", "stored_files")
        ),
    ],
}
