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


class RefundTooMuch(Refusal):
    """More than came, and is not on its way back already."""

    code = "refund_too_much"


class NotYourRefund(Refusal):
    """Four eyes: whoever asked for a refund cannot be the second one."""

    code = "not_your_refund"
    status = 403


class WrongRefundStep(Refusal):
    """The refund, or what it is about, is not where this step begins."""

    code = "wrong_refund_step"
