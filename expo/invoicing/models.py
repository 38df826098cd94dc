from __future__ import annotations

import enum
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from expo.core.db import Base, Id, Json, Moment, choice, choice_check
from expo.core.money import Money
from expo.expos.models import Expo
from expo.payment import codes
from expo.payment.models import Order, OrderLine, Seller


class DocumentKind(enum.StrEnum):
    """What a document does: it asks for money, or takes that back."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class BillingDetails(Base):
    """To whom an order's invoices go, as its delegate typed it. Without them they go to the delegate by name."""

    __tablename__ = "billing_details"

    order_id: Mapped[int] = mapped_column(sa.ForeignKey(Order.id), primary_key=True)
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    street: Mapped[str] = mapped_column(sa.String(200), default="")
    postcode: Mapped[str] = mapped_column(sa.String(20), default="")
    city: Mapped[str] = mapped_column(sa.String(120), default="")
    country: Mapped[str] = mapped_column(sa.String(2), default="SE")
    vat_number: Mapped[str] = mapped_column(sa.String(40), default="")
    # What the buyer's system wants to read: who asked (BT-10), and the number of their order (BT-13).
    buyer_reference: Mapped[str] = mapped_column(sa.String(100), default="")
    order_number: Mapped[str] = mapped_column(sa.String(100), default="")
    # Where electronic invoices reach them: scheme and identifier, such as 0007:2120001157.
    endpoint: Mapped[str] = mapped_column(sa.String(100), default="")


class InvoiceSeries(Base):
    """The last number that a seller has given in a year. Taken in the transaction that issues: no gap, no double."""

    __tablename__ = "invoice_series"
    __table_args__ = (sa.CheckConstraint("last >= 0", name="last"),)

    seller_id: Mapped[int] = mapped_column(sa.ForeignKey(Seller.id), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    last: Mapped[int]


class Document(Base):
    """An invoice or credit note, with all that it says. The database refuses to change it."""

    __tablename__ = "documents"
    __table_args__ = (
        choice_check("kind", DocumentKind),
        sa.UniqueConstraint("seller_id", "year", "number"),
        sa.CheckConstraint("number >= 1", name="number"),
        sa.CheckConstraint("net_minor >= 0 AND vat_minor >= 0", name="amounts"),
        sa.CheckConstraint("(kind = 'credit_note') = (credits_id IS NOT NULL)", name="credits"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    seller_id: Mapped[int] = mapped_column(sa.ForeignKey(Seller.id))
    year: Mapped[int]
    number: Mapped[int]
    kind: Mapped[DocumentKind] = choice(DocumentKind)
    order_id: Mapped[int] = mapped_column(sa.ForeignKey(Order.id), index=True)
    credits_id: Mapped[int | None] = mapped_column(sa.ForeignKey("documents.id"), index=True)
    issued_at: Mapped[Moment]
    issued_on: Mapped[date]  # the city's day
    due_on: Mapped[date | None]
    currency: Mapped[str] = mapped_column(sa.String(3))
    net_minor: Mapped[int]
    vat_minor: Mapped[int]
    # What was paid when it was issued.
    paid_minor: Mapped[int] = mapped_column(default=0)
    # Seller and buyer as they were then.
    seller_told: Mapped[Json]
    buyer_told: Mapped[Json]
    language: Mapped[str] = mapped_column(sa.String(12))

    order: Mapped[Order] = relationship()
    seller: Mapped[Seller] = relationship()
    credits: Mapped[Document | None] = relationship(remote_side="Document.id")
    lines: Mapped[list[DocumentLine]] = relationship(order_by="DocumentLine.id", viewonly=True)

    @property
    def name(self) -> str:
        """What it is called: year and number."""
        return f"{self.year}-{self.number:05d}"

    @property
    def is_to_pay(self) -> bool:
        """Whether something was left to pay when it was issued."""
        return self.kind is DocumentKind.INVOICE and self.total.minor > self.paid_minor

    @property
    def is_for_systems(self) -> bool:
        """Whether its seller has said enough of itself for a file that systems take: EN 16931, BR-S-02 and BR-CO-26."""
        if codes.vat_number(self.seller_told["vat_number"]):
            return True
        return bool(self.seller_told.get("org_number") and not self.vat_minor)

    @property
    def vat(self) -> Money:
        return Money(self.vat_minor, self.currency)

    @property
    def total(self) -> Money:
        return Money(self.net_minor + self.vat_minor, self.currency)


class DocumentLine(Base):
    """One position of a document; its amounts are above nothing in both kinds."""

    __tablename__ = "document_lines"
    __table_args__ = (
        sa.UniqueConstraint("document_id", "order_line_id"),
        sa.CheckConstraint("net_minor >= 0 AND vat_minor >= 0", name="amounts"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    document_id: Mapped[int] = mapped_column(sa.ForeignKey(Document.id))
    order_line_id: Mapped[int] = mapped_column(sa.ForeignKey(OrderLine.id), index=True)
    is_credit: Mapped[bool]
    text: Mapped[str] = mapped_column(sa.String(300))
    net_minor: Mapped[int]
    vat_minor: Mapped[int]
    vat_basis_points: Mapped[int]
