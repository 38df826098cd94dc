"""When a badge, or what it opens, changed last: scanners without network ask for what is new to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "badge_changes",
        sa.Column("badge_id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("badge_id", name="pk_badge_changes"),
        sa.ForeignKeyConstraint(["badge_id"], ["badges.id"], name="fk_badge_changes_badge_id"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_badge_changes_expo_id"),
    )
    op.create_index("ix_badge_changes_expo_id_changed_at", "badge_changes", ["expo_id", "changed_at"])


def downgrade() -> None:
    op.drop_table("badge_changes")
