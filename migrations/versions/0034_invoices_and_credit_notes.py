"""Invoices and credit notes that nobody can change, numbered without a gap; what sellers say of themselves on them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"

_MOMENT = sa.DateTime(timezone=True)
_SELLERS = (
    ("org_number", 40, ""), ("street", 200, ""), ("postcode", 20, ""), ("city", 120, ""), ("country", 2, "SE"),
    ("iban", 42, ""), ("endpoint", 100, ""), ("swish", 20, ""),
)  # fmt: skip


def _to(name: str, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=nullable)


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}")


def upgrade() -> None:
    with op.batch_alter_table("sellers") as sellers:
        for name, length, default in _SELLERS:
            sellers.add_column(sa.Column(name, sa.String(length), nullable=False, server_default=default))
    with op.batch_alter_table("sellers") as sellers:
        for name, _length, _default in _SELLERS:
            sellers.alter_column(name, server_default=None)
    op.create_table(
        "billing_details",
        _to("order_id"),
        _to("expo_id"),
        _text("name", 200),
        _text("street", 200),
        _text("postcode", 20),
        _text("city", 120),
        _text("country", 2),
        _text("vat_number", 40),
        _text("buyer_reference", 100),
        _text("order_number", 100),
        _text("endpoint", 100),
        sa.PrimaryKeyConstraint("order_id", name="pk_billing_details"),
        _key("billing_details", "order_id", "orders"),
        _key("billing_details", "expo_id", "expos"),
    )
    op.create_index("ix_billing_details_expo_id", "billing_details", ["expo_id"])
    op.create_table(
        "invoice_series",
        _to("seller_id"),
        sa.Column("year", sa.Integer, nullable=False, autoincrement=False),
        _to("expo_id"),
        _to("last"),
        sa.PrimaryKeyConstraint("seller_id", "year", name="pk_invoice_series"),
        _key("invoice_series", "seller_id", "sellers"),
        _key("invoice_series", "expo_id", "expos"),
        sa.CheckConstraint("last >= 0", name=op.f("ck_invoice_series_last")),
    )
    op.create_index("ix_invoice_series_expo_id", "invoice_series", ["expo_id"])
    op.create_table(
        "documents",
        _to("id"),
        _to("expo_id"),
        _to("seller_id"),
        _to("year"),
        _to("number"),
        _text("kind", 32),
        _to("order_id"),
        _to("credits_id", nullable=True),
        sa.Column("issued_at", _MOMENT, nullable=False),
        sa.Column("issued_on", sa.Date, nullable=False),
        sa.Column("due_on", sa.Date),
        _text("currency", 3),
        _to("net_minor"),
        _to("vat_minor"),
        _to("paid_minor"),
        sa.Column("seller_told", sa.JSON, nullable=False),
        sa.Column("buyer_told", sa.JSON, nullable=False),
        _text("language", 12),
        sa.PrimaryKeyConstraint("id", name="pk_documents"),
        _key("documents", "expo_id", "expos"),
        _key("documents", "seller_id", "sellers"),
        _key("documents", "order_id", "orders"),
        _key("documents", "credits_id", "documents"),
        sa.UniqueConstraint("seller_id", "year", "number", name="uq_documents_seller_id_year_number"),
        sa.CheckConstraint("kind IN ('invoice', 'credit_note')", name=op.f("ck_documents_kind")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_documents_number")),
        sa.CheckConstraint("net_minor >= 0 AND vat_minor >= 0", name=op.f("ck_documents_amounts")),
        sa.CheckConstraint(
            "(kind = 'credit_note') = (credits_id IS NOT NULL)", name=op.f("ck_documents_credits")
        ),
    )
    for column in ("expo_id", "order_id", "credits_id"):
        op.create_index(f"ix_documents_{column}", "documents", [column])
    op.create_table(
        "document_lines",
        _to("id"),
        _to("expo_id"),
        _to("document_id"),
        _to("order_line_id"),
        sa.Column("is_credit", sa.Boolean, nullable=False),
        _text("text", 300),
        _to("net_minor"),
        _to("vat_minor"),
        _to("vat_basis_points"),
        sa.PrimaryKeyConstraint("id", name="pk_document_lines"),
        _key("document_lines", "expo_id", "expos"),
        _key("document_lines", "document_id", "documents"),
        _key("document_lines", "order_line_id", "order_lines"),
        sa.UniqueConstraint(
            "document_id", "order_line_id", name="uq_document_lines_document_id_order_line_id"
        ),
        sa.CheckConstraint("net_minor >= 0 AND vat_minor >= 0", name=op.f("ck_document_lines_amounts")),
    )
    for column in ("expo_id", "order_line_id"):
        op.create_index(f"ix_document_lines_{column}", "document_lines", [column])
    _forbid_changes()


def _forbid_changes() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    if not sqlite:
        op.execute(
            "CREATE FUNCTION documents_are_issued() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'what is issued is not changed'; END $$"
        )
    for table in ("documents", "document_lines"):
        begin = f"CREATE TRIGGER {table}_are_issued BEFORE UPDATE ON {table} "
        op.execute(
            begin + "BEGIN SELECT RAISE(ABORT, 'what is issued is not changed'); END"
            if sqlite
            else begin + "FOR EACH ROW EXECUTE FUNCTION documents_are_issued()"
        )


def downgrade() -> None:
    for table in ("document_lines", "documents", "invoice_series", "billing_details"):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION documents_are_issued()")
    with op.batch_alter_table("sellers") as sellers:
        for name, _length, _default in _SELLERS:
            sellers.drop_column(name)
