"""Titles and texts in several languages, materials, interpretation, content notes; events outside the programme."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    for table, bodies in (
        ("conferences", "descriptions"),
        ("sessions", "abstracts"),
        ("session_versions", "abstracts"),
    ):
        op.add_column(table, _text("text_language", sa.String(8)))
        op.add_column(table, _json("titles", "{}"))
        op.add_column(table, _json(bodies, "{}"))
        op.add_column(table, _json("machine_made", "[]"))
    for table in ("sessions", "session_versions"):
        op.add_column(table, _json("interpretation", "[]"))
        op.add_column(table, _text("content_notes", sa.Text()))
        op.add_column(table, _json("materials", "[]"))
    op.create_table(
        "outside_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("expo_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_outside_events_ends_after_start")),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name=op.f("fk_outside_events_expo_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_events")),
    )
    op.create_index("ix_outside_events_expo", "outside_events", ["expo_id", "starts_at"])


def downgrade() -> None:
    op.drop_table("outside_events")
    for table in ("session_versions", "sessions"):
        for column in ("materials", "content_notes", "interpretation"):
            op.drop_column(table, column)
    for table, bodies in (
        ("session_versions", "abstracts"),
        ("sessions", "abstracts"),
        ("conferences", "descriptions"),
    ):
        for column in ("machine_made", bodies, "titles", "text_language"):
            op.drop_column(table, column)


def _json(name: str, empty: str) -> sa.Column[object]:
    return sa.Column(name, sa.JSON(none_as_null=True), server_default=empty, nullable=False)


def _text(name: str, kind: sa.types.TypeEngine[str]) -> sa.Column[str]:
    return sa.Column(name, kind, server_default="", nullable=False)
