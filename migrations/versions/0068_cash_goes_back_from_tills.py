"""What goes back by hand says by which way, and cash from whose till; counts have it in them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0068"
down_revision = "0067"


def upgrade() -> None:
    with op.batch_alter_table("refunds") as refunds:
        refunds.add_column(sa.Column("way", sa.String(32), nullable=True))
        refunds.add_column(sa.Column("till", sa.String(80), nullable=True))
    # What went back in cash so far was paid out by whoever noted it.
    op.execute(
        "UPDATE refunds SET way = (SELECT method FROM payments WHERE payments.id = refunds.payment_id)"
        " WHERE state = 'done' AND EXISTS (SELECT 1 FROM payments WHERE payments.id = refunds.payment_id"
        " AND payments.method <> 'checkout')"
    )
    op.execute(
        "UPDATE refunds SET till = (SELECT max(posted_by) FROM ledger_rows"
        " WHERE ledger_rows.order_id = refunds.order_id AND ledger_rows.entry = 'refund:' || refunds.id)"
        " WHERE way = 'desk'"
    )
    op.execute("UPDATE refunds SET till = 'system' WHERE way = 'desk' AND till IS NULL")
    with op.batch_alter_table("refunds") as refunds:
        refunds.create_check_constraint(
            op.f("ck_refunds_till"), "(till IS NOT NULL) = (COALESCE(way, '') = 'desk')"
        )
        refunds.create_check_constraint(
            op.f("ck_refunds_way"), "way IN ('transfer', 'invoice', 'desk', 'swish', 'checkout')"
        )
    op.create_table(
        "counted_refunds",
        sa.Column("refund_id", sa.Integer, nullable=False),
        sa.Column("count_id", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("refund_id", name="pk_counted_refunds"),
        sa.ForeignKeyConstraint(["refund_id"], ["refunds.id"], name="fk_counted_refunds_refund_id"),
        sa.ForeignKeyConstraint(["count_id"], ["cash_counts.id"], name="fk_counted_refunds_count_id"),
    )
    op.create_index("ix_counted_refunds_count_id", "counted_refunds", ["count_id"])


def downgrade() -> None:
    op.drop_table("counted_refunds")
    with op.batch_alter_table("refunds") as refunds:
        refunds.drop_constraint(op.f("ck_refunds_way"), type_="check")
        refunds.drop_constraint(op.f("ck_refunds_till"), type_="check")
        refunds.drop_column("till")
        refunds.drop_column("way")
