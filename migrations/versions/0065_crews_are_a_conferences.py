"""Crews of the doors are a conference's."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"


def upgrade() -> None:
    # Whoever has a PIN already keeps it for all doors.
    with op.batch_alter_table("crew_members") as members:
        members.add_column(sa.Column("conference_id", sa.Integer))
        members.create_foreign_key("fk_crew_members_conference_id", "conferences", ["conference_id"], ["id"])
        members.create_index("ix_crew_members_conference_id", ["conference_id"])


def downgrade() -> None:
    with op.batch_alter_table("crew_members") as members:
        members.drop_index("ix_crew_members_conference_id")
        members.drop_constraint("fk_crew_members_conference_id", type_="foreignkey")
        members.drop_column("conference_id")
