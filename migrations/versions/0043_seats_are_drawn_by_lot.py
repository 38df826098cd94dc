"""Seats of scarce sessions are drawn by lot among those who ranked them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"

_MOMENT = sa.DateTime(timezone=True)


def _to(table: str, *names: str) -> list[sa.ForeignKeyConstraint]:
    targets = {"expo_id": "expos", "conference_id": "conferences", "ballot_id": "ballots",
               "occurrence_id": "occurrences", "person_id": "persons"}  # fmt: skip
    return [
        sa.ForeignKeyConstraint([name], [f"{targets[name]}.id"], name=f"fk_{table}_{name}") for name in names
    ]


def upgrade() -> None:
    op.create_table(
        "ballots",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("conference_id", sa.Integer, nullable=False),
        sa.Column("code", sa.String(16), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("most_wishes", sa.Integer, nullable=False),
        sa.Column("seed", sa.String(64), nullable=False),
        sa.Column("seed_hash", sa.String(64), nullable=False),
        sa.Column("opened_at", _MOMENT, nullable=False),
        sa.Column("closes_at", _MOMENT, nullable=False),
        sa.Column("drawn_at", _MOMENT),
        sa.Column("published", sa.JSON),
        sa.PrimaryKeyConstraint("id", name="pk_ballots"),
        *_to("ballots", "expo_id", "conference_id"),
        sa.UniqueConstraint("expo_id", "code", name="uq_ballots_expo_id_code"),
        sa.CheckConstraint("closes_at > opened_at", name="closes"),
        sa.CheckConstraint("most_wishes >= 1", name="most_wishes"),
        sa.CheckConstraint("(drawn_at IS NULL) = (published IS NULL)", name="drawn"),
    )
    op.create_index("ix_ballots_conference_id", "ballots", ["conference_id"])
    op.create_table(
        "ballot_sessions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("ballot_id", sa.Integer, nullable=False),
        sa.Column("occurrence_id", sa.Integer, nullable=False),
        sa.Column("over_at", _MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_ballot_sessions"),
        *_to("ballot_sessions", "ballot_id", "occurrence_id"),
        sa.UniqueConstraint("ballot_id", "occurrence_id", name="uq_ballot_sessions_ballot_id_occurrence_id"),
    )
    op.create_index("ix_ballot_sessions_occurrence_id", "ballot_sessions", ["occurrence_id"])
    live = sa.text("over_at IS NULL")
    op.create_index(
        "uq_ballot_sessions_live",
        "ballot_sessions",
        ["occurrence_id"],
        unique=True,
        sqlite_where=live,
        postgresql_where=live,
    )
    op.create_table(
        "ballot_entries",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("ballot_id", sa.Integer, nullable=False),
        sa.Column("person_id", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("seats", sa.Integer, nullable=False),
        sa.Column("wishes", sa.JSON, nullable=False),
        sa.Column("entered_at", _MOMENT, nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ballot_entries"),
        *_to("ballot_entries", "ballot_id", "person_id"),
        sa.UniqueConstraint("ballot_id", "person_id", name="uq_ballot_entries_ballot_id_person_id"),
        sa.UniqueConstraint("ballot_id", "number", name="uq_ballot_entries_ballot_id_number"),
        sa.CheckConstraint("seats >= 1", name="seats"),
        sa.CheckConstraint("number >= 1", name="number"),
    )
    op.create_index("ix_ballot_entries_person_id", "ballot_entries", ["person_id"])


def downgrade() -> None:
    for table in ("ballot_entries", "ballot_sessions", "ballots"):
        op.drop_table(table)
