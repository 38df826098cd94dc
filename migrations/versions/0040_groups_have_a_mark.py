"""Groups of organisations have a mark for the badges of their people."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    op.add_column("organisation_groups", sa.Column("mark", sa.String(12), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("organisation_groups", "mark")
