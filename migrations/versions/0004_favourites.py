"""Favourites: the times of sessions that a person keeps in mind."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "favourites",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("person_id", sa.Integer, nullable=False),
        sa.Column("occurrence_id", sa.Integer, nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dropped_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_favourites"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_favourites_expo_id"),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_favourites_person_id"),
        sa.ForeignKeyConstraint(["occurrence_id"], ["occurrences.id"], name="fk_favourites_occurrence_id"),
        sa.UniqueConstraint("person_id", "occurrence_id", name="uq_favourites_person_id_occurrence_id"),
    )
    op.create_index("ix_favourites_expo_id", "favourites", ["expo_id"])
    op.create_index("ix_favourites_occurrence_id", "favourites", ["occurrence_id"])
    kept = sa.text("dropped_at IS NULL")
    op.create_index(
        "ix_favourites_kept", "favourites", ["person_id"], sqlite_where=kept, postgresql_where=kept
    )


def downgrade() -> None:
    op.drop_table("favourites")
