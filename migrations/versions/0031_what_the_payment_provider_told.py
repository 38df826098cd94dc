"""What the payment provider told, once each; sellers with accounts of their own there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.add_column("sellers", sa.Column("provider_account", sa.String(80), nullable=False, server_default=""))
    with op.batch_alter_table("sellers") as sellers:
        sellers.alter_column("provider_account", server_default=None)
    op.create_table(
        "provider_events",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer),
        sa.Column("order_id", sa.Integer),
        sa.Column("event_id", sa.String(255), nullable=False),
        sa.Column("type", sa.String(100), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_provider_events"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_provider_events_expo_id"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_provider_events_order_id"),
        sa.UniqueConstraint("event_id", name="uq_provider_events_event_id"),
    )
    for column in ("expo_id", "order_id"):
        op.create_index(f"ix_provider_events_{column}", "provider_events", [column])


def downgrade() -> None:
    op.drop_table("provider_events")
    with op.batch_alter_table("sellers") as sellers:
        sellers.drop_column("provider_account")
