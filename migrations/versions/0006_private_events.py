"""A session by invitation may be shown to all as a private event: sessions and their versions say so."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    for table in ("sessions", "session_versions"):
        op.add_column(
            table, sa.Column("shows_block", sa.Boolean(), nullable=False, server_default=sa.false())
        )


def downgrade() -> None:
    for table in ("session_versions", "sessions"):
        op.drop_column(table, "shows_block")
