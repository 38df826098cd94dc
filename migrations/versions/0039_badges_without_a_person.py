"""Badges without a person stand for a registration without one, which may be several places; groups have a name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    # Columns with their constraints, so that both databases take them in place.
    op.execute(
        "ALTER TABLE registrations ADD COLUMN party INTEGER DEFAULT 1 NOT NULL "
        "CONSTRAINT ck_registrations_party CHECK (party >= 1 AND (party = 1 OR person_id IS NULL))"
    )
    op.execute(
        "ALTER TABLE badges ADD COLUMN registration_id INTEGER "
        "CONSTRAINT fk_badges_registration_id REFERENCES registrations (id) "
        "CONSTRAINT ck_badges_one_holder CHECK (person_id IS NULL OR registration_id IS NULL)"
    )
    op.add_column("badges", sa.Column("label", sa.String(120), nullable=False, server_default=""))
    op.create_index("ix_badges_registration_id", "badges", ["registration_id"])
    with op.batch_alter_table("entitlements") as entitlements:
        entitlements.alter_column("person_id", existing_type=sa.Integer, nullable=True)


def downgrade() -> None:
    op.execute("DELETE FROM entitlements WHERE person_id IS NULL")
    with op.batch_alter_table("entitlements") as entitlements:
        entitlements.alter_column("person_id", existing_type=sa.Integer, nullable=False)
    op.drop_index("ix_badges_registration_id", "badges")
    op.drop_column("badges", "label")
    op.drop_column("badges", "registration_id")
    op.drop_column("registrations", "party")
