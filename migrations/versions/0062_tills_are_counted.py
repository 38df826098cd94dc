"""Tills at the desk are counted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"


def upgrade() -> None:
    op.create_table(
        "cash_counts",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("seller_id", sa.Integer, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("taken_by", sa.String(80), nullable=False),
        sa.Column("counted_by", sa.String(80), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expected_minor", sa.Integer, nullable=False),
        sa.Column("counted_minor", sa.Integer, nullable=False),
        sa.Column("note", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cash_counts"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_cash_counts_expo_id"),
        sa.ForeignKeyConstraint(["seller_id"], ["sellers.id"], name="fk_cash_counts_seller_id"),
        sa.CheckConstraint("counted_minor >= 0", name="counted"),
    )
    op.create_index("ix_cash_counts_seller_id", "cash_counts", ["seller_id"])
    op.create_index("ix_cash_counts_expo_id_counted_at", "cash_counts", ["expo_id", "counted_at"])
    op.create_table(
        "counted_payments",
        sa.Column("payment_id", sa.Integer, nullable=False),
        sa.Column("count_id", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("payment_id", name="pk_counted_payments"),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name="fk_counted_payments_payment_id"),
        sa.ForeignKeyConstraint(["count_id"], ["cash_counts.id"], name="fk_counted_payments_count_id"),
    )
    op.create_index("ix_counted_payments_count_id", "counted_payments", ["count_id"])


def downgrade() -> None:
    op.drop_table("counted_payments")
    op.drop_table("cash_counts")
