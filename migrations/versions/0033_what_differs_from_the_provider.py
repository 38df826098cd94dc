"""What differs between the payment provider's account and ours."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "discrepancies",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer),
        sa.Column("order_id", sa.Integer),
        sa.Column("what", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("theirs", sa.String(200), nullable=False),
        sa.Column("ours", sa.String(200), nullable=False),
        sa.Column("found_at", _MOMENT, nullable=False),
        sa.Column("gone_at", _MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_discrepancies"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_discrepancies_expo_id"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_discrepancies_order_id"),
    )
    for column in ("expo_id", "order_id"):
        op.create_index(f"ix_discrepancies_{column}", "discrepancies", [column])
    still = sa.text("gone_at IS NULL")
    op.create_index(
        "uq_discrepancies_open",
        "discrepancies",
        ["what", "subject"],
        unique=True,
        sqlite_where=still,
        postgresql_where=still,
    )


def downgrade() -> None:
    op.drop_table("discrepancies")
