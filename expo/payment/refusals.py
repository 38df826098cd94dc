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


class ProviderAway(Refusal):
    """The payment provider does not answer, or has a fault: nothing is known, and it may go in a moment."""

    code = "provider_away"
    status = 503


class ProviderRefuses(Refusal):
    """The payment provider says no to what was asked; asking again will not help."""

    code = "provider_refuses"


class PaymentUnderWay(Refusal):
    """A payment for this order is on its way already."""

    code = "payment_under_way"


class AlreadyPaid(Refusal):
    """Nothing is left to pay."""

    code = "already_paid"


class TillTooEmpty(Refusal):
    """There is less cash in this till than shall go back out of it."""

    code = "till_too_empty"
