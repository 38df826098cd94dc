"""Baskets that hold places for some minutes, the waiting list for tickets, and answers kept for repeated requests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_MOMENT = sa.DateTime(timezone=True)


def _to(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _digest(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(32), nullable=False)


def _key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}")


def upgrade() -> None:
    op.create_table(
        "baskets",
        _to("id"),
        _to("expo_id"),
        _digest("token_digest"),
        _text("state", 32),
        _text("code", 40),
        sa.Column("until", _MOMENT, nullable=False),
        _to("extended"),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_baskets"),
        _key("baskets", "expo_id", "expos"),
        sa.UniqueConstraint("token_digest", name="uq_baskets_token_digest"),
        sa.CheckConstraint(
            "state IN ('open', 'submitted', 'expired', 'released')", name=op.f("ck_baskets_state")
        ),
        sa.CheckConstraint("extended >= 0", name=op.f("ck_baskets_extended")),
    )
    op.create_index("ix_baskets_expo_id", "baskets", ["expo_id"])
    op.create_table(
        "basket_items",
        _to("id"),
        _to("expo_id"),
        _to("basket_id"),
        _to("ticket_type_id"),
        _to("pool_id"),
        sa.Column("holds_place", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_basket_items"),
        _key("basket_items", "expo_id", "expos"),
        _key("basket_items", "basket_id", "baskets"),
        _key("basket_items", "ticket_type_id", "ticket_types"),
        _key("basket_items", "pool_id", "pools"),
        sa.UniqueConstraint("basket_id", "ticket_type_id", name="uq_basket_items_basket_id_ticket_type_id"),
    )
    for column in ("expo_id", "ticket_type_id", "pool_id"):
        op.create_index(f"ix_basket_items_{column}", "basket_items", [column])
    op.create_table(
        "waiting",
        _to("id"),
        _to("expo_id"),
        _to("ticket_type_id"),
        _text("name", 200),
        _text("email", 254),
        _text("language", 12),
        _to("party"),
        _text("state", 32),
        _digest("seed"),
        _digest("secret_digest"),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("offer_until", _MOMENT),
        _text("order_code", 12),
        sa.PrimaryKeyConstraint("id", name="pk_waiting"),
        _key("waiting", "expo_id", "expos"),
        _key("waiting", "ticket_type_id", "ticket_types"),
        sa.UniqueConstraint("secret_digest", name="uq_waiting_secret_digest"),
        sa.CheckConstraint(
            "state IN ('waiting', 'offered', 'taken', 'declined', 'lapsed', 'left')",
            name=op.f("ck_waiting_state"),
        ),
        sa.CheckConstraint("party >= 1", name=op.f("ck_waiting_party")),
    )
    op.create_index("ix_waiting_expo_id", "waiting", ["expo_id"])
    op.create_index("ix_waiting_state", "waiting", ["state"])
    live = sa.text("state IN ('waiting', 'offered')")
    op.create_index(
        "uq_waiting_live",
        "waiting",
        ["ticket_type_id", "email"],
        unique=True,
        sqlite_where=live,
        postgresql_where=live,
    )
    op.create_table(
        "kept_answers",
        _to("id"),
        _text("scope", 120),
        _digest("key_digest"),
        _digest("asked_digest"),
        sa.Column("status", sa.Integer),
        sa.Column("body", sa.Text),
        sa.Column("begun_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kept_answers"),
        sa.UniqueConstraint("scope", "key_digest", name="uq_kept_answers_scope_key_digest"),
    )
    op.create_index("ix_kept_answers_begun_at", "kept_answers", ["begun_at"])


def downgrade() -> None:
    for table in ("kept_answers", "waiting", "basket_items", "baskets"):
        op.drop_table(table)
