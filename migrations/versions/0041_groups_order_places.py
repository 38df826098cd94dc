"""A group's board may stand on an order: its places are bought already."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    # With its constraint, so that both databases take it in place.
    op.execute(
        "ALTER TABLE delegations ADD COLUMN order_id INTEGER "
        "CONSTRAINT fk_delegations_order_id REFERENCES orders (id)"
    )
    where = sa.text("order_id IS NOT NULL")
    op.create_index(
        "uq_delegations_order", "delegations", ["order_id"], unique=True,
        sqlite_where=where, postgresql_where=where,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("uq_delegations_order", "delegations")
    op.drop_column("delegations", "order_id")
