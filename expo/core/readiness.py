"""Whether this installation can serve: the database answers and has the schema that the code expects."""

from __future__ import annotations

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from expo import config

from .db import DatabaseBusy, db


def migrations() -> Config:
    """Alembic's configuration, without a file: there is nothing to configure."""
    settings = Config()
    installed = config.ROOT / "expo" / "_assets" / "migrations"
    settings.set_main_option(
        "script_location", str(installed if installed.is_dir() else config.ROOT / "migrations")
    )
    settings.set_main_option("path_separator", "os")
    return settings


def revisions() -> tuple[str | None, str | None]:
    """The migration that the database is at, and the one the code expects. Raises DatabaseBusy."""
    with db.engine.connect() as connection:
        here = MigrationContext.configure(connection).get_current_revision()
    return here, ScriptDirectory.from_config(migrations()).get_current_head()


def what_is_wrong() -> str | None:
    """One sentence, or None when all is well."""
    try:
        here, newest = revisions()
    except DatabaseBusy:
        return "The database does not answer."
    if here != newest:
        return f"The database is at migration {here}, the code expects {newest}: run `expo migrate`."
    return None
