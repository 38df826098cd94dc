"""What the payment room tells those above it, inside the transaction of the change."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OrderSettled:
    """Nothing is left to pay: what the order is about may be given."""

    order_id: int


@dataclass(frozen=True, slots=True)
class OrderExpired:
    """It was not paid in time: what it held is to be given back."""

    order_id: int


@dataclass(frozen=True, slots=True)
class OrderChanged:
    """It says something else than before: lines were struck, added or made cheaper, or it ended."""

    order_id: int


@dataclass(frozen=True, slots=True)
class OrderBilled:
    """An invoice was asked for: what it says is owed, paid or not."""

    order_id: int


@dataclass(frozen=True, slots=True)
class CameLate:
    """Money came for an order that has ended. Whoever listens gives what it was for after all, asks, or gives it
    back; none of it stays undecided."""

    order_id: int
    payment_id: int


@dataclass(frozen=True, slots=True)
class TakenBack:
    """The payer's bank took this order's money back for good: what it paid for is no longer paid."""

    order_id: int
