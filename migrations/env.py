"""Runs migrations inside the application, on whatever database it is set to."""

from __future__ import annotations

from typing import Any

from alembic import context
from alembic.autogenerate.api import AutogenContext

from expo.core.db import Base, ChoiceType, MomentType, db


def render_item(kind: str, item: Any, _autogen: AutogenContext) -> str | bool:
    """Write our own column types as plain SQL ones: a migration names no class of today's code."""
    if kind == "type" and isinstance(item, MomentType):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, ChoiceType):
        return "sa.String(length=32)"
    return False


def include_name(name: str | None, _kind: str, _parents: Any) -> bool:
    """What a database hangs on `search_entries` is named search_index, and no model knows it."""
    return not (name or "").startswith("search_index")


with db.engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        render_item=render_item,
        include_name=include_name,
        compare_type=True,
    )
    if connection.dialect.name == "sqlite":
        # Batch migrations rebuild tables. Asked of the driver: within a transaction, which SQLAlchemy would begin,
        # SQLite takes no notice.
        connection.connection.execute("PRAGMA foreign_keys=OFF")
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
    if connection.dialect.name == "sqlite":
        connection.connection.execute("PRAGMA foreign_keys=ON")
