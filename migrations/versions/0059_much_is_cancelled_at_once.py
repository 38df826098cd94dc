"""Days, venues and conferences are cancelled or moved at once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("conferences", sa.Column("cancelled_at", _MOMENT))
    op.create_table(
        "upheavals",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("conference_id", sa.Integer),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("whole", sa.String(32), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("name", sa.String(250), nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("touched", sa.JSON, nullable=False),
        sa.Column("days", sa.Integer, nullable=False),
        sa.Column("made_by", sa.String(80), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("published_at", _MOMENT),
        sa.Column("undone_at", _MOMENT),
        sa.Column("release_id", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="pk_upheavals"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_upheavals_expo_id"),
        sa.ForeignKeyConstraint(["conference_id"], ["conferences.id"], name="fk_upheavals_conference_id"),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name="fk_upheavals_release_id"),
        sa.CheckConstraint("kind IN ('cancel', 'move')", name="kind"),
        sa.CheckConstraint("whole IN ('day', 'venue', 'conference')", name="whole"),
        sa.CheckConstraint("published_at IS NULL OR undone_at IS NULL", name="one_end"),
    )
    op.create_index("ix_upheavals_expo_id", "upheavals", ["expo_id"])
    op.create_index("ix_upheavals_conference_id", "upheavals", ["conference_id"])


def downgrade() -> None:
    op.drop_table("upheavals")
    with op.batch_alter_table("conferences") as conferences:
        conferences.drop_column("cancelled_at")
