"""Organisations stand behind conferences and sessions with their signs; and what came of sessions is written down."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"

_MOMENT = sa.DateTime(timezone=True)
_TARGETS = {
    "expo_id": "expos", "conference_id": "conferences", "session_id": "sessions",
    "organisation_id": "organisations",
}  # fmt: skip


def _to(table: str, *names: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([name], [f"{_TARGETS[name]}.id"], name=f"fk_{table}_{name}") for name in names
    ]


def upgrade() -> None:
    op.create_table(
        "partners",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("conference_id", sa.Integer, nullable=False),
        sa.Column("session_id", sa.Integer),
        sa.Column("organisation_id", sa.Integer, nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("url", sa.String(500), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_partners"),
        *_to("partners", "expo_id", "conference_id", "session_id", "organisation_id"),
        sa.CheckConstraint(
            "role IN ('host', 'co_host', 'partner', 'supporter', 'sponsor', 'media')", name="role"
        ),
    )
    for column in ("expo_id", "conference_id", "organisation_id"):
        op.create_index(f"ix_partners_{column}", "partners", [column])
    whole = sa.text("session_id IS NULL")
    op.create_index(
        "uq_partners_conference", "partners", ["conference_id", "organisation_id"], unique=True,
        sqlite_where=whole, postgresql_where=whole,
    )  # fmt: skip
    op.create_index("uq_partners_session", "partners", ["session_id", "organisation_id"], unique=True)
    op.create_table(
        "logos",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("organisation_id", sa.Integer, nullable=False),
        sa.Column("picture", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_logos"),
        *_to("logos", "expo_id", "organisation_id"),
        sa.UniqueConstraint("expo_id", "organisation_id", name="uq_logos_expo_id_organisation_id"),
    )
    op.create_index("ix_logos_organisation_id", "logos", ["organisation_id"])
    op.create_table(
        "outcomes",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("session_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("signatories", sa.JSON, nullable=False, server_default="[]"),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outcomes"),
        *_to("outcomes", "expo_id", "session_id"),
        sa.CheckConstraint("kind IN ('summary', 'practice', 'commitment')", name="kind"),
    )
    for column in ("expo_id", "session_id"):
        op.create_index(f"ix_outcomes_{column}", "outcomes", [column])


def downgrade() -> None:
    for table in ("outcomes", "logos", "partners"):
        op.drop_table(table)
