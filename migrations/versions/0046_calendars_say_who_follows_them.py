"""A personal calendar knows when it was asked for last, and by which program."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"


def upgrade() -> None:
    with op.batch_alter_table("persons") as table:
        table.add_column(sa.Column("calendar_fetched_at", sa.DateTime(timezone=True)))
        table.add_column(sa.Column("calendar_program", sa.String(40), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("persons") as table:
        table.drop_column("calendar_program")
        table.drop_column("calendar_fetched_at")
