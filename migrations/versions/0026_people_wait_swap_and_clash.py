"""Bookings wait, are offered and swapped; kinds of sessions and single times say how seats are booked; clashes are kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0026"
down_revision = "0025"

_STATES = "'held', 'booked', 'waiting', 'offered', 'lapsed', 'cancelled', 'given_up'"
_LIVE = "state IN ('held', 'booked', 'offered', 'waiting')"


def _moment(name: str, nullable: bool = True) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _yes(name: str, default: sa.ColumnElement) -> sa.Column:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=default)


def _partial(name: str, table: str, columns: list[str], where: str, unique: bool = True) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def upgrade() -> None:
    for table in ("sessions", "session_versions"):
        op.add_column(table, _yes("instead_of_parent", sa.false()))
    op.drop_index("uq_bookings_live", "bookings")
    with op.batch_alter_table("bookings") as bookings:
        bookings.add_column(sa.Column("pool_id", sa.Integer()))
        bookings.add_column(_moment("until"))
        bookings.add_column(_yes("keep_together", sa.true()))
        bookings.add_column(_yes("takes_at_once", sa.false()))
        bookings.add_column(sa.Column("swap_for_id", sa.Integer()))
        bookings.add_column(_yes("accepts_clash", sa.false()))
        bookings.add_column(_moment("passed_over_at"))
        bookings.add_column(sa.Column("seed", sa.LargeBinary(32)))
        bookings.add_column(sa.Column("secret_digest", sa.LargeBinary(32)))
        bookings.create_unique_constraint("uq_bookings_secret_digest", ["secret_digest"])
        bookings.create_foreign_key("fk_bookings_pool_id", "pools", ["pool_id"], ["id"])
        bookings.create_foreign_key("fk_bookings_swap_for_id", "bookings", ["swap_for_id"], ["id"])
    op.execute(
        "UPDATE bookings SET pool_id = "
        "(SELECT pool_id FROM occurrences WHERE occurrences.id = bookings.occurrence_id)"
    )
    with op.batch_alter_table("bookings") as bookings:
        bookings.alter_column("pool_id", existing_type=sa.Integer(), nullable=False)
        bookings.create_index("ix_bookings_pool_id", ["pool_id"])
        _states(bookings, _STATES)
        bookings.create_check_constraint(
            op.f("ck_bookings_until"), "state NOT IN ('held', 'offered') OR until IS NOT NULL"
        )
    _partial("uq_bookings_live", "bookings", ["occurrence_id", "person_id"], _LIVE)
    _partial("ix_bookings_waiting", "bookings", ["occurrence_id", "id"], "state = 'waiting'", unique=False)
    _terms()
    _clashes()


def _states(bookings: BatchOperations, states: str) -> None:
    bookings.drop_constraint(op.f("ck_bookings_state"), type_="check")
    bookings.create_check_constraint(op.f("ck_bookings_state"), f"state IN ({states})")


def _terms() -> None:
    op.create_table(
        "booking_terms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("expo_id", sa.Integer(), nullable=False),
        sa.Column("type_id", sa.Integer()),
        sa.Column("occurrence_id", sa.Integer()),
        sa.Column("overlap", sa.String(32)),
        sa.Column("late_minutes", sa.Integer()),
        sa.Column("opens_before", sa.Integer()),
        sa.Column("closes_before", sa.Integer()),
        sa.Column("most_party", sa.Integer()),
        sa.Column("walk_ups", sa.Integer()),
        sa.Column("walk_up_percent", sa.Integer()),
        sa.Column("reserve_id", sa.Integer()),
        sa.CheckConstraint("(type_id IS NULL) <> (occurrence_id IS NULL)", name=op.f("ck_booking_terms_one_subject")),
        sa.CheckConstraint("walk_ups IS NULL OR walk_up_percent IS NULL", name=op.f("ck_booking_terms_walk_ups")),
        sa.CheckConstraint("walk_up_percent BETWEEN 0 AND 100", name=op.f("ck_booking_terms_walk_up_percent")),
        sa.CheckConstraint("overlap IN ('warn', 'swap', 'forbid')", name=op.f("ck_booking_terms_overlap")),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name=op.f("fk_booking_terms_expo_id")),
        sa.ForeignKeyConstraint(["type_id"], ["session_types.id"], name=op.f("fk_booking_terms_type_id")),
        sa.ForeignKeyConstraint(["occurrence_id"], ["occurrences.id"], name=op.f("fk_booking_terms_occurrence_id")),
        sa.ForeignKeyConstraint(["reserve_id"], ["pools.id"], name=op.f("fk_booking_terms_reserve_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_terms")),
        sa.UniqueConstraint("type_id", name=op.f("uq_booking_terms_type_id")),
        sa.UniqueConstraint("occurrence_id", name=op.f("uq_booking_terms_occurrence_id")),
        sa.UniqueConstraint("reserve_id", name=op.f("uq_booking_terms_reserve_id")),
    )  # fmt: skip
    op.create_index("ix_booking_terms_expo_id", "booking_terms", ["expo_id"])


def _clashes() -> None:
    op.create_table(
        "booking_clashes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("expo_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("one_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer()),
        _moment("found_at", nullable=False),
        _moment("over_at"),
        sa.CheckConstraint("one_id < other_id", name=op.f("ck_booking_clashes_order")),
        sa.CheckConstraint("kind IN ('overlap', 'siblings', 'late')", name=op.f("ck_booking_clashes_kind")),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name=op.f("fk_booking_clashes_expo_id")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_booking_clashes_person_id")),
        sa.ForeignKeyConstraint(["one_id"], ["bookings.id"], name=op.f("fk_booking_clashes_one_id")),
        sa.ForeignKeyConstraint(["other_id"], ["bookings.id"], name=op.f("fk_booking_clashes_other_id")),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_booking_clashes_release_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_clashes")),
    )  # fmt: skip
    for column in ("expo_id", "person_id", "other_id"):
        op.create_index(f"ix_booking_clashes_{column}", "booking_clashes", [column])
    _partial("uq_booking_clashes_live", "booking_clashes", ["one_id", "other_id"], "over_at IS NULL")


def downgrade() -> None:
    op.drop_table("booking_clashes")
    op.drop_table("booking_terms")
    op.drop_index("uq_bookings_live", "bookings")
    op.drop_index("ix_bookings_waiting", "bookings")
    # Earlier versions know seats only; who waited waits no more.
    op.execute("UPDATE bookings SET state = 'cancelled' WHERE state NOT IN ('booked', 'cancelled')")
    with op.batch_alter_table("bookings") as bookings:
        bookings.drop_index("ix_bookings_pool_id")
        bookings.drop_constraint("fk_bookings_pool_id", type_="foreignkey")
        bookings.drop_constraint("fk_bookings_swap_for_id", type_="foreignkey")
        bookings.drop_constraint("uq_bookings_secret_digest", type_="unique")
        _states(bookings, "'booked', 'cancelled'")
        bookings.drop_constraint(op.f("ck_bookings_until"), type_="check")
        for column in (
            "pool_id", "until", "keep_together", "takes_at_once", "swap_for_id", "accepts_clash",
            "passed_over_at", "seed", "secret_digest",
        ):  # fmt: skip
            bookings.drop_column(column)
    _partial("uq_bookings_live", "bookings", ["occurrence_id", "person_id"], "state = 'booked'")
    for table in ("session_versions", "sessions"):
        op.drop_column(table, "instead_of_parent")
