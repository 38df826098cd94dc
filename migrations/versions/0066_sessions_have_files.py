"""Sessions have files."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"


def upgrade() -> None:
    op.create_table(
        "session_files",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("session_id", sa.Integer, nullable=False),
        sa.Column("speaker_id", sa.Integer, nullable=True),
        sa.Column("stored", sa.String(64), nullable=False),
        sa.Column("name", sa.String(140), nullable=False),
        sa.Column("type", sa.String(100), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unnamed_since", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_session_files"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_session_files_expo_id"),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_session_files_session_id"),
        sa.ForeignKeyConstraint(["speaker_id"], ["speakers.id"], name="fk_session_files_speaker_id"),
        sa.UniqueConstraint("stored", name="uq_session_files_stored"),
        sa.CheckConstraint("size > 0", name="size"),
    )
    op.create_index("ix_session_files_session_id", "session_files", ["session_id"])
    op.create_index("ix_session_files_speaker_id", "session_files", ["speaker_id"])


def downgrade() -> None:
    op.drop_table("session_files")
