"""People are told once what moved or is cancelled in their agenda, and show it to others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.create_table(
        "agenda_notices",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("person_id", sa.Integer, nullable=False),
        sa.Column("occurrence_id", sa.Integer, nullable=False),
        sa.Column("release_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("was", sa.JSON, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_agenda_notices"),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=f"fk_agenda_notices_{column}")
            for column, table in (
                ("expo_id", "expos"),
                ("person_id", "persons"),
                ("occurrence_id", "occurrences"),
                ("release_id", "releases"),
            )
        ),
        sa.UniqueConstraint(
            "release_id",
            "person_id",
            "occurrence_id",
            name="uq_agenda_notices_release_id_person_id_occurrence_id",
        ),
        sa.CheckConstraint("kind IN ('moved', 'cancelled')", name="kind"),
    )
    op.create_index("ix_agenda_notices_expo_id", "agenda_notices", ["expo_id"])
    op.create_index("ix_agenda_notices_occurrence_id", "agenda_notices", ["occurrence_id"])
    op.create_index("ix_agenda_notices_person", "agenda_notices", ["person_id", "read_at"])
    op.create_table(
        "agenda_shares",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("person_id", sa.Integer, nullable=False),
        sa.Column("token_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("shows_name", sa.Boolean, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_agenda_shares"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_agenda_shares_expo_id"),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_agenda_shares_person_id"),
        sa.UniqueConstraint("token_digest", name="uq_agenda_shares_token_digest"),
    )
    op.create_index("ix_agenda_shares_expo_id", "agenda_shares", ["expo_id"])
    live = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_agenda_shares_live",
        "agenda_shares",
        ["person_id"],
        unique=True,
        sqlite_where=live,
        postgresql_where=live,
    )


def downgrade() -> None:
    op.drop_table("agenda_shares")
    op.drop_table("agenda_notices")
