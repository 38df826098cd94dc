"""Persons are erased: when, and a list of it that says who asked, why, and of nobody who it was."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    op.add_column("persons", sa.Column("erased_at", sa.DateTime(timezone=True)))
    op.create_table(
        "erasures",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("person_id", sa.Integer, nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_by", sa.String(80), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_erasures"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_erasures_expo_id"),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_erasures_person_id"),
        sa.UniqueConstraint("person_id", name="uq_erasures_person_id"),
    )
    op.create_index("ix_erasures_expo_id", "erasures", ["expo_id"])


def downgrade() -> None:
    op.drop_table("erasures")
    op.drop_column("persons", "erased_at")
