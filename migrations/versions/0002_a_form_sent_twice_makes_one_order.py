"""A form that is sent twice makes one order: orders keep the digest of what was sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("orders", sa.Column("sent_digest", sa.LargeBinary(32)))
    there = sa.text("sent_digest IS NOT NULL")
    op.create_index(
        "uq_orders_sent",
        "orders",
        ["expo_id", "sent_digest"],
        unique=True,
        sqlite_where=there,
        postgresql_where=there,
    )


def downgrade() -> None:
    op.drop_index("uq_orders_sent", table_name="orders")
    op.drop_column("orders", "sent_digest")
