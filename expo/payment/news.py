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
