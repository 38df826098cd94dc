"""Each person's letters leave in order; some can be declined; what happens within minutes is told in one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.add_column("letters", sa.Column("unsubscribe", sa.String(300)))
    op.create_index("ix_letters_recipient", "letters", ["recipient", "state", "id"])
    op.create_table(
        "digest_entries",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("recipient", sa.String(254), nullable=False),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("about", sa.String(120), nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.Column("first", sa.JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_digest_entries"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_digest_entries_expo_id"),
        sa.UniqueConstraint(
            "expo_id", "kind", "recipient", "about", name="uq_digest_entries_expo_id_kind_recipient_about"
        ),
    )
    op.create_index("ix_digest_entries_recipient", "digest_entries", ["recipient"])


def downgrade() -> None:
    op.drop_table("digest_entries")
    op.drop_index("ix_letters_recipient", "letters")
    with op.batch_alter_table("letters") as letters:
        letters.drop_column("unsubscribe")
