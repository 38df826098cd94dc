"""Money that a person has seen come in: by transfer, on an invoice, at the desk, by Swish. Written down once."""

from __future__ import annotations

from flask_babel import gettext as _

from expo.core import audit, clock
from expo.core.db import add_unless_there, transaction
from expo.core.money import Money
from expo.core.refusals import BadInput
from expo.core.text import one_line

from . import orders, queries, settling
from .models import Order, Payment, PayMethod, PayState
from .refusals import KeyUsed

MOST_MINOR = 2_000_000_000  # the column's


def record(*, order: Order, method: PayMethod, amount: Money, key: str, note: str = "") -> Payment:
    """Write down that this came for the order, and settle it if that is enough. What came too much goes back; for
    an order that has ended it is decided what becomes of it.

    `key` is made with the form: the same payment sent again is the same payment. Raises BadInput, KeyUsed.
    """
    if not 0 < amount.minor <= MOST_MINOR:
        raise BadInput(_("An amount above nothing, please."), field="amount")
    if amount.currency != order.currency:
        raise BadInput(_("This order is paid in %(currency)s.", currency=order.currency), field="amount")
    if method is PayMethod.CHECKOUT:
        raise BadInput(_("What the payment provider takes, it tells itself."), field="method")
    if not key or len(key) > 80:
        raise BadInput(_("Open the page again before you write a payment down."))
    with transaction():
        order = orders.hold(order.id)
        known = queries.payment_by_key(order.expo_id, key)
        if known is not None:
            if (known.order_id, known.amount_minor, known.method) == (order.id, amount.minor, method):
                return known
            raise KeyUsed(_("This form was sent before with another amount. Open the page again."))
        payment = Payment(
            expo_id=order.expo_id,
            order_id=order.id,
            key=key,
            state=PayState.SUCCEEDED,
            method=method,
            amount_minor=amount.minor,
            currency=amount.currency,
            note=one_line(note)[:300],
            recorded_by=audit.actor(),
            recorded_at=clock.now(),
        )
        if not add_unless_there(payment):  # the same key for another order at the same moment
            raise KeyUsed(_("This form was sent before with another amount. Open the page again."))
        audit.record(
            "payment_recorded",
            "order",
            order.id,
            expo_id=order.expo_id,
            after={"amount": amount.minor, "currency": amount.currency, "method": method.value},
            why=payment.note or None,
        )
        settling.arrived(payment)
    return payment
