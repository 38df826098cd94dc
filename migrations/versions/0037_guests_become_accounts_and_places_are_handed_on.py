"""Sign-ins say whether a mailed link began them, and for whom an account speaks; registrations to whom their place
was handed on, ticket types until when that can be."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"


def _pointer(table: str, column: str, other: str) -> None:
    """A column that points somewhere, on a table that is there: written so that both databases take it in place."""
    op.execute(
        f"ALTER TABLE {table} ADD COLUMN {column} INTEGER CONSTRAINT fk_{table}_{column} REFERENCES {other} (id)"
    )


def upgrade() -> None:
    op.add_column("sign_ins", sa.Column("by_mail", sa.Boolean, nullable=False, server_default=sa.false()))
    _pointer("sign_ins", "speaks_for_id", "persons")
    op.create_index("ix_sign_ins_speaks_for_id", "sign_ins", ["speaks_for_id"])
    op.add_column("ticket_types", sa.Column("transfer_until", sa.DateTime(timezone=True)))
    _pointer("registrations", "handed_to_id", "registrations")
    where = sa.text("handed_to_id IS NOT NULL")
    op.create_index(
        "uq_registrations_handed_to", "registrations", ["handed_to_id"], unique=True,
        sqlite_where=where, postgresql_where=where,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("uq_registrations_handed_to", "registrations")
    op.drop_column("registrations", "handed_to_id")
    op.drop_column("ticket_types", "transfer_until")
    op.drop_index("ix_sign_ins_speaks_for_id", "sign_ins")
    op.drop_column("sign_ins", "speaks_for_id")
    op.drop_column("sign_ins", "by_mail")
