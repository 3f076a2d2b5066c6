"""Bring a database to the shape that this version of Hotline needs."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from hotline.db import Database

_MIGRATIONS = Path(__file__).parent.parent / "migrations"


def upgrade(database: Database) -> str:
    """Run the migrations that are still to do, in one transaction; returns the version reached."""
    config = _config()
    with database.restructure() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return current(database) or ""


def current(database: Database) -> str | None:
    """The version of the database; None if it was never set up."""
    with database.read() as session:
        return MigrationContext.configure(session.connection()).get_current_revision()


def is_current(database: Database) -> bool:
    """True if nothing is left to migrate."""
    return current(database) == _scripts().get_current_head()


def knows(version: str) -> bool:
    """True for a version that this program made or can bring up to date."""
    return version in {script.revision for script in _scripts().walk_revisions()}


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config
