"""Speakers have pages of their own: they say when they can, answer, are asked again, and name somebody else."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"

_MOMENT = sa.DateTime(timezone=True)
_BEFORE = "state IN ('invited', 'confirmed', 'declined')"
_NOW = "state IN ('invited', 'confirmed', 'declined', 'asked_again')"


def _of_speakers() -> list[sa.Column]:
    return [
        sa.Column("language", sa.String(12), nullable=False, server_default="en"),
        sa.Column("picture", sa.String(64)),
        sa.Column("rider", sa.Text, nullable=False, server_default=""),
        sa.Column("travel", sa.Text, nullable=False, server_default=""),
        sa.Column("contact", sa.String(200), nullable=False, server_default=""),
        sa.Column("availability_said_at", _MOMENT),
    ]


def _of_appearances() -> list[sa.Column]:
    return [
        sa.Column("state_since", _MOMENT),
        sa.Column("answer_note", sa.String(500), nullable=False, server_default=""),
        sa.Column("agreed_to", sa.JSON),
    ]


def upgrade() -> None:
    for column in _of_speakers():
        op.add_column("speakers", column)
    with op.batch_alter_table("appearances") as appearances:
        for column in _of_appearances():
            appearances.add_column(column)
        appearances.drop_constraint("state", type_="check")
        appearances.create_check_constraint("state", _NOW)
    _create(
        "availabilities",
        sa.Column("starts_at", _MOMENT, nullable=False),
        sa.Column("ends_at", _MOMENT, nullable=False),
        sa.Column("source", sa.String(32), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        sa.CheckConstraint("source IN ('said', 'calendar')", name="source"),
    )
    op.create_index("ix_availabilities_speaker", "availabilities", ["speaker_id", "starts_at"])
    _create(
        "speaker_links",
        sa.Column("assistant_name", sa.String(200)),
        sa.Column("assistant_email", sa.String(254)),
        sa.Column("token_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("seed", sa.LargeBinary(16), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("opened_at", _MOMENT),
        sa.Column("ended_at", _MOMENT),
        sa.UniqueConstraint("token_digest", name="uq_speaker_links_token_digest"),
    )
    op.create_index("ix_speaker_links_speaker_id", "speaker_links", ["speaker_id"])
    live = sa.text("assistant_name IS NULL AND ended_at IS NULL")
    op.create_index(
        "uq_speaker_links_own", "speaker_links", ["speaker_id"], unique=True, sqlite_where=live,
        postgresql_where=live,
    )  # fmt: skip


def _create(table: str, *more: sa.Column | sa.CheckConstraint | sa.UniqueConstraint) -> None:
    """Rows that belong to a speaker."""
    op.create_table(
        table,
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("speaker_id", sa.Integer, nullable=False),
        *more,
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name=f"fk_{table}_expo_id"),
        sa.ForeignKeyConstraint(["speaker_id"], ["speakers.id"], name=f"fk_{table}_speaker_id"),
    )
    op.create_index(f"ix_{table}_expo_id", table, ["expo_id"])


def downgrade() -> None:
    op.drop_table("speaker_links")
    op.drop_table("availabilities")
    op.execute("UPDATE appearances SET state = 'confirmed' WHERE state = 'asked_again'")
    with op.batch_alter_table("appearances") as appearances:
        appearances.drop_constraint("state", type_="check")
        appearances.create_check_constraint("state", _BEFORE)
        for column in _of_appearances():
            appearances.drop_column(column.name)
    with op.batch_alter_table("speakers") as speakers:
        for column in _of_speakers():
            speakers.drop_column(column.name)
