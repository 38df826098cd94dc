"""Places and what sessions are sorted by know when they were last called otherwise, for calendars."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"

_TABLES = ("tracks", "session_types", "venues", "rooms")


def upgrade() -> None:
    for table in _TABLES:
        op.add_column(table, sa.Column("called_since", sa.DateTime(timezone=True)))


def downgrade() -> None:
    for table in _TABLES:
        with op.batch_alter_table(table) as batch:
            batch.drop_column("called_since")
