"""Payments at a provider, refunds as rows, lines that reduce others, and a ledger that nobody can change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

_MOMENT = sa.DateTime(timezone=True)
_FORBID = (
    (
        "CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$"
    ),
    (
        "CREATE TRIGGER ledger_rows_append_only BEFORE UPDATE ON ledger_rows "
        "FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only()"
    ),
)
_FORBID_SQLITE = (
    (
        "CREATE TRIGGER ledger_rows_append_only BEFORE UPDATE ON ledger_rows "
        "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
    ),
)


def _to(name: str, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=nullable)


def _text(name: str, length: int, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=nullable)


def _key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}")


def upgrade() -> None:
    with op.batch_alter_table("sellers") as sellers:
        sellers.add_column(
            sa.Column("refund_limit_minor", sa.Integer, nullable=False, server_default="500000")
        )
        sellers.create_check_constraint(op.f("ck_sellers_refund_limit"), "refund_limit_minor >= 0")
    with op.batch_alter_table("sellers") as sellers:
        sellers.alter_column("refund_limit_minor", server_default=None)
    op.add_column("orders", sa.Column("billed_at", _MOMENT))
    with op.batch_alter_table("order_lines") as lines:
        lines.add_column(sa.Column("reduces_id", sa.Integer))
        lines.drop_constraint(op.f("ck_order_lines_price"), type_="check")
        lines.create_check_constraint(
            op.f("ck_order_lines_price"), "(reduces_id IS NULL) = (price_minor >= 0)"
        )
        lines.create_check_constraint(op.f("ck_order_lines_vat_rate"), "vat_basis_points BETWEEN 0 AND 10000")
        lines.create_foreign_key("fk_order_lines_reduces_id", "order_lines", ["reduces_id"], ["id"])
    op.create_index("ix_order_lines_reduces_id", "order_lines", ["reduces_id"])
    with op.batch_alter_table("payments") as payments:
        payments.add_column(sa.Column("refunded_minor", sa.Integer, nullable=False, server_default="0"))
        payments.add_column(_text("provider_id", 255, nullable=True))
        payments.add_column(_text("intent_id", 255, nullable=True))
        payments.add_column(sa.Column("page_url", sa.Text))
        payments.add_column(sa.Column("page_until", _MOMENT))
        payments.drop_constraint(op.f("ck_payments_method"), type_="check")
        payments.create_check_constraint(
            op.f("ck_payments_method"), "method IN ('transfer', 'invoice', 'desk', 'swish', 'checkout')"
        )
        payments.create_check_constraint(
            op.f("ck_payments_refunded"), "refunded_minor BETWEEN 0 AND amount_minor"
        )
        payments.create_check_constraint(
            op.f("ck_payments_refunded_of_what_came"),
            "refunded_minor = 0 OR state IN ('succeeded', 'disputed')",
        )
        payments.create_unique_constraint("uq_payments_provider_id", ["provider_id"])
    with op.batch_alter_table("payments") as payments:
        payments.alter_column("refunded_minor", server_default=None)
    open_ = sa.text("state = 'created'")
    op.create_index(
        "uq_payments_open", "payments", ["order_id"], unique=True, sqlite_where=open_, postgresql_where=open_
    )
    op.create_index("ix_payments_intent_id", "payments", ["intent_id"])
    _refunds()
    _ledger()


def _refunds() -> None:
    op.create_table(
        "refunds",
        _to("id"),
        _to("expo_id"),
        _to("order_id"),
        _to("payment_id"),
        _text("key", 120),
        _text("state", 32),
        _text("reason", 32),
        _to("amount_minor"),
        _text("currency", 3),
        _text("note", 300),
        _text("requested_by", 80),
        sa.Column("requested_at", _MOMENT, nullable=False),
        sa.Column("needs_second", sa.Boolean, nullable=False),
        _text("approved_by", 80, nullable=True),
        _text("provider_id", 255, nullable=True),
        _text("failure", 300),
        sa.Column("done_at", _MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_refunds"),
        _key("refunds", "expo_id", "expos"),
        _key("refunds", "order_id", "orders"),
        _key("refunds", "payment_id", "payments"),
        sa.UniqueConstraint("expo_id", "key", name="uq_refunds_expo_id_key"),
        sa.UniqueConstraint("provider_id", name="uq_refunds_provider_id"),
        sa.CheckConstraint(
            "state IN ('requested', 'pending', 'done', 'failed')", name=op.f("ck_refunds_state")
        ),
        sa.CheckConstraint(
            "reason IN ('cancellation', 'change', 'surplus', 'late', 'goodwill', 'dispute')",
            name=op.f("ck_refunds_reason"),
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_refunds_amount")),
        sa.CheckConstraint(
            "approved_by IS NULL OR approved_by <> requested_by", name=op.f("ck_refunds_four_eyes")
        ),
        sa.CheckConstraint(
            "state NOT IN ('pending', 'done') OR NOT needs_second OR approved_by IS NOT NULL",
            name=op.f("ck_refunds_second_person"),
        ),
    )
    for column in ("order_id", "payment_id"):
        op.create_index(f"ix_refunds_{column}", "refunds", [column])
    op.create_index("ix_refunds_expo_id_state", "refunds", ["expo_id", "state"])


def _ledger() -> None:
    op.create_table(
        "ledger_rows",
        _to("id"),
        _to("expo_id"),
        _to("seller_id", nullable=True),
        _to("order_id"),
        _text("entry", 64),
        _text("account", 32),
        _to("amount_minor"),
        _text("currency", 3),
        _to("vat_basis_points", nullable=True),
        sa.Column("posted_at", _MOMENT, nullable=False),
        _text("posted_by", 80),
        _to("contra_id", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_rows"),
        _key("ledger_rows", "expo_id", "expos"),
        _key("ledger_rows", "seller_id", "sellers"),
        _key("ledger_rows", "order_id", "orders"),
        _key("ledger_rows", "contra_id", "ledger_rows"),
        sa.UniqueConstraint("expo_id", "entry", "account", name="uq_ledger_rows_expo_id_entry_account"),
        sa.UniqueConstraint("contra_id", name="uq_ledger_rows_contra_id"),
        sa.CheckConstraint(
            "account IN ('cash', 'bank', 'swish', 'provider', 'disputed', 'receivable', 'sales', 'vat')",
            name=op.f("ck_ledger_rows_account"),
        ),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_ledger_rows_amount")),
    )
    op.create_index("ix_ledger_rows_order_id", "ledger_rows", ["order_id"])
    op.create_index("ix_ledger_rows_seller_id_posted_at", "ledger_rows", ["seller_id", "posted_at"])
    for statement in _rows_of_what_was_paid():
        op.execute(statement)
    for statement in _FORBID_SQLITE if op.get_bind().dialect.name == "sqlite" else _FORBID:
        op.execute(statement)


def _rows_of_what_was_paid() -> list[str]:
    """The books of what came and was settled before there were any."""
    insert = (
        "INSERT INTO ledger_rows (expo_id, seller_id, order_id, entry, account, amount_minor, currency, "
        "vat_basis_points, posted_at, posted_by) "
    )
    payment = (
        "FROM payments p JOIN orders o ON o.id = p.order_id WHERE p.state = 'succeeded'",
        "p.expo_id, o.seller_id, o.id, 'payment:' || p.id",
        "p.currency, CAST(NULL AS INTEGER), p.recorded_at, 'migration'",
    )
    line = (
        (
            "FROM order_lines l JOIN orders o ON o.id = l.order_id "
            "WHERE o.state = 'settled' AND l.struck_at IS NULL AND l.price_minor > 0"
        ),
        "l.expo_id, o.seller_id, o.id, 'line:' || l.id",
        "o.settled_at, 'migration'",
    )
    rate = "o.currency, l.vat_basis_points"
    account = "CASE p.method WHEN 'desk' THEN 'cash' ELSE 'bank' END"
    return [
        f"{insert} SELECT {payment[1]}, {account}, p.amount_minor, {payment[2]} {payment[0]}",
        f"{insert} SELECT {payment[1]}, 'receivable', -p.amount_minor, {payment[2]} {payment[0]}",
        f"{insert} SELECT {line[1]}, 'receivable', l.price_minor, o.currency, CAST(NULL AS INTEGER), {line[2]} {line[0]}",
        (
            f"{insert} SELECT {line[1]}, 'sales', l.vat_minor - l.price_minor, {rate}, {line[2]} {line[0]} "
            "AND l.price_minor > l.vat_minor"
        ),
        f"{insert} SELECT {line[1]}, 'vat', -l.vat_minor, {rate}, {line[2]} {line[0]} AND l.vat_minor > 0",
    ]


def downgrade() -> None:
    op.drop_table("ledger_rows")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION ledger_is_append_only()")
    op.drop_table("refunds")
    op.drop_index("ix_payments_intent_id", "payments")
    op.drop_index("uq_payments_open", "payments")
    with op.batch_alter_table("payments") as payments:
        payments.drop_constraint("uq_payments_provider_id", type_="unique")
        payments.drop_constraint(op.f("ck_payments_refunded_of_what_came"), type_="check")
        payments.drop_constraint(op.f("ck_payments_refunded"), type_="check")
        payments.drop_constraint(op.f("ck_payments_method"), type_="check")
        payments.create_check_constraint(
            op.f("ck_payments_method"), "method IN ('transfer', 'invoice', 'desk')"
        )
        for column in ("page_until", "page_url", "intent_id", "provider_id", "refunded_minor"):
            payments.drop_column(column)
    op.drop_index("ix_order_lines_reduces_id", "order_lines")
    with op.batch_alter_table("order_lines") as lines:
        lines.drop_constraint("fk_order_lines_reduces_id", type_="foreignkey")
        lines.drop_constraint(op.f("ck_order_lines_vat_rate"), type_="check")
        lines.drop_constraint(op.f("ck_order_lines_price"), type_="check")
        lines.create_check_constraint(op.f("ck_order_lines_price"), "price_minor >= 0")
        lines.drop_column("reduces_id")
    op.drop_column("orders", "billed_at")
    with op.batch_alter_table("sellers") as sellers:
        sellers.drop_constraint(op.f("ck_sellers_refund_limit"), type_="check")
        sellers.drop_column("refund_limit_minor")
