"""Sessions have tags."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0067"
down_revision = "0066"

_TABLES = ("sessions", "session_versions")


def upgrade() -> None:
    for table in _TABLES:
        op.add_column(table, sa.Column("tags", sa.JSON, nullable=False, server_default="[]"))


def downgrade() -> None:
    for table in _TABLES:
        op.drop_column(table, "tags")
