"""Sellers and payments; orders with a due date; pools in trees; ticket types with codes, days, add-ons; vouchers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_MOMENT = sa.DateTime(timezone=True)
_LIVE = "undone_at IS NULL"


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, nullable=False)


def _to(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=nullable)


def _number(name: str, default: str | None = None) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, server_default=default)


def _text(name: str, length: int, default: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False, server_default=default)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false())


def _key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}")


def _pointer(table: str, column: str, other: str, *, indexed: bool = True) -> None:
    """A column that points somewhere, on a table that is there: written so that both databases take it in place."""
    op.execute(
        f"ALTER TABLE {table} ADD COLUMN {column} INTEGER CONSTRAINT fk_{table}_{column} REFERENCES {other} (id)"
    )
    if indexed:
        op.create_index(f"ix_{table}_{column}", table, [column])


def upgrade() -> None:
    op.create_table(
        "sellers",
        _id(),
        _to("expo_id"),
        _text("slug", 80),
        _text("name", 200),
        _text("vat_number", 40),
        _text("currencies", 80),
        sa.Column("how_to_pay", sa.Text, nullable=False),
        _number("pay_days"),
        sa.Column("is_default", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sellers"),
        _key("sellers", "expo_id", "expos"),
        sa.UniqueConstraint("expo_id", "slug", name="uq_sellers_expo_id_slug"),
        sa.CheckConstraint("pay_days >= 1", name=op.f("ck_sellers_pay_days")),
    )
    default = sa.text("is_default")
    op.create_index(
        "uq_sellers_default",
        "sellers",
        ["expo_id"],
        unique=True,
        sqlite_where=default,
        postgresql_where=default,
    )
    op.execute(
        "INSERT INTO sellers (expo_id, slug, name, vat_number, currencies, how_to_pay, pay_days, is_default) "
        "SELECT id, 'expo', name, '', 'SEK EUR', '', 14, true FROM expos"
    )

    op.add_column("orders", _text("basket", 12, ""))
    op.add_column("orders", sa.Column("due_at", _MOMENT))
    op.add_column("orders", sa.Column("settled_at", _MOMENT))
    _pointer("orders", "seller_id", "sellers")
    op.create_index("ix_orders_expo_id_basket", "orders", ["expo_id", "basket"])
    op.execute(
        "UPDATE orders SET basket = code, seller_id = "
        "(SELECT id FROM sellers WHERE sellers.expo_id = orders.expo_id AND is_default)"
    )
    op.add_column("order_lines", sa.Column("struck_at", _MOMENT))
    op.create_table(
        "payments",
        _id(),
        _to("expo_id"),
        _to("order_id"),
        _text("key", 80),
        _text("state", 32),
        _text("method", 32),
        _number("amount_minor"),
        _text("currency", 3),
        _text("note", 300),
        _text("recorded_by", 80),
        sa.Column("recorded_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_payments"),
        _key("payments", "expo_id", "expos"),
        _key("payments", "order_id", "orders"),
        sa.UniqueConstraint("expo_id", "key", name="uq_payments_expo_id_key"),
        sa.CheckConstraint(
            "state IN ('created', 'processing', 'succeeded', 'failed', 'expired', 'disputed')",
            name=op.f("ck_payments_state"),
        ),
        sa.CheckConstraint("method IN ('transfer', 'invoice', 'desk')", name=op.f("ck_payments_method")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payments_amount")),
    )
    op.create_index("ix_payments_order_id", "payments", ["order_id"])

    _pointer("pools", "parent_id", "pools")
    _pointer("pools", "reserve_of_id", "pools")

    for column in (
        _flag("is_donation"),
        _flag("is_hidden"),
        _text("code", 40, ""),
        _number("approval_stages", "1"),
        sa.Column("decide_by", _MOMENT),
        sa.Column("answer_by", _MOMENT),
        sa.Column("valid_days", sa.JSON(none_as_null=True), nullable=False, server_default="[]"),
        _text("valid_from", 5, ""),
        _text("valid_until", 5, ""),
    ):
        op.add_column("ticket_types", column)

    _pointer("registrations", "pool_id", "pools")
    op.add_column("registrations", _number("price_minor", "0"))
    op.add_column("registrations", _text("currency", 3, "SEK"))
    _pointer("registrations", "order_line_id", "order_lines", indexed=False)
    op.execute(
        "UPDATE registrations SET pool_id = "
        "(SELECT pool_id FROM ticket_types WHERE ticket_types.id = registrations.ticket_type_id)"
    )

    op.create_table(
        "conference_sellers",
        _to("conference_id"),
        _to("expo_id"),
        _to("seller_id"),
        sa.PrimaryKeyConstraint("conference_id", name="pk_conference_sellers"),
        _key("conference_sellers", "conference_id", "conferences"),
        _key("conference_sellers", "expo_id", "expos"),
        _key("conference_sellers", "seller_id", "sellers"),
    )
    op.create_index("ix_conference_sellers_expo_id", "conference_sellers", ["expo_id"])
    op.create_index("ix_conference_sellers_seller_id", "conference_sellers", ["seller_id"])
    op.create_table(
        "shared_pools",
        _id(),
        _to("expo_id"),
        _to("conference_id", nullable=True),
        _text("name", 120),
        _to("pool_id"),
        sa.PrimaryKeyConstraint("id", name="pk_shared_pools"),
        _key("shared_pools", "expo_id", "expos"),
        _key("shared_pools", "conference_id", "conferences"),
        _key("shared_pools", "pool_id", "pools"),
        sa.UniqueConstraint("pool_id", name="uq_shared_pools_pool_id"),
    )
    op.create_index("ix_shared_pools_expo_id", "shared_pools", ["expo_id"])
    op.create_index("ix_shared_pools_conference_id", "shared_pools", ["conference_id"])
    op.create_table(
        "ticket_spans",
        _id(),
        _to("expo_id"),
        _to("ticket_type_id"),
        sa.Column("opens_at", _MOMENT, nullable=False),
        sa.Column("closes_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ticket_spans"),
        _key("ticket_spans", "expo_id", "expos"),
        _key("ticket_spans", "ticket_type_id", "ticket_types"),
        sa.CheckConstraint("closes_at > opens_at", name=op.f("ck_ticket_spans_closes_after_opening")),
    )
    op.create_index("ix_ticket_spans_expo_id", "ticket_spans", ["expo_id"])
    op.create_index("ix_ticket_spans_ticket_type_id", "ticket_spans", ["ticket_type_id"])
    op.create_table(
        "ticket_occurrences",
        _to("ticket_type_id"),
        _to("occurrence_id"),
        _to("expo_id"),
        sa.PrimaryKeyConstraint("ticket_type_id", "occurrence_id", name="pk_ticket_occurrences"),
        _key("ticket_occurrences", "ticket_type_id", "ticket_types"),
        _key("ticket_occurrences", "occurrence_id", "occurrences"),
        _key("ticket_occurrences", "expo_id", "expos"),
    )
    op.create_index("ix_ticket_occurrences_expo_id", "ticket_occurrences", ["expo_id"])
    op.create_table(
        "add_ons",
        _id(),
        _to("expo_id"),
        _to("conference_id"),
        _text("name", 120),
        _number("price_minor"),
        _text("currency", 3),
        _number("vat_basis_points"),
        sa.Column("sale_until", _MOMENT),
        _number("position"),
        _to("pool_id"),
        sa.PrimaryKeyConstraint("id", name="pk_add_ons"),
        _key("add_ons", "expo_id", "expos"),
        _key("add_ons", "conference_id", "conferences"),
        _key("add_ons", "pool_id", "pools"),
        sa.UniqueConstraint("pool_id", name="uq_add_ons_pool_id"),
        sa.CheckConstraint("price_minor >= 0", name=op.f("ck_add_ons_price")),
    )
    op.create_index("ix_add_ons_expo_id", "add_ons", ["expo_id"])
    op.create_index("ix_add_ons_conference_id", "add_ons", ["conference_id"])
    op.create_table(
        "taken_add_ons",
        _id(),
        _to("expo_id"),
        _to("registration_id"),
        _to("add_on_id"),
        _number("price_minor"),
        sa.Column("holds_place", sa.Boolean, nullable=False),
        _to("order_line_id", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_taken_add_ons"),
        _key("taken_add_ons", "expo_id", "expos"),
        _key("taken_add_ons", "registration_id", "registrations"),
        _key("taken_add_ons", "add_on_id", "add_ons"),
        _key("taken_add_ons", "order_line_id", "order_lines"),
        sa.UniqueConstraint(
            "registration_id", "add_on_id", name="uq_taken_add_ons_registration_id_add_on_id"
        ),
    )
    op.create_index("ix_taken_add_ons_expo_id", "taken_add_ons", ["expo_id"])
    op.create_index("ix_taken_add_ons_add_on_id", "taken_add_ons", ["add_on_id"])
    op.create_table(
        "vouchers",
        _id(),
        _to("expo_id"),
        _to("conference_id"),
        _to("ticket_type_id", nullable=True),
        _text("code", 40),
        _text("name", 120),
        _number("percent"),
        _number("amount_minor"),
        sa.Column("max_uses", sa.Integer),
        _number("uses"),
        sa.Column("budget_minor", sa.Integer),
        _number("spent_minor"),
        _text("for_email", 254),
        _text("for_domain", 254),
        sa.Column("skips_approval", sa.Boolean, nullable=False),
        sa.Column("opens_hidden", sa.Boolean, nullable=False),
        sa.Column("valid_until", _MOMENT),
        _to("reserve_id", nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_vouchers"),
        _key("vouchers", "expo_id", "expos"),
        _key("vouchers", "conference_id", "conferences"),
        _key("vouchers", "ticket_type_id", "ticket_types"),
        _key("vouchers", "reserve_id", "pools"),
        sa.UniqueConstraint("expo_id", "code", name="uq_vouchers_expo_id_code"),
        sa.UniqueConstraint("reserve_id", name="uq_vouchers_reserve_id"),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_vouchers_percent")),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_vouchers_amount")),
        sa.CheckConstraint(
            "uses >= 0 AND (max_uses IS NULL OR uses <= max_uses)", name=op.f("ck_vouchers_uses")
        ),
        sa.CheckConstraint(
            "spent_minor >= 0 AND (budget_minor IS NULL OR spent_minor <= budget_minor)",
            name=op.f("ck_vouchers_budget"),
        ),
    )
    op.create_index("ix_vouchers_conference_id", "vouchers", ["conference_id"])
    op.create_index("ix_vouchers_ticket_type_id", "vouchers", ["ticket_type_id"])
    op.create_table(
        "voucher_uses",
        _id(),
        _to("expo_id"),
        _to("voucher_id"),
        _to("registration_id"),
        _number("amount_minor"),
        sa.Column("used_at", _MOMENT, nullable=False),
        sa.Column("undone_at", _MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_voucher_uses"),
        _key("voucher_uses", "expo_id", "expos"),
        _key("voucher_uses", "voucher_id", "vouchers"),
        _key("voucher_uses", "registration_id", "registrations"),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_voucher_uses_amount")),
    )
    op.create_index("ix_voucher_uses_expo_id", "voucher_uses", ["expo_id"])
    op.create_index("ix_voucher_uses_voucher_id", "voucher_uses", ["voucher_id"])
    live = sa.text(_LIVE)
    op.create_index(
        "uq_voucher_uses_live",
        "voucher_uses",
        ["registration_id"],
        unique=True,
        sqlite_where=live,
        postgresql_where=live,
    )


def downgrade() -> None:
    for table in (
        "voucher_uses",
        "vouchers",
        "taken_add_ons",
        "add_ons",
        "ticket_occurrences",
        "ticket_spans",
        "shared_pools",
        "conference_sellers",
        "payments",
    ):
        op.drop_table(table)
    for index, table in (
        ("ix_registrations_pool_id", "registrations"),
        ("ix_pools_parent_id", "pools"),
        ("ix_pools_reserve_of_id", "pools"),
        ("ix_orders_seller_id", "orders"),
        ("ix_orders_expo_id_basket", "orders"),
    ):
        op.drop_index(index, table_name=table)
    for table, columns in (
        ("registrations", ("pool_id", "price_minor", "currency", "order_line_id")),
        (
            "ticket_types",
            (
                "is_donation",
                "is_hidden",
                "code",
                "approval_stages",
                "decide_by",
                "answer_by",
                "valid_days",
                "valid_from",
                "valid_until",
            ),
        ),
        ("pools", ("parent_id", "reserve_of_id")),
        ("order_lines", ("struck_at",)),
        ("orders", ("basket", "due_at", "settled_at", "seller_id")),
    ):
        for column in columns:
            op.drop_column(table, column)
    op.drop_table("sellers")
