"""Time is left free: breaks of conferences, and what stops the city."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0063"

_MOMENT = sa.DateTime(timezone=True)
_RULES = (
    "room", "person", "reserved", "hours", "turnaround", "availability", "travel", "capacity", "step_free",
    "language", "back_to_back", "per_day", "order", "plenary", "audience",
)  # fmt: skip
_NEW = (*_RULES[:3], "break", "blocker", *_RULES[3:])


def upgrade() -> None:
    _rules(_NEW)
    op.create_table(
        "breaks",
        sa.Column("id", sa.Integer, nullable=False),
        *_columns(),
        sa.Column("is_listed", sa.Boolean, nullable=False),
        sa.Column("series", sa.String(20), nullable=False),
        sa.Column("removed_at", _MOMENT),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_breaks"),
        *_keys("breaks", ("expo_id", "expos"), ("conference_id", "conferences"), ("area_id", "areas")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_breaks_ends_after_start")),
        sa.CheckConstraint(
            "conference_id IS NULL OR area_id IS NULL", name=op.f("ck_breaks_areas_are_the_citys")
        ),
    )
    op.create_index("ix_breaks_expo_id_starts_at", "breaks", ["expo_id", "starts_at"])
    for column in ("conference_id", "area_id"):
        op.create_index(f"ix_breaks_{column}", "breaks", [column])
    op.create_table(
        "break_versions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("break_id", sa.Integer, nullable=False),
        sa.Column("release_id", sa.Integer, nullable=False),
        sa.Column("until_release_id", sa.Integer),
        *_columns(),
        sa.Column("day", sa.Date, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_break_versions"),
        *_keys(
            "break_versions", ("expo_id", "expos"), ("break_id", "breaks"), ("release_id", "releases"),
            ("until_release_id", "releases"), ("conference_id", "conferences"), ("area_id", "areas"),
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_break_versions_ends_after_start")),
    )  # fmt: skip
    op.create_index("ix_break_versions_expo_id_starts_at", "break_versions", ["expo_id", "starts_at"])
    for column in ("break_id", "release_id", "until_release_id", "conference_id", "area_id"):
        op.create_index(f"ix_break_versions_{column}", "break_versions", [column])
    current = sa.text("until_release_id IS NULL")
    op.create_index(
        "uq_break_versions_current", "break_versions", ["break_id"], unique=True, sqlite_where=current,
        postgresql_where=current,
    )  # fmt: skip


def _columns() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("conference_id", sa.Integer),
        sa.Column("area_id", sa.Integer),
        sa.Column("rooms", sa.JSON, nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("starts_at", _MOMENT, nullable=False),
        sa.Column("ends_at", _MOMENT, nullable=False),
    )


def _keys(table: str, *keys: tuple[str, str]) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}")
        for column, other in keys
    ]


def _rules(words: tuple[str, ...]) -> None:
    """Let these be the rules that there are."""
    listed = ", ".join(f"'{word}'" for word in words)
    for table in ("kept_clashes", "rule_levels"):
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(op.f(f"ck_{table}_rule"), type_="check")
            batch.create_check_constraint(op.f(f"ck_{table}_rule"), f"rule IN ({listed})")


def downgrade() -> None:
    op.drop_table("break_versions")
    op.drop_table("breaks")
    for table in ("kept_clashes", "rule_levels"):
        op.execute(f"DELETE FROM {table} WHERE rule IN ('break', 'blocker')")  # noqa: S608
    _rules(_RULES)
