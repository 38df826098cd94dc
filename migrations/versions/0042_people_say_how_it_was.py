"""People say how what they attended was; and are asked once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create(
        "feedback",
        sa.Column("overall", sa.Integer, nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("given_at", _MOMENT, nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.CheckConstraint("overall BETWEEN 1 AND 5", name=op.f("ck_feedback_overall")),
    )
    _create("feedback_requests", sa.Column("asked_at", _MOMENT, nullable=False))


def _create(table: str, *more: sa.Column | sa.CheckConstraint) -> None:
    """One row per person and occurrence."""
    op.create_table(
        table,
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("person_id", sa.Integer, nullable=False),
        sa.Column("occurrence_id", sa.Integer, nullable=False),
        *more,
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        *(
            sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}")
            for column, other in (
                ("expo_id", "expos"), ("person_id", "persons"), ("occurrence_id", "occurrences"),
            )
        ),
        sa.UniqueConstraint("person_id", "occurrence_id", name=f"uq_{table}_person_id_occurrence_id"),
    )  # fmt: skip
    for column in ("expo_id", "occurrence_id"):
        op.create_index(f"ix_{table}_{column}", table, [column])


def downgrade() -> None:
    op.drop_table("feedback_requests")
    op.drop_table("feedback")
