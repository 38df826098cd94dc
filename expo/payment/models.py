from __future__ import annotations

import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from expo.accounts.models import Person
from expo.core.db import Base, Id, Moment, choice, choice_check, partial_index
from expo.core.money import Money
from expo.expos.models import Expo


class OrderState(enum.StrEnum):
    """Is it paid? Nothing else: whether one is allowed in, or here, are other questions."""

    OPEN = "open"
    SETTLED = "settled"
    EXPIRED = "expired"
    VOID = "void"


class PayState(enum.StrEnum):
    """How far one payment has come. What a person writes down has succeeded."""

    CREATED = "created"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    EXPIRED = "expired"
    DISPUTED = "disputed"


class PayMethod(enum.StrEnum):
    """By which way money came."""

    TRANSFER = "transfer"
    INVOICE = "invoice"
    DESK = "desk"  # in cash
    SWISH = "swish"
    CHECKOUT = "checkout"  # the provider's own page: card, Swish, Klarna, whatever the account offers


class RefundState(enum.StrEnum):
    """How far money that goes back has come. All but the failed ones count against what came."""

    REQUESTED = "requested"
    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


class RefundReason(enum.StrEnum):
    """Why money goes back."""

    CANCELLATION = "cancellation"
    CHANGE = "change"  # something cheaper was chosen
    SURPLUS = "surplus"  # more came than was owed
    LATE = "late"  # it came after the hold had ended
    GOODWILL = "goodwill"
    DISPUTE = "dispute"  # the payer's bank took it back


class Account(enum.StrEnum):
    """Where the ledger counts. The first five hold money; what an order is owed stands in `receivable`."""

    CASH = "cash"
    BANK = "bank"
    SWISH = "swish"
    PROVIDER = "provider"
    DISPUTED = "disputed"
    RECEIVABLE = "receivable"
    SALES = "sales"
    VAT = "vat"


MONEY_IN = (PayState.SUCCEEDED, PayState.DISPUTED)  # it came, and nobody has it back yet
LIVE_REFUNDS = (RefundState.REQUESTED, RefundState.PENDING, RefundState.DONE)
MONEY_ACCOUNTS = (Account.CASH, Account.BANK, Account.SWISH, Account.PROVIDER, Account.DISPUTED)


class Seller(Base):
    """Legal owner of prices, VAT and what is paid. One per expo sells what nobody else does."""

    __tablename__ = "sellers"
    __table_args__ = (
        sa.UniqueConstraint("expo_id", "slug"),
        partial_index("uq_sellers_default", "expo_id", where="is_default"),
        sa.CheckConstraint("pay_days >= 1", name="pay_days"),
        sa.CheckConstraint("refund_limit_minor >= 0", name="refund_limit"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    slug: Mapped[str] = mapped_column(sa.String(80))
    name: Mapped[str] = mapped_column(sa.String(200))
    vat_number: Mapped[str] = mapped_column(sa.String(40), default="")
    # ISO 4217 codes, separated by spaces: in what it sells.
    currencies: Mapped[str] = mapped_column(sa.String(80), default="SEK")
    how_to_pay: Mapped[str] = mapped_column(sa.Text, default="")
    pay_days: Mapped[int] = mapped_column(default=14)
    is_default: Mapped[bool] = mapped_column(default=False)
    # A refund that somebody asks for above this needs a second person; in minor units of its currency.
    refund_limit_minor: Mapped[int] = mapped_column(default=500_000)
    # Its own account at the payment provider (acct_…); empty: the platform's.
    provider_account: Mapped[str] = mapped_column(sa.String(80), default="")
    # What its invoices say of it. `endpoint` is its address for electronic ones, such as 0007:2120001157.
    org_number: Mapped[str] = mapped_column(sa.String(40), default="")
    street: Mapped[str] = mapped_column(sa.String(200), default="")
    postcode: Mapped[str] = mapped_column(sa.String(20), default="")
    city: Mapped[str] = mapped_column(sa.String(120), default="")
    country: Mapped[str] = mapped_column(sa.String(2), default="SE")
    iban: Mapped[str] = mapped_column(sa.String(42), default="")
    endpoint: Mapped[str] = mapped_column(sa.String(100), default="")
    # Number that takes Swish payments.
    swish: Mapped[str] = mapped_column(sa.String(20), default="")


class Order(Base):
    """What was taken in one basket from one seller, in one currency. `code` names it, the secret opens it.

    All orders of a basket have its code in `basket`, and one secret; the first of them keeps `sent_digest`.
    """

    __tablename__ = "orders"
    __table_args__ = (
        choice_check("state", OrderState),
        sa.UniqueConstraint("expo_id", "code"),
        sa.CheckConstraint("total_minor >= 0", name="total"),
        sa.Index("ix_orders_expo_id_basket", "expo_id", "basket"),
        # A form that is sent twice makes one order.
        partial_index("uq_orders_sent", "expo_id", "sent_digest", where="sent_digest IS NOT NULL"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    code: Mapped[str] = mapped_column(sa.String(12))
    secret_digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id), index=True)
    state: Mapped[OrderState] = choice(OrderState)
    currency: Mapped[str] = mapped_column(sa.String(3))
    total_minor: Mapped[int]
    created_at: Mapped[Moment]
    sent_digest: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32))
    basket: Mapped[str] = mapped_column(sa.String(12), default="")
    seller_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Seller.id), index=True)
    # Until then what it pays for is held.
    due_at: Mapped[Moment | None]
    settled_at: Mapped[Moment | None]
    # An invoice was asked for: what it says is owed in the books from then on, paid or not.
    billed_at: Mapped[Moment | None]

    person: Mapped[Person] = relationship()
    seller: Mapped[Seller | None] = relationship()

    @property
    def total(self) -> Money:
        return Money(self.total_minor, self.currency)


class OrderLine(Base):
    """One position, with the price and VAT of the moment it was ordered. One that reduces another is negative."""

    __tablename__ = "order_lines"
    __table_args__ = (
        sa.CheckConstraint("(reduces_id IS NULL) = (price_minor >= 0)", name="price"),
        sa.CheckConstraint("vat_basis_points BETWEEN 0 AND 10000", name="vat_rate"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    order_id: Mapped[int] = mapped_column(sa.ForeignKey(Order.id), index=True)
    text: Mapped[str] = mapped_column(sa.String(300))
    price_minor: Mapped[int]
    vat_basis_points: Mapped[int]
    vat_minor: Mapped[int]
    reduces_id: Mapped[int | None] = mapped_column(sa.ForeignKey("order_lines.id"), index=True)
    # Taken off again.
    struck_at: Mapped[Moment | None]

    order: Mapped[Order] = relationship()

    @property
    def price(self) -> Money:
        return Money(self.price_minor, self.order.currency)


class Payment(Base):
    """Money that came for an order, or may come. `key` is made with the form, so that a second press is the same
    payment; at the provider it is the idempotency key of the attempt.

    `refunded_minor` is the sum of its live refunds, so the database itself keeps them within what came.
    """

    __tablename__ = "payments"
    __table_args__ = (
        choice_check("state", PayState),
        choice_check("method", PayMethod),
        sa.CheckConstraint("amount_minor > 0", name="amount"),
        sa.CheckConstraint("refunded_minor BETWEEN 0 AND amount_minor", name="refunded"),
        sa.CheckConstraint(
            "refunded_minor = 0 OR state IN ('succeeded', 'disputed')", name="refunded_of_what_came"
        ),
        sa.UniqueConstraint("expo_id", "key"),
        sa.UniqueConstraint("provider_id"),
        # One page at a time is open for an order, so that nobody pays on two.
        partial_index("uq_payments_open", "order_id", where="state = 'created'"),
        sa.Index("ix_payments_intent_id", "intent_id"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    order_id: Mapped[int] = mapped_column(sa.ForeignKey(Order.id), index=True)
    key: Mapped[str] = mapped_column(sa.String(80))
    state: Mapped[PayState] = choice(PayState)
    method: Mapped[PayMethod] = choice(PayMethod)
    amount_minor: Mapped[int]
    refunded_minor: Mapped[int] = mapped_column(default=0)
    currency: Mapped[str] = mapped_column(sa.String(3))
    note: Mapped[str] = mapped_column(sa.String(300), default="")
    recorded_by: Mapped[str] = mapped_column(sa.String(80))
    recorded_at: Mapped[Moment]
    # What the provider calls its page and the money that came by it; where the page is, and until when (real time).
    provider_id: Mapped[str | None] = mapped_column(sa.String(255))
    intent_id: Mapped[str | None] = mapped_column(sa.String(255))
    page_url: Mapped[str | None] = mapped_column(sa.Text)
    page_until: Mapped[Moment | None]

    order: Mapped[Order] = relationship()

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def came(self) -> bool:
        return self.state in MONEY_IN

    @property
    def is_under_way(self) -> bool:
        """Whether it may come any moment."""
        return self.state in (PayState.CREATED, PayState.PROCESSING)


class Refund(Base):
    """Money that goes back to where a payment came from. `key` names its cause, so that one cause is one refund."""

    __tablename__ = "refunds"
    __table_args__ = (
        choice_check("state", RefundState),
        choice_check("reason", RefundReason),
        sa.CheckConstraint("amount_minor > 0", name="amount"),
        sa.CheckConstraint("approved_by IS NULL OR approved_by <> requested_by", name="four_eyes"),
        sa.CheckConstraint(
            "state NOT IN ('pending', 'done') OR NOT needs_second OR approved_by IS NOT NULL",
            name="second_person",
        ),
        choice_check("way", PayMethod),
        sa.CheckConstraint("(till IS NOT NULL) = (COALESCE(way, '') = 'desk')", name="till"),
        sa.UniqueConstraint("expo_id", "key"),
        sa.UniqueConstraint("provider_id"),
        sa.Index("ix_refunds_expo_id_state", "expo_id", "state"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    order_id: Mapped[int] = mapped_column(sa.ForeignKey(Order.id), index=True)
    payment_id: Mapped[int] = mapped_column(sa.ForeignKey(Payment.id), index=True)
    key: Mapped[str] = mapped_column(sa.String(120))
    state: Mapped[RefundState] = choice(RefundState)
    reason: Mapped[RefundReason] = choice(RefundReason)
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(sa.String(3))
    note: Mapped[str] = mapped_column(sa.String(300), default="")
    requested_by: Mapped[str] = mapped_column(sa.String(80))
    requested_at: Mapped[Moment]
    needs_second: Mapped[bool] = mapped_column(default=False)
    approved_by: Mapped[str | None] = mapped_column(sa.String(80))
    provider_id: Mapped[str | None] = mapped_column(sa.String(255))
    failure: Mapped[str] = mapped_column(sa.String(300), default="")
    done_at: Mapped[Moment | None]
    # Where a person paid it out: by which way, and cash from whose till.
    way: Mapped[PayMethod | None] = choice(PayMethod)
    till: Mapped[str | None] = mapped_column(sa.String(80))

    order: Mapped[Order] = relationship()
    payment: Mapped[Payment] = relationship()

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def waits_for_second(self) -> bool:
        return self.state is RefundState.REQUESTED and self.needs_second and self.approved_by is None


class LedgerRow(Base):
    """One side of an entry: debit above nothing, credit below. The rows of an entry sum to nothing.

    Append-only: the database refuses to change a row; what was wrong is set right by a row against it.
    """

    __tablename__ = "ledger_rows"
    __table_args__ = (
        choice_check("account", Account),
        sa.CheckConstraint("amount_minor <> 0", name="amount"),
        # What happened once is booked once.
        sa.UniqueConstraint("expo_id", "entry", "account"),
        sa.Index("ix_ledger_rows_seller_id_posted_at", "seller_id", "posted_at"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    seller_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Seller.id))
    order_id: Mapped[int] = mapped_column(sa.ForeignKey(Order.id), index=True)
    # What happened: "payment:12", "refund:3", "line:44", and "line:44:struck" against it.
    entry: Mapped[str] = mapped_column(sa.String(64))
    account: Mapped[Account] = choice(Account)
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(sa.String(3))
    # Of sales and VAT: at which rate, in hundredths of a per cent.
    vat_basis_points: Mapped[int | None]
    posted_at: Mapped[Moment]
    posted_by: Mapped[str] = mapped_column(sa.String(80))
    contra_id: Mapped[int | None] = mapped_column(sa.ForeignKey("ledger_rows.id"), unique=True)

    order: Mapped[Order] = relationship()
    seller: Mapped[Seller | None] = relationship()

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class ProviderEvent(Base):
    """Something that the provider told. Written with its effects, so each changes state at most once."""

    __tablename__ = "provider_events"
    __table_args__ = (sa.UniqueConstraint("event_id"),)

    id: Mapped[Id]
    expo_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    order_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Order.id), index=True)
    event_id: Mapped[str] = mapped_column(sa.String(255))
    type: Mapped[str] = mapped_column(sa.String(100))
    received_at: Mapped[Moment]
    outcome: Mapped[str] = mapped_column(sa.String(200))


class Discrepancy(Base):
    """Something on which the provider's account and ours do not agree, from when it was found until it was gone."""

    __tablename__ = "discrepancies"
    __table_args__ = (partial_index("uq_discrepancies_open", "what", "subject", where="gone_at IS NULL"),)

    id: Mapped[Id]
    expo_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    order_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Order.id), index=True)
    what: Mapped[str] = mapped_column(sa.String(40))
    subject: Mapped[str] = mapped_column(sa.String(255))
    theirs: Mapped[str] = mapped_column(sa.String(200))
    ours: Mapped[str] = mapped_column(sa.String(200))
    found_at: Mapped[Moment]
    gone_at: Mapped[Moment | None]

    order: Mapped[Order | None] = relationship()
