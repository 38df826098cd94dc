"""An installation says how long it keeps what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"


def upgrade() -> None:
    op.create_table(
        "retention_terms",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("days", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_retention_terms"),
        sa.CheckConstraint("days BETWEEN 1 AND 3650", name="days"),
    )


def downgrade() -> None:
    op.drop_table("retention_terms")
