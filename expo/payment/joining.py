"""Orders are those of whom their person turned out to be."""

from __future__ import annotations

from expo.accounts.joining import Joining, follows, pass_on

from .models import Order


def _follow(told: Joining) -> None:
    pass_on(told, Order.person_id)


follows("payment", _follow)
