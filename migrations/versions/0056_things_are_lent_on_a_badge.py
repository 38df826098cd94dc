"""Things are lent on a badge."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "loan_kinds",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("conference_id", sa.Integer),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("hours", sa.Integer, nullable=False),
        sa.Column("out", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_loan_kinds"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_loan_kinds_expo_id"),
        sa.ForeignKeyConstraint(["conference_id"], ["conferences.id"], name="fk_loan_kinds_conference_id"),
        sa.UniqueConstraint("expo_id", "name", name="uq_loan_kinds_expo_id_name"),
        sa.CheckConstraint("out >= 0 AND out <= total", name="out"),
        sa.CheckConstraint("hours >= 1", name="hours"),
    )
    op.create_index("ix_loan_kinds_conference_id", "loan_kinds", ["conference_id"])
    op.create_table(
        "loans",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("kind_id", sa.Integer, nullable=False),
        sa.Column("badge_id", sa.Integer, nullable=False),
        sa.Column("label", sa.String(40), nullable=False),
        sa.Column("lent_at", _MOMENT, nullable=False),
        sa.Column("lent_by", sa.String(80), nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("back_at", _MOMENT),
        sa.Column("back_by", sa.String(80)),
        sa.PrimaryKeyConstraint("id", name="pk_loans"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_loans_expo_id"),
        sa.ForeignKeyConstraint(["kind_id"], ["loan_kinds.id"], name="fk_loans_kind_id"),
        sa.ForeignKeyConstraint(["badge_id"], ["badges.id"], name="fk_loans_badge_id"),
    )
    for name in ("expo_id", "kind_id", "badge_id"):
        op.create_index(f"ix_loans_{name}", "loans", [name])
    for name, columns, where, unique in (
        ("uq_loans_out", ["kind_id", "label"], "back_at IS NULL AND label <> ''", True),
        ("ix_loans_out", ["kind_id"], "back_at IS NULL", False),
    ):
        live = sa.text(where)
        op.create_index(name, "loans", columns, unique=unique, sqlite_where=live, postgresql_where=live)


def downgrade() -> None:
    for table in ("loans", "loan_kinds"):
        op.drop_table(table)
