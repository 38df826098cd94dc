"""What nominees cost stands on one bill: registrations say who pays, delegations who that is; questions have a version."""

from __future__ import annotations

from alembic import op

revision = "0045"
down_revision = "0044"


def upgrade() -> None:
    # With their constraints, so that both databases take them in place.
    for table in ("registrations", "delegations"):
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN payer_id INTEGER "
            f"CONSTRAINT fk_{table}_payer_id REFERENCES persons (id)"
        )
    op.create_index("ix_registrations_payer_id", "registrations", ["payer_id"])
    op.execute("ALTER TABLE questions ADD COLUMN version INTEGER DEFAULT 1 NOT NULL")


def downgrade() -> None:
    op.drop_column("questions", "version")
    op.drop_index("ix_registrations_payer_id", "registrations")
    for table in ("delegations", "registrations"):
        op.drop_column(table, "payer_id")
