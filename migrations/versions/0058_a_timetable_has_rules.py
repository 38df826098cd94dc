"""A timetable has rules of any strictness, rooms are held for a time, and sessions say what they need."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"

_MOMENT = sa.DateTime(timezone=True)
_RULES = (
    "room", "person", "reserved", "hours", "turnaround", "availability", "travel", "capacity", "step_free",
    "language", "back_to_back", "per_day", "order", "plenary", "audience",
)  # fmt: skip
_TIMES = ("one_starts_at", "one_ends_at", "other_starts_at", "other_ends_at")


def upgrade() -> None:
    _kept_by_facts()
    _create(
        "rule_levels",
        ("conference_id", "conferences", True),
        sa.Column("rule", sa.String(32), nullable=False),
        sa.Column("level", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer),
        _listed("rule_levels", "rule", _RULES),
        _listed("rule_levels", "level", ("off", "warn", "release", "block")),
        index=False,
    )
    op.create_index("uq_rule_levels_conference", "rule_levels", ["conference_id", "rule"], unique=True)
    op.create_index(
        "uq_rule_levels_expo", "rule_levels", ["expo_id", "rule"], unique=True,
        sqlite_where=sa.text("conference_id IS NULL"), postgresql_where=sa.text("conference_id IS NULL"),
    )  # fmt: skip
    _create(
        "room_blocks",
        ("room_id", "rooms", False),
        ("conference_id", "conferences", True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("starts_at", _MOMENT, nullable=False),
        sa.Column("ends_at", _MOMENT, nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("capacity", sa.Integer),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("made_by", sa.String(80), nullable=False),
        _listed("room_blocks", "kind", ("reserved", "set_up", "delivery", "closed")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_room_blocks_ends_after_start")),
        sa.CheckConstraint("capacity >= 0", name=op.f("ck_room_blocks_capacity")),
        sa.CheckConstraint(
            "kind <> 'reserved' OR conference_id IS NOT NULL", name=op.f("ck_room_blocks_for_whom")
        ),
    )
    op.create_index("ix_room_blocks_room_id_starts_at", "room_blocks", ["room_id", "starts_at"])
    op.create_index("ix_room_blocks_conference_id", "room_blocks", ["conference_id"])
    _create(
        "session_needs",
        ("session_id", "sessions", False),
        sa.Column("expected", sa.Integer),
        sa.Column("minutes", sa.Integer),
        sa.Column("step_free", sa.Boolean, nullable=False),
        sa.Column("is_plenary", sa.Boolean, nullable=False),
        sa.Column("audience", sa.String(60), nullable=False),
        sa.UniqueConstraint("session_id", name="uq_session_needs_session_id"),
        sa.CheckConstraint("expected >= 0", name=op.f("ck_session_needs_expected")),
        sa.CheckConstraint("minutes BETWEEN 5 AND 1440", name=op.f("ck_session_needs_minutes")),
    )
    _create(
        "session_orders",
        ("first_id", "sessions", False),
        ("then_id", "sessions", False),
        sa.UniqueConstraint("first_id", "then_id", name="uq_session_orders_first_id_then_id"),
        sa.CheckConstraint("first_id <> then_id", name=op.f("ck_session_orders_two")),
    )
    op.create_index("ix_session_orders_then_id", "session_orders", ["then_id"])


def _create(table: str, *parts: object, index: bool = True) -> None:
    """A table of an expo; three words are a column that points at another table, and whether it may be empty."""
    pointing = [("expo_id", "expos", False), *(part for part in parts if isinstance(part, tuple))]
    op.create_table(
        table,
        sa.Column("id", sa.Integer, nullable=False),
        *(sa.Column(column, sa.Integer, nullable=empty) for column, _other, empty in pointing),
        *(part for part in parts if not isinstance(part, tuple)),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        *(
            sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}")
            for column, other, _empty in pointing
        ),
    )
    if index:
        op.create_index(f"ix_{table}_expo_id", table, ["expo_id"])


def _listed(table: str, column: str, words: tuple[str, ...]) -> sa.CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_{table}_{column}"))


def _kept_by_facts() -> None:
    """A clash was kept while two times were the same; now while a digest of its facts is, whatever they are."""
    with op.batch_alter_table("kept_clashes") as kept:
        kept.add_column(sa.Column("facts", sa.String(32), nullable=False, server_default=""))
        kept.drop_constraint(op.f("ck_kept_clashes_rule"), type_="check")
        kept.drop_constraint(op.f("ck_kept_clashes_order"), type_="check")
        kept.create_check_constraint(op.f("ck_kept_clashes_rule"), _words(_RULES))
        kept.create_check_constraint(op.f("ck_kept_clashes_order"), "one_id <= other_id")
    rows = sa.table(
        "kept_clashes", sa.column("id"), sa.column("facts"), *(sa.column(name, _MOMENT) for name in _TIMES)
    )
    bind = op.get_bind()
    for row in bind.execute(sa.select(rows)).all():
        facts = "|".join(str(_seconds(row._mapping[name])) for name in _TIMES)
        digest = hashlib.blake2b(facts.encode(), digest_size=16).hexdigest()
        bind.execute(sa.update(rows).where(rows.c.id == row.id).values(facts=digest))
    with op.batch_alter_table("kept_clashes") as kept:
        kept.alter_column("facts", server_default=None)
        for name in _TIMES:
            kept.drop_column(name)


def _seconds(moment: object) -> int:
    from datetime import UTC, datetime

    assert isinstance(moment, datetime)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def _words(words: tuple[str, ...]) -> str:
    return "rule IN ({})".format(", ".join(f"'{word}'" for word in words))


def downgrade() -> None:
    for table in ("session_orders", "session_needs", "room_blocks", "rule_levels"):
        op.drop_table(table)
    # The digest does not give the times back: what was kept has to be said again.
    op.execute("DELETE FROM kept_clashes")
    with op.batch_alter_table("kept_clashes") as kept:
        kept.drop_constraint(op.f("ck_kept_clashes_rule"), type_="check")
        kept.drop_constraint(op.f("ck_kept_clashes_order"), type_="check")
        kept.create_check_constraint(op.f("ck_kept_clashes_rule"), _words(("room", "person")))
        kept.create_check_constraint(op.f("ck_kept_clashes_order"), "one_id < other_id")
        kept.drop_column("facts")
        for name in _TIMES:
            kept.add_column(sa.Column(name, _MOMENT, nullable=False))
