"""What a delegate chose can be changed, with the difference paid or given back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"

_MOMENT = sa.DateTime(timezone=True)
_TARGETS = {
    "expo_id": "expos", "registration_id": "registrations", "from_type_id": "ticket_types",
    "to_type_id": "ticket_types", "order_id": "orders", "order_line_id": "order_lines",
    "shared_pool_id": "pools", "change_id": "ticket_changes", "add_on_id": "add_ons",
}  # fmt: skip


def _to(table: str, *names: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([name], [f"{_TARGETS[name]}.id"], name=f"fk_{table}_{name}") for name in names
    ]


def upgrade() -> None:
    op.create_table(
        "ticket_changes",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("registration_id", sa.Integer, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT),
        sa.Column("from_type_id", sa.Integer, nullable=False),
        sa.Column("to_type_id", sa.Integer, nullable=False),
        sa.Column("price_minor", sa.Integer, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("less_minor", sa.Integer, nullable=False),
        sa.Column("discount_minor", sa.Integer, nullable=False),
        sa.Column("percent", sa.Integer, nullable=False),
        sa.Column("order_id", sa.Integer),
        sa.Column("order_line_id", sa.Integer),
        sa.Column("shared_pool_id", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="pk_ticket_changes"),
        *_to(
            "ticket_changes", "expo_id", "registration_id", "from_type_id", "to_type_id", "order_id",
            "order_line_id", "shared_pool_id",
        ),
        sa.CheckConstraint("state IN ('waiting', 'done', 'lapsed', 'cancelled')", name="state"),
        sa.CheckConstraint("less_minor >= 0", name="less"),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
    )  # fmt: skip
    for name in ("expo_id", "registration_id", "to_type_id"):
        op.create_index(f"ix_ticket_changes_{name}", "ticket_changes", [name])
    for name, column, where in (
        ("waiting", "registration_id", "state = 'waiting'"),
        ("order", "order_id", "order_id IS NOT NULL"),
    ):
        condition = sa.text(where)
        op.create_index(
            f"uq_ticket_changes_{name}", "ticket_changes", [column],
            unique=True, sqlite_where=condition, postgresql_where=condition,
        )  # fmt: skip
    op.create_table(
        "changed_add_ons",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("change_id", sa.Integer, nullable=False),
        sa.Column("add_on_id", sa.Integer, nullable=False),
        sa.Column("is_added", sa.Boolean, nullable=False),
        sa.Column("price_minor", sa.Integer, nullable=False),
        sa.Column("order_line_id", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="pk_changed_add_ons"),
        *_to("changed_add_ons", "expo_id", "change_id", "add_on_id", "order_line_id"),
        sa.UniqueConstraint("change_id", "add_on_id", name="uq_changed_add_ons_change_id_add_on_id"),
    )
    for name in ("expo_id", "add_on_id"):
        op.create_index(f"ix_changed_add_ons_{name}", "changed_add_ons", [name])


def downgrade() -> None:
    for table in ("changed_add_ons", "ticket_changes"):
        op.drop_table(table)
