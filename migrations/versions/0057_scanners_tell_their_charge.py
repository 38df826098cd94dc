"""Scanners tell how much charge they have."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"


def upgrade() -> None:
    with op.batch_alter_table("device_health") as health:
        health.add_column(sa.Column("battery", sa.Integer))


def downgrade() -> None:
    with op.batch_alter_table("device_health") as health:
        health.drop_column("battery")
