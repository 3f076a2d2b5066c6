"""Alembic's entry: runs the steps on the connection that `schema.upgrade` hands over."""

from alembic import context

from hotline.db import Table
from hotline.models import inspection, jobs, journal, loop, messages, papers, people, registry  # noqa: F401

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Table.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
)
context.run_migrations()
