"""Organisers force seats with a reason, open and close booking, name a meeting point, and hand lists to guides."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "overruns",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("pool_id", sa.Integer, nullable=False),
        sa.Column("places", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("forced_by", sa.String(80), nullable=False),
        sa.Column("forced_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_overruns"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_overruns_expo_id"),
        sa.ForeignKeyConstraint(["pool_id"], ["pools.id"], name="fk_overruns_pool_id"),
        sa.CheckConstraint("places >= 1", name="places"),
        sa.CheckConstraint("reason <> ''", name="reasoned"),
    )
    op.create_index("ix_overruns_expo_id", "overruns", ["expo_id"])
    op.create_index("ix_overruns_pool_id", "overruns", ["pool_id"])
    op.create_table(
        "guide_links",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("session_id", sa.Integer, nullable=False),
        sa.Column("label", sa.String(120), nullable=False),
        sa.Column("token_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(80), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_guide_links"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_guide_links_expo_id"),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_guide_links_session_id"),
        sa.UniqueConstraint("token_digest", name="uq_guide_links_token_digest"),
    )
    op.create_index("ix_guide_links_expo_id", "guide_links", ["expo_id"])
    op.create_index("ix_guide_links_session_id", "guide_links", ["session_id"])
    with op.batch_alter_table("occurrences") as occurrences:
        occurrences.add_column(sa.Column("booking_opens_at", sa.DateTime(timezone=True)))
        occurrences.add_column(sa.Column("booking_closes_at", sa.DateTime(timezone=True)))
        occurrences.add_column(sa.Column("meeting_point", sa.String(200), nullable=False, server_default=""))
        occurrences.create_check_constraint(
            "closes_after_opening",
            "booking_closes_at IS NULL OR booking_opens_at IS NULL OR booking_closes_at > booking_opens_at",
        )


def downgrade() -> None:
    with op.batch_alter_table("occurrences") as occurrences:
        occurrences.drop_constraint("closes_after_opening", type_="check")
        for column in ("meeting_point", "booking_closes_at", "booking_opens_at"):
            occurrences.drop_column(column)
    op.drop_table("guide_links")
    op.drop_table("overruns")
