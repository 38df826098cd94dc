"""Speakers have calendars and reminders; they name who could come instead."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("speaker_links") as links:
        links.add_column(sa.Column("feed_digest", sa.LargeBinary(32)))
        links.add_column(sa.Column("reminded_at", _MOMENT))
        links.add_column(sa.Column("reminders", sa.Integer, nullable=False, server_default="0"))
        links.create_unique_constraint("uq_speaker_links_feed_digest", ["feed_digest"])
    op.create_table(
        "substitutes",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("session_id", sa.Integer, nullable=False),
        sa.Column("speaker_id", sa.Integer, nullable=False),
        sa.Column("appearance_id", sa.Integer),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("organisation", sa.String(200), nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("named_at", _MOMENT, nullable=False),
        sa.Column("decided_at", _MOMENT),
        sa.Column("taken", sa.Boolean),
        sa.PrimaryKeyConstraint("id", name="pk_substitutes"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_substitutes_expo_id"),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_substitutes_session_id"),
        sa.ForeignKeyConstraint(["speaker_id"], ["speakers.id"], name="fk_substitutes_speaker_id"),
        sa.ForeignKeyConstraint(
            ["appearance_id"], ["appearances.id"], name="fk_substitutes_appearance_id", ondelete="SET NULL"
        ),
        sa.CheckConstraint("(decided_at IS NULL) = (taken IS NULL)", name="decided"),
    )
    for column in ("expo_id", "session_id", "speaker_id"):
        op.create_index(f"ix_substitutes_{column}", "substitutes", [column])
    waiting = sa.text("decided_at IS NULL")
    op.create_index(
        "uq_substitutes_waiting", "substitutes", ["appearance_id"], unique=True, sqlite_where=waiting,
        postgresql_where=waiting,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("substitutes")
    with op.batch_alter_table("speaker_links") as links:
        links.drop_constraint("uq_speaker_links_feed_digest", type_="unique")
        for column in ("reminders", "reminded_at", "feed_digest"):
            links.drop_column(column)
