"""Venues say their step-free route; venues and rooms have versions; ways between venues that somebody walked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("venues", sa.Column("step_free_route", sa.Text, nullable=False, server_default=""))
    for table in ("venues", "rooms"):
        op.add_column(table, sa.Column("version", sa.Integer, nullable=False, server_default="1"))
    op.create_table(
        "walks",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("one_id", sa.Integer, nullable=False),
        sa.Column("other_id", sa.Integer, nullable=False),
        sa.Column("minutes", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_walks"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_walks_expo_id"),
        sa.ForeignKeyConstraint(["one_id"], ["venues.id"], name="fk_walks_one_id"),
        sa.ForeignKeyConstraint(["other_id"], ["venues.id"], name="fk_walks_other_id"),
        sa.UniqueConstraint("one_id", "other_id", name="uq_walks_one_id_other_id"),
        sa.CheckConstraint("one_id < other_id", name="order"),
        sa.CheckConstraint("minutes >= 0", name="minutes"),
    )
    op.create_index("ix_walks_expo_id", "walks", ["expo_id"])
    op.create_index("ix_walks_other_id", "walks", ["other_id"])


def downgrade() -> None:
    op.drop_table("walks")
    for table in ("rooms", "venues"):
        op.drop_column(table, "version")
    op.drop_column("venues", "step_free_route")
