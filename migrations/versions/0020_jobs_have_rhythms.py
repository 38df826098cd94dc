"""Jobs say that they run; what is done again and again has its next time; workers say that they live."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

_BEFORE = "state IN ('waiting', 'done', 'failed')"
_NOW = "state IN ('waiting', 'running', 'done', 'failed')"


def upgrade() -> None:
    with op.batch_alter_table("jobs") as jobs:
        jobs.drop_constraint("state", type_="check")
        jobs.create_check_constraint("state", _NOW)
    # What is being done while this runs: its worker notes nothing any more, so it is claimed again.
    op.execute("UPDATE jobs SET leased_until = NULL WHERE state = 'waiting'")
    op.create_table(
        "schedules",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_due_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("name", name="pk_schedules"),
    )
    op.create_table(
        "heartbeats",
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waits", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_heartbeats"),
    )
    op.create_table(
        "clock_beliefs",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmations", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_clock_beliefs"),
        sa.CheckConstraint("id = 1", name="single"),
    )


def downgrade() -> None:
    op.drop_table("clock_beliefs")
    op.drop_table("heartbeats")
    op.drop_table("schedules")
    op.execute("UPDATE jobs SET state = 'waiting' WHERE state = 'running'")
    with op.batch_alter_table("jobs") as jobs:
        jobs.drop_constraint("state", type_="check")
        jobs.create_check_constraint("state", _BEFORE)
