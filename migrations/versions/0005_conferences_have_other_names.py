"""Conferences are found by the names that people use for them, too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    names = sa.Column("other_names", sa.JSON(none_as_null=True), server_default="[]", nullable=False)
    op.add_column("conferences", names)


def downgrade() -> None:
    op.drop_column("conferences", "other_names")
