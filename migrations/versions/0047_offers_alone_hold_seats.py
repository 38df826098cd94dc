"""Offers alone hold seats; ballots are called off; requests for feedback are declined."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _states(
        "'booked', 'waiting', 'offered', 'lapsed', 'cancelled', 'given_up'",
        "'booked', 'offered', 'waiting'",
        "state <> 'offered'",
    )
    with op.batch_alter_table("ballots") as ballots:
        ballots.add_column(sa.Column("called_off_at", _MOMENT))
        ballots.add_column(sa.Column("called_off_why", sa.String(500), nullable=False, server_default=""))
        ballots.create_check_constraint(
            op.f("ck_ballots_called_off"), "called_off_at IS NULL OR drawn_at IS NULL"
        )
    op.create_table(
        "feedback_declined",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("person_id", sa.Integer, nullable=False),
        sa.Column("declined_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_feedback_declined"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_feedback_declined_expo_id"),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_feedback_declined_person_id"),
        sa.UniqueConstraint("person_id", name="uq_feedback_declined_person_id"),
    )
    op.create_index("ix_feedback_declined_expo_id", "feedback_declined", ["expo_id"])


def _states(all_: str, live: str, until: str) -> None:
    """The words of a booking's state, and which of them are live."""
    op.drop_index("uq_bookings_live", "bookings")
    with op.batch_alter_table("bookings") as bookings:
        for name, rule in (("state", f"state IN ({all_})"), ("until", f"{until} OR until IS NOT NULL")):
            bookings.drop_constraint(op.f(f"ck_bookings_{name}"), type_="check")
            bookings.create_check_constraint(op.f(f"ck_bookings_{name}"), rule)
    where = sa.text(f"state IN ({live})")
    op.create_index(
        "uq_bookings_live", "bookings", ["occurrence_id", "person_id"],
        unique=True, sqlite_where=where, postgresql_where=where,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("feedback_declined")
    with op.batch_alter_table("ballots") as ballots:
        ballots.drop_constraint(op.f("ck_ballots_called_off"), type_="check")
        ballots.drop_column("called_off_why")
        ballots.drop_column("called_off_at")
    _states(
        "'held', 'booked', 'waiting', 'offered', 'lapsed', 'cancelled', 'given_up'",
        "'held', 'booked', 'offered', 'waiting'",
        "state NOT IN ('held', 'offered')",
    )
