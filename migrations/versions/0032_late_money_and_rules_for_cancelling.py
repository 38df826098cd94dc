"""Choices about money that came late; how much of a ticket goes back to whoever cancels, and when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "late_money",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("order_id", sa.Integer, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("opened_at", _MOMENT, nullable=False),
        sa.Column("deadline", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_late_money"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_late_money_expo_id"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_late_money_order_id"),
        sa.CheckConstraint(
            "state IN ('open', 'in_line', 'seated', 'exchanged', 'refunded')",
            name=op.f("ck_late_money_state"),
        ),
    )
    op.create_index("ix_late_money_order_id", "late_money", ["order_id"])
    op.create_index("ix_late_money_expo_id_state", "late_money", ["expo_id", "state"])
    undecided = sa.text("state IN ('open', 'in_line')")
    op.create_index(
        "uq_late_money_undecided",
        "late_money",
        ["order_id"],
        unique=True,
        sqlite_where=undecided,
        postgresql_where=undecided,
    )
    op.add_column("ticket_types", sa.Column("cancellation", sa.JSON))


def downgrade() -> None:
    op.drop_column("ticket_types", "cancellation")
    op.drop_table("late_money")
