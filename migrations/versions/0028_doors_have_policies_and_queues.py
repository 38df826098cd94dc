"""The door of a session may do otherwise than its admission says, gives up the seats of who did not come, and keeps a queue."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.create_table(
        "door_policies",
        sa.Column("session_id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("policy", sa.String(32)),
        sa.Column("release_after", sa.Integer),
        sa.PrimaryKeyConstraint("session_id", name="pk_door_policies"),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_door_policies_session_id"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_door_policies_expo_id"),
        sa.CheckConstraint(
            "policy IN ('open', 'ticket', 'seat', 'invitation', 'book', 'ask')", name="policy"
        ),
        sa.CheckConstraint("release_after BETWEEN 0 AND 240", name="release_after"),
    )
    op.create_index("ix_door_policies_expo_id", "door_policies", ["expo_id"])
    op.create_table(
        "door_releases",
        sa.Column("occurrence_id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seats", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("occurrence_id", name="pk_door_releases"),
        sa.ForeignKeyConstraint(["occurrence_id"], ["occurrences.id"], name="fk_door_releases_occurrence_id"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_door_releases_expo_id"),
    )
    op.create_index("ix_door_releases_expo_id", "door_releases", ["expo_id"])
    op.create_table(
        "standby_numbers",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("occurrence_id", sa.Integer, nullable=False),
        sa.Column("badge_id", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True)),
        sa.Column("lapsed_at", sa.DateTime(timezone=True)),
        sa.Column("seated_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_standby_numbers"),
        sa.ForeignKeyConstraint(
            ["occurrence_id"], ["occurrences.id"], name="fk_standby_numbers_occurrence_id"
        ),
        sa.ForeignKeyConstraint(["badge_id"], ["badges.id"], name="fk_standby_numbers_badge_id"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_standby_numbers_expo_id"),
        sa.UniqueConstraint("occurrence_id", "number", name="uq_standby_numbers_occurrence_id_number"),
        sa.UniqueConstraint("occurrence_id", "badge_id", name="uq_standby_numbers_occurrence_id_badge_id"),
    )
    op.create_index("ix_standby_numbers_expo_id", "standby_numbers", ["expo_id"])
    op.create_index("ix_standby_numbers_badge_id", "standby_numbers", ["badge_id"])


def downgrade() -> None:
    for table in ("standby_numbers", "door_releases", "door_policies"):
        op.drop_table(table)
