"""Two persons of an expo may turn out to be one human."""

from __future__ import annotations

from alembic import op

revision = "0054"
down_revision = "0053"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE persons ADD COLUMN joined_to_id INTEGER "
        "CONSTRAINT fk_persons_joined_to_id REFERENCES persons (id)"
    )
    op.create_index("ix_persons_joined_to_id", "persons", ["joined_to_id"])


def downgrade() -> None:
    op.drop_index("ix_persons_joined_to_id", "persons")
    op.drop_column("persons", "joined_to_id")
