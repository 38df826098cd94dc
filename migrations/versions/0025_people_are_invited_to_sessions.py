"""Sessions that are not for everybody have guests: people, addresses, delegations, organisations, codes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

_SUBJECTS = ("person", "address", "organisation", "delegation", "code")
_ONE = (
    "(subject = 'person') = (person_id IS NOT NULL)"
    " AND (subject = 'address') = (email IS NOT NULL)"
    " AND (subject = 'organisation') = (organisation_id IS NOT NULL)"
    " AND (subject = 'delegation') = (delegation_id IS NOT NULL)"
    " AND (subject = 'code') = (code IS NOT NULL)"
)


def upgrade() -> None:
    listed = ", ".join(f"'{word}'" for word in _SUBJECTS)
    op.create_table(
        "session_invitations",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("session_id", sa.Integer, nullable=False),
        sa.Column("subject", sa.String(32), nullable=False),
        sa.Column("person_id", sa.Integer),
        sa.Column("email", sa.String(254)),
        sa.Column("organisation_id", sa.Integer),
        sa.Column("delegation_id", sa.Integer),
        sa.Column("code", sa.String(40)),
        sa.Column("token_digest", sa.LargeBinary(32)),
        sa.Column("seats", sa.Integer),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(80), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_session_invitations"),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=f"fk_session_invitations_{column}")
            for column, table in (
                ("expo_id", "expos"),
                ("session_id", "sessions"),
                ("person_id", "persons"),
                ("organisation_id", "organisations"),
                ("delegation_id", "delegations"),
            )
        ),
        sa.UniqueConstraint("token_digest", name="uq_session_invitations_token_digest"),
        sa.CheckConstraint(f"subject IN ({listed})", name="subject"),
        sa.CheckConstraint("seats IS NULL OR seats >= 1", name="seats"),
        sa.CheckConstraint(_ONE, name="one_subject"),
    )
    for column in ("person_id", "email", "organisation_id", "delegation_id"):
        op.create_index(f"ix_session_invitations_{column}", "session_invitations", [column])
    live = sa.text("withdrawn_at IS NULL")
    for name, column in (
        ("person", "person_id"),
        ("email", "email"),
        ("organisation", "organisation_id"),
        ("delegation", "delegation_id"),
    ):
        op.create_index(
            f"uq_session_invitations_{name}",
            "session_invitations",
            ["session_id", column],
            unique=True,
            sqlite_where=live,
            postgresql_where=live,
        )
    op.create_index(
        "uq_session_invitations_code",
        "session_invitations",
        ["expo_id", "code"],
        unique=True,
        sqlite_where=live,
        postgresql_where=live,
    )
    op.create_table(
        "accepted_invitations",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("invitation_id", sa.Integer, nullable=False),
        sa.Column("person_id", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_accepted_invitations"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_accepted_invitations_expo_id"),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["session_invitations.id"], name="fk_accepted_invitations_invitation_id"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_accepted_invitations_person_id"),
        sa.UniqueConstraint(
            "invitation_id", "person_id", name="uq_accepted_invitations_invitation_id_person_id"
        ),
    )
    op.create_index("ix_accepted_invitations_expo_id", "accepted_invitations", ["expo_id"])
    op.create_index("ix_accepted_invitations_person_id", "accepted_invitations", ["person_id"])
    with op.batch_alter_table("bookings") as bookings:
        bookings.add_column(sa.Column("invitation_id", sa.Integer))
        bookings.create_foreign_key(
            op.f("fk_bookings_invitation_id"), "session_invitations", ["invitation_id"], ["id"]
        )
        bookings.create_index("ix_bookings_invitation_id", ["invitation_id"])


def downgrade() -> None:
    with op.batch_alter_table("bookings") as bookings:
        bookings.drop_index("ix_bookings_invitation_id")
        bookings.drop_constraint(op.f("fk_bookings_invitation_id"), type_="foreignkey")
        bookings.drop_column("invitation_id")
    op.drop_table("accepted_invitations")
    op.drop_table("session_invitations")
