from expo.core.refusals import Refusal


class OrderClosed(Refusal):
    """The order expired or was taken back: what it held is gone, so no money is taken for it."""

    code = "order_closed"


class KeyUsed(Refusal):
    """The same key came before, with another amount or for another order."""

    code = "key_used"


class ForeignCurrency(Refusal):
    """The seller of this conference does not sell in this currency."""

    code = "foreign_currency"
