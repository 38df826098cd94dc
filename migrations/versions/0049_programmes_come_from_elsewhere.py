"""Programmes come from other systems: their sources, their files, and by which ids they know things."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"

_MOMENT = sa.DateTime(timezone=True)


def _to(table: str, **names: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([name], [f"{target}.id"], name=f"fk_{table}_{name}")
        for name, target in names.items()
    ]


def upgrade() -> None:
    op.create_table(
        "import_sources",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("conference_id", sa.Integer, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("choices", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_import_sources"),
        *_to("import_sources", expo_id="expos", conference_id="conferences"),
        sa.UniqueConstraint("conference_id", "name", name="uq_import_sources_conference_id_name"),
    )
    op.create_index("ix_import_sources_expo_id", "import_sources", ["expo_id"])
    op.create_table(
        "programme_files",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("conference_id", sa.Integer, nullable=False),
        sa.Column("source_id", sa.Integer, nullable=False),
        sa.Column("account_id", sa.Integer),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("form", sa.String(32), nullable=False),
        sa.Column("content", sa.LargeBinary),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("refused", sa.JSON, nullable=False),
        sa.Column("deeds", sa.JSON, nullable=False),
        sa.Column("kept_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("undone_at", _MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_programme_files"),
        *_to(
            "programme_files",
            expo_id="expos",
            conference_id="conferences",
            source_id="import_sources",
            account_id="accounts",
        ),
        sa.CheckConstraint("form IN ('sheet', 'frab', 'pretalx', 'ical')", name="form"),
        sa.CheckConstraint("state IN ('read', 'running', 'done')", name="state"),
    )
    for column in ("expo_id", "conference_id", "source_id"):
        op.create_index(f"ix_programme_files_{column}", "programme_files", [column])
    op.create_table(
        "external_keys",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("source_id", sa.Integer, nullable=False),
        sa.Column("key", sa.String(250), nullable=False),
        sa.Column("occurrence_id", sa.Integer),
        sa.Column("speaker_id", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="pk_external_keys"),
        *_to(
            "external_keys",
            expo_id="expos",
            source_id="import_sources",
            occurrence_id="occurrences",
            speaker_id="speakers",
        ),
        sa.CheckConstraint("(occurrence_id IS NULL) <> (speaker_id IS NULL)", name="one_thing"),
    )
    op.create_index(
        "uq_external_keys_occurrence", "external_keys", ["source_id", "key", "occurrence_id"], unique=True
    )
    for column in ("expo_id", "occurrence_id", "speaker_id"):
        op.create_index(f"ix_external_keys_{column}", "external_keys", [column])


def downgrade() -> None:
    for table in ("external_keys", "programme_files", "import_sources"):
        op.drop_table(table)
