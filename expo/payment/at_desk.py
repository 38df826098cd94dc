"""What somebody who stands at the desk scans with their own telephone to pay."""

from __future__ import annotations

import re
from decimal import Decimal

from expo.core.money import Money

from .models import Order


def swish_text(order: Order, left: Money) -> str | None:
    """The text of a Swish QR code: payee, amount, message, and that none of them may be changed. None where the
    seller has no number, or the order is not in kronor.

    Source: Getswish, "Guide Swish QR code specification", format C.
    """
    number = re.sub(r"\D", "", order.seller.swish) if order.seller else ""
    if not number or left.currency != "SEK" or left.minor <= 0:
        return None
    amount = Decimal(left.minor).scaleb(-2)
    return f"C{number};{amount:.2f};{order.code};0"
