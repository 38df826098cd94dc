"""What two doors judged differently, or what could not count, is looked at by somebody, who notes what it was."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "scan_resolutions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("scan_id", sa.String(36)),
        sa.Column("quarantined_id", sa.Integer),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_by", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_scan_resolutions"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_scan_resolutions_expo_id"),
        sa.ForeignKeyConstraint(["scan_id"], ["scans.id"], name="fk_scan_resolutions_scan_id"),
        sa.ForeignKeyConstraint(
            ["quarantined_id"], ["quarantined_scans.id"], name="fk_scan_resolutions_quarantined_id"
        ),
        sa.UniqueConstraint("scan_id", name="uq_scan_resolutions_scan_id"),
        sa.UniqueConstraint("quarantined_id", name="uq_scan_resolutions_quarantined_id"),
        sa.CheckConstraint("(scan_id IS NULL) <> (quarantined_id IS NULL)", name="one_subject"),
    )
    op.create_index("ix_scan_resolutions_expo_id", "scan_resolutions", ["expo_id"])
    # The inbox asks for what few scans are.
    conflict = sa.text("verdict = 'conflict'")
    op.create_index(
        "ix_scans_conflicts", "scans", ["expo_id"], sqlite_where=conflict, postgresql_where=conflict
    )


def downgrade() -> None:
    op.drop_index("ix_scans_conflicts", "scans")
    op.drop_table("scan_resolutions")
