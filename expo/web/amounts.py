"""Amounts of money as people type them: 495, 495,50 or 495.50, in the units of the currency."""

from __future__ import annotations

import re
from decimal import Decimal

from babel.numbers import get_currency_precision
from flask_babel import gettext as _

MOST = 1_000_000_000


def minor(text: str, currency: str) -> int:
    """What was typed, in minor units. Raises ValueError with a sentence."""
    tidy = re.sub(r"[\s\u00a0]", "", text)
    digits = get_currency_precision(currency)
    if not re.fullmatch(r"[0-9]{1,9}([.,][0-9]{1,3})?", tidy):
        raise ValueError(_("An amount such as 495 or 495.50, please."))
    amount = Decimal(tidy.replace(",", ".")).scaleb(digits)
    if amount != int(amount):
        raise ValueError(_("An amount such as 495 or 495.50, please."))
    if amount > MOST:
        raise ValueError(_("That is more than anybody can mean."))
    return int(amount)


def typed(minor_units: int, currency: str) -> str:
    """An amount as it stands in a box: without sign and spaces, decimals only where there are some."""
    digits = get_currency_precision(currency)
    amount = Decimal(minor_units).scaleb(-digits)
    return str(int(amount)) if amount == int(amount) else f"{amount:.{digits}f}"


def plain(minor_units: int, currency: str) -> str:
    """An amount as files hold it, below nothing too: all decimals of the currency, a point between."""
    digits = get_currency_precision(currency)
    return f"{Decimal(minor_units).scaleb(-digits):.{digits}f}"


def said(text: str) -> int:
    """What a page said before, in minor units, as its form sends it back; -1, which no quote is, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else -1
