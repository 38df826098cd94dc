"""Whether this installation can serve: the database answers and has the schema that the code expects."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from expo import config

from .db import db


def migrations() -> Config:
    """Alembic's configuration, without a file: there is nothing to configure."""
    settings = Config()
    installed = config.ROOT / "expo" / "_assets" / "migrations"
    settings.set_main_option(
        "script_location", str(installed if installed.is_dir() else config.ROOT / "migrations")
    )
    settings.set_main_option("path_separator", "os")
    return settings


def what_is_wrong() -> str | None:
    """One sentence, or None when all is well."""
    try:
        with db.engine.connect() as connection:
            here = MigrationContext.configure(connection).get_current_revision()
    except sa.exc.OperationalError:
        return "The database does not answer."
    newest = ScriptDirectory.from_config(migrations()).get_current_head()
    if here != newest:
        return f"The database is at migration {here}, the code expects {newest}: run `expo migrate`."
    return None
