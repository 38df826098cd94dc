"""Identities are protected."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"


def upgrade() -> None:
    # Not in a batch: that would write the table anew, and its inline foreign key as one of the table.
    op.add_column("persons", sa.Column("protected_at", sa.DateTime(timezone=True)))
    op.create_table(
        "protected_identities",
        sa.Column("person_id", sa.Integer, nullable=False),
        sa.Column("sealed_name", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_protected_identities"),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_protected_identities_person_id"),
    )


def downgrade() -> None:
    op.drop_table("protected_identities")
    op.drop_column("persons", "protected_at")
