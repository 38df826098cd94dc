"""Badges are printed, and it is known which were."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"

_MOMENT = sa.DateTime(timezone=True)
_TARGETS = {
    "expo_id": "expos", "conference_id": "conferences", "delegation_id": "delegations", "badge_id": "badges",
    "print_id": "prints",
}  # fmt: skip
_PAPER = "paper IN ('a6', 'a4', 'label')"


def _to(table: str, *names: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([name], [f"{_TARGETS[name]}.id"], name=f"fk_{table}_{name}") for name in names
    ]


def upgrade() -> None:
    op.create_table(
        "badge_layouts",
        sa.Column("conference_id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("paper", sa.String(32), nullable=False),
        sa.Column("shows_organisation", sa.Boolean, nullable=False),
        sa.Column("shows_place", sa.Boolean, nullable=False),
        sa.Column("line", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("conference_id", name="pk_badge_layouts"),
        *_to("badge_layouts", "conference_id", "expo_id"),
        sa.CheckConstraint(_PAPER, name="paper"),
    )
    op.create_index("ix_badge_layouts_expo_id", "badge_layouts", ["expo_id"])
    op.create_table(
        "prints",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("conference_id", sa.Integer),
        sa.Column("delegation_id", sa.Integer),
        sa.Column("first", sa.String(20), nullable=False),
        sa.Column("last", sa.String(20), nullable=False),
        sa.Column("only_new", sa.Boolean, nullable=False),
        sa.Column("badge_id", sa.Integer),
        sa.Column("paper", sa.String(32), nullable=False),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("asked_by", sa.String(80), nullable=False),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("wanted", sa.Integer, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("ready_at", _MOMENT),
        sa.Column("missing", sa.String(200), nullable=False),
        sa.Column("file_gone_at", _MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_prints"),
        *_to("prints", "expo_id", "conference_id", "delegation_id", "badge_id"),
        sa.CheckConstraint(_PAPER, name="paper"),
        sa.CheckConstraint("state IN ('waiting', 'ready')", name="state"),
        sa.CheckConstraint("done >= 0 AND done <= wanted", name="done"),
        sa.CheckConstraint("(state = 'ready') = (ready_at IS NOT NULL)", name="ready"),
    )
    for name in ("expo_id", "conference_id", "delegation_id", "badge_id"):
        op.create_index(f"ix_prints_{name}", "prints", [name])
    op.create_table(
        "printed_badges",
        sa.Column("print_id", sa.Integer, nullable=False),
        sa.Column("badge_id", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("print_id", "badge_id", name="pk_printed_badges"),
        *_to("printed_badges", "print_id", "badge_id"),
    )
    op.create_index("ix_printed_badges_badge_id", "printed_badges", ["badge_id"])


def downgrade() -> None:
    for table in ("printed_badges", "prints", "badge_layouts"):
        op.drop_table(table)
