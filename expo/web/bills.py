"""Orders as people read them: lines, what came, what is left."""

from __future__ import annotations

from dataclasses import dataclass

from expo.core.money import Money
from expo.payment import queries as payment
from expo.payment.models import Order, OrderLine, Payment


@dataclass(frozen=True, slots=True)
class Bill:
    """One order as people read it."""

    order: Order
    lines: list[OrderLine]
    payments: list[Payment]

    @property
    def vat(self) -> Money:
        return Money(sum(line.vat_minor for line in self.lines), self.order.currency)

    @property
    def came(self) -> Money:
        return Money(sum(one.amount_minor for one in self.payments if one.came), self.order.currency)

    @property
    def back(self) -> Money:
        """What has gone back, or is on its way."""
        return Money(sum(one.refunded_minor for one in self.payments), self.order.currency)

    @property
    def left(self) -> Money:
        return Money(max(0, self.order.total_minor - self.came.minor + self.back.minor), self.order.currency)


def bills_of(orders: list[Order]) -> list[Bill]:
    """Those of these orders that cost something, or for which something came."""
    payments = payment.payments_of([order.id for order in orders])
    paid = {one.order_id for one in payments if one.came}
    wanted = [order for order in orders if order.total_minor or order.id in paid]
    lines = payment.lines_of([order.id for order in wanted])
    return [
        Bill(
            order,
            [line for line in lines if line.order_id == order.id],
            [one for one in payments if one.order_id == order.id],
        )
        for order in wanted
    ]
