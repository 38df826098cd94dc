"""The numbered migrations build exactly what the models say, both ways, on this run's database."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from expo import config
from expo.app import create_app
from expo.core import readiness
from expo.core.db import Base, db
from tests.conftest import SETTINGS
from tests.databases import Kind, fresh_database

pytestmark = pytest.mark.house


def test_migrations_build_what_the_models_say_and_take_it_down_again(
    database_kind: Kind, worker_id: str, tmp_path: Path
):
    with fresh_database(database_kind, f"{worker_id}m", tmp_path) as url:
        app = create_app(config.load({}, database_url=url, **SETTINGS))
        with app.app_context():
            migrations = readiness.migrations()
            command.upgrade(migrations, "head")
            assert readiness.what_is_wrong() is None
            with db.engine.connect() as connection:
                context = MigrationContext.configure(
                    connection, opts={"compare_type": True, "include_name": is_of_models}
                )
                assert compare_metadata(context, Base.metadata) == []
                assert constraints(connection) == {
                    f"{table.name}.{check.name}"
                    for table in Base.metadata.sorted_tables
                    for check in table.constraints
                    if isinstance(check, sa.CheckConstraint)
                }

            command.downgrade(migrations, "base")
            assert set(sa.inspect(db.engine).get_table_names()) <= {"alembic_version"}
            assert readiness.what_is_wrong() is not None
            command.upgrade(migrations, "head")
            db.session.remove()
            db.engine.dispose()


def is_of_models(name: str | None, _kind: str, _parents: object) -> bool:
    """Each database has its own index for searching, which no model can name; whether it finds is tested elsewhere."""
    return not (name or "").startswith("search_index")


def constraints(connection: sa.Connection) -> set[str]:
    """The CHECK constraints of the database, which alembic does not compare."""
    inspector = sa.inspect(connection)
    return {
        f"{table}.{check['name']}"
        for table in inspector.get_table_names()
        for check in inspector.get_check_constraints(table)
    }
