"""Releases are drafted by one person and approved by another, where a conference wants it; they may cover a day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"

_MOMENT = sa.DateTime(timezone=True)
_BEFORE = "scope IN ('expo', 'conference', 'session')"
_NOW = "scope IN ('expo', 'conference', 'day', 'session', 'several')"


def upgrade() -> None:
    op.add_column(
        "conferences", sa.Column("second_approves", sa.Boolean, nullable=False, server_default=sa.false())
    )
    with op.batch_alter_table("releases") as releases:
        releases.alter_column("scope_key", type_=sa.String(100), existing_type=sa.String(80))
        releases.drop_constraint("scope", type_="check")
        releases.create_check_constraint("scope", _NOW)
    op.create_table(
        "release_proposals",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("scope", sa.String(32), nullable=False),
        sa.Column("scope_key", sa.String(100), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("changes", sa.JSON, nullable=False),
        sa.Column("made_by", sa.String(80), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("approved_by", sa.String(80)),
        sa.Column("approved_at", _MOMENT),
        sa.Column("ended_at", _MOMENT),
        sa.Column("release_id", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="pk_release_proposals"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_release_proposals_expo_id"),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name="fk_release_proposals_release_id"),
        sa.CheckConstraint(_NOW, name="scope"),
        sa.CheckConstraint("approved_by IS NULL OR approved_by != made_by", name="second_person"),
        sa.CheckConstraint("(approved_by IS NULL) = (approved_at IS NULL)", name="approved"),
    )
    op.create_index("ix_release_proposals_expo_id", "release_proposals", ["expo_id"])


def downgrade() -> None:
    op.drop_table("release_proposals")
    op.execute("UPDATE releases SET scope = 'expo' WHERE scope IN ('day', 'several')")
    with op.batch_alter_table("releases") as releases:
        releases.drop_constraint("scope", type_="check")
        releases.create_check_constraint("scope", _BEFORE)
        releases.alter_column("scope_key", type_=sa.String(80), existing_type=sa.String(100))
    with op.batch_alter_table("conferences") as conferences:
        conferences.drop_column("second_approves")
