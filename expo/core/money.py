"""Money: a whole number of minor units in one currency. Never a float."""

from __future__ import annotations

import re
from copy import copy
from dataclasses import dataclass
from decimal import Decimal

from babel import Locale
from babel.numbers import get_currency_precision


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount, e.g. Money(49500, "SEK") for 495 kronor."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError("money is a whole number of minor units")
        if len(self.currency) != 3 or not self.currency.isupper():
            raise ValueError(f"{self.currency!r} is not an ISO 4217 code")

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other).minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other).minor, self.currency)

    def __mul__(self, times: int) -> Money:
        return Money(self.minor * times, self.currency)

    def _same(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")
        return other

    def vat_included(self, rate_basis_points: int) -> Money:
        """The VAT inside this price, rounded half up; the rate in hundredths of a per cent (2500 is 25 %)."""
        whole = 10_000 + rate_basis_points
        return Money((2 * self.minor * rate_basis_points + whole) // (2 * whole), self.currency)

    def said(self, language: str) -> str:
        """How a person reads it; no decimals where there is nothing behind the point."""
        digits = get_currency_precision(self.currency)
        pattern = copy(Locale.parse(language).currency_formats["standard"])
        pattern.frac_prec = (digits, digits) if self.minor % 10**digits else (0, 0)
        amount = Decimal(self.minor).scaleb(-digits)
        text = pattern.apply(amount, language, currency=self.currency, currency_digits=False)
        # CLDR wants a space between a code and its number, which Babel leaves out: "SEK 495".
        return re.sub(r"(?<=[A-Z]{3})(?=\d)", "\u00a0", text)
